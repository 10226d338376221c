import * as pulumi from "@pulumi/pulumi";
import {
    checkPolicy,
    DEFAULT_CONTROLLER_NAMESPACE,
    error,
    errorsOf,
    type Finding,
    type PropertyPath,
    show,
} from "../core/policy";
import type { KeyGeneration } from "./cosign-key-pair";
import { validateGenerations } from "./generation-rules";
import { knownNow } from "./known-values";
import { validatePolicyControllerArgs } from "./controller/rules";
import { validateNamespaceChoice } from "./namespace-rules";
import type { SignedImagesArgs } from "./signed-images";

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
