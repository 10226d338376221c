import * as pulumi from "@pulumi/pulumi";
import { checkPolicy, error, errorsOf, type Finding, type PropertyPath, show } from "../core/policy";
import type { KeyGeneration } from "./cosign-key-pair";
import { knownNow } from "./known-values";
import { DEFAULT_CONTROLLER_NAMESPACE } from "./controller/args";
import { validatePolicyControllerArgs } from "./controller/rules";
import { validateLabel } from "./name-rules";
import { validateNamespaceChoice } from "./namespace-rules";
import type { SignedImagesArgs } from "./signed-images";

export { validateLabel, validateSecretName } from "./name-rules";

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
        const isControllers = namespace === (args.controller?.namespace ?? DEFAULT_CONTROLLER_NAMESPACE);
        findings.push(
            ...validateNamespaceChoice({ name: namespace, isControllers }).map((finding) => ({ ...finding, path })),
        );
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
