import * as pulumi from "@pulumi/pulumi";
import { checkPolicy, error, errorsOf, type Finding, type PropertyPath, show } from "../core/policy";
import type { KeyGeneration } from "./cosign-key-pair";
import { validateGenerations } from "./generation-rules";
import { knownNow } from "./known-values";
import { validateLabel } from "./names";
import type { PolicyControllerArgs } from "./policy-controller";
import type { SignedImagesArgs } from "./signed-images";

/** The API server refuses more (admissionregistration.k8s.io/v1, `timeoutSeconds`). */
const WEBHOOK_TIMEOUT_MAX_SECONDS = 30;

/** Namespaces whose pods the cluster cannot live without; one refused restart there can take the whole cluster down. */
const NEVER_ENFORCED: Record<string, string> = {
    "cosign-system": "policy-controller could not start again after its own webhook refuses its pods",
    "kube-system": "DNS, networking and the control plane would not come back where their images are not signed by you",
    "kube-node-lease": "nodes would be reported as dead while the webhook does not answer",
    "kube-public": "it holds nothing to run, and cluster bootstrap reads it",
};

/** The rules for `PolicyControllerArgs`. */
export function validatePolicyControllerArgs(args: PolicyControllerArgs): Finding[] {
    const findings: Finding[] = [];
    if (args.namespace !== undefined) {
        findings.push(...validateLabel(args.namespace, ["namespace"]));
    }
    if (args.replicas !== undefined && !(Number.isInteger(args.replicas) && args.replicas >= 1)) {
        findings.push(
            error("replicas-out-of-range", ["replicas"], {
                found: show(args.replicas),
                cluster: "without a replica every workload of an enforced namespace is refused",
                instead: "Write a whole number from 1 on; 3 survives the loss of a node.",
            }),
        );
    }
    const timeout = args.webhookTimeoutSeconds;
    if (
        timeout !== undefined &&
        !(Number.isInteger(timeout) && timeout >= 1 && timeout <= WEBHOOK_TIMEOUT_MAX_SECONDS)
    ) {
        findings.push(
            error("webhook-timeout-out-of-range", ["webhookTimeoutSeconds"], {
                found: show(timeout),
                cluster: "the API server refuses the webhook configurations: the time-out must be between 1 and 30",
                instead: "Write whole seconds from 1 to 30.",
            }),
        );
    }
    if (args.chart?.path !== undefined && (args.chart.repository ?? args.chart.version) !== undefined) {
        findings.push(
            error("chart-source-ambiguous", ["chart"], {
                found: `path ${args.chart.path} beside a repository or version`,
                cluster: "one of the two charts would be installed, and the other be ignored without a word",
                instead: "Keep `path` for a chart on disk, or `repository` and `version`.",
            }),
        );
    }
    return findings;
}

/** The rules for `EnforcedNamespaceArgs`. */
export function validateEnforcedNamespaceArgs(args: { name: string }): Finding[] {
    const consequence = NEVER_ENFORCED[args.name];
    if (consequence !== undefined) {
        return [
            error("namespace-never-enforced", ["name"], {
                found: show(args.name),
                cluster: consequence,
                instead: "Name the namespaces of your own workloads.",
            }),
        ];
    }
    return validateLabel(args.name, ["name"]);
}

/** The rules for `SignedImagesArgs` and for what it hands on, so that nothing is registered before all of it holds. */
export function validateSignedImagesArgs(
    args: SignedImagesArgs,
    generations: readonly KeyGeneration[] | undefined,
): Finding[] {
    const findings = validatePolicyControllerArgs(args.controller ?? {}).map((finding) =>
        below(["controller"], finding),
    );
    if (generations !== undefined) {
        findings.push(...validateGenerations({ generations, current: args.current }));
    }
    // The policy says its warnings itself; here it is only kept from failing halfway.
    const authorities = generations === undefined ? args.authorities : pulumi.output(args.authorities);
    const policy = knownNow({ images: args.images, authorities, mode: args.mode });
    findings.push(...errorsOf(checkPolicy(policy, { ignoreLints: args.ignoreLints })));
    if (args.namespaces.length === 0) {
        findings.push(
            error("namespaces-empty", ["namespaces"], {
                found: "an empty list",
                cluster: "nothing would be enforced anywhere",
                instead: 'Name the namespaces that may run only signed images: ["shop"].',
            }),
        );
    }
    args.namespaces.forEach((namespace, index) => {
        const path = ["namespaces", index];
        findings.push(...validateEnforcedNamespaceArgs({ name: namespace }).map((finding) => ({ ...finding, path })));
        if (args.namespaces.indexOf(namespace) !== index) {
            findings.push(
                error("namespace-doubled", path, {
                    found: show(namespace),
                    cluster: "one namespace cannot be opted in twice",
                    instead: "Name each namespace once.",
                }),
            );
        }
    });
    return findings;
}

function below(path: PropertyPath, finding: Finding): Finding {
    return { ...finding, path: [...path, ...finding.path] };
}
