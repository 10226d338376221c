import * as pulumi from "@pulumi/pulumi";
import { checkPolicy, error, errorsOf, type Finding, type PropertyPath, show } from "../core/policy";
import type { KeyGeneration } from "./cosign-key-pair";
import { knownNow } from "./known-values";
import type { PolicyControllerArgs } from "./policy-controller";
import type { SignedImagesArgs } from "./signed-images";

/** What a Kubernetes namespace, and most other names, must be (RFC 1123 label). */
const LABEL_PATTERN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_MAX_LENGTH = 63;
/** The names of Secrets: RFC 1123 subdomain. */
const SUBDOMAIN_PATTERN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_MAX_LENGTH = 253;
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
        findings.push(...validateGenerations(generations, args.current));
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

/** The rules for the generations of a key pair. */
export function validateGenerations(generations: readonly KeyGeneration[], current: string | undefined): Finding[] {
    if (generations.length === 0) {
        return [
            error("generations-empty", ["generations"], {
                found: "an empty list",
                cluster: "a policy without keys admits nothing",
                instead: 'List at least one generation: [{ id: "2026-11" }].',
            }),
        ];
    }
    const findings: Finding[] = [];
    const ids = generations.map((generation) => generation.id);
    ids.forEach((id, index) => {
        findings.push(...validateLabel(id, ["generations", index, "id"]));
        if (ids.indexOf(id) !== index) {
            findings.push(
                error("generation-doubled", ["generations", index, "id"], {
                    found: show(id),
                    cluster: "two keys would want the same name",
                    instead: "Give each generation an id of its own, and never use one again.",
                }),
            );
        }
    });
    if (current === undefined && ids.length > 1) {
        findings.push(
            error("current-generation-missing", ["current"], {
                found: `${ids.length} generations and no current one`,
                cluster: "a signer that takes up a key before every cluster trusts it gets its images refused",
                instead: `Say which generation signs, for example current: ${JSON.stringify(ids[0])}.`,
            }),
        );
    }
    if (current !== undefined && !ids.includes(current)) {
        findings.push(
            error("current-generation-unknown", ["current"], {
                found: show(current),
                cluster: "nothing could sign with it",
                instead: `Name one of the listed generations: ${ids.join(", ")}.`,
            }),
        );
    }
    return findings;
}

/** The rule for the name of a Secret. */
export function validateSecretName(name: string, path: PropertyPath): Finding[] {
    return SUBDOMAIN_PATTERN.test(name) && name.length <= SUBDOMAIN_MAX_LENGTH
        ? []
        : [
              error("secret-name-invalid", path, {
                  found: show(name),
                  cluster: "the API server refuses the Secret: its name must be a lowercase RFC 1123 subdomain",
                  instead: "Write lowercase letters, digits, `-` and `.`, 253 characters at most.",
              }),
          ];
}

/** The rule for what must be an RFC 1123 label: namespaces, and ids that become parts of names. */
export function validateLabel(value: string, path: PropertyPath): Finding[] {
    return LABEL_PATTERN.test(value) && value.length <= LABEL_MAX_LENGTH
        ? []
        : [
              error("label-invalid", path, {
                  found: show(value),
                  cluster: "the API server refuses the name: it must be a lowercase RFC 1123 label",
                  instead: "Write lowercase letters, digits and `-`, 63 characters at most.",
              }),
          ];
}
