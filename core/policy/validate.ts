import { validateDocument } from "./document";
import { DEFAULT_CONTROLLER_NAMESPACE } from "./manifest";
import { renderSpec, renderTrustRoot } from "./render";
import { validateAuthorities } from "./rules/authority";
import { validateImages } from "./rules/images";
import { validateMatch } from "./rules/match";
import { validateMode } from "./rules/mode";
import { validatePolicyProgram } from "./rules/policy";
import { validateTrustRootSpec } from "./rules/trust-root";
import { POLICY_SPEC, TRUST_ROOT_SPEC } from "./schema";
import { readShape } from "./shape";
import { specPathOf } from "./spec-path";
import { isKnown, UNKNOWN } from "./unknown";

import type { Finding } from "./finding";
import type { ClusterImagePolicyManifestSpec, TrustRootManifestSpec } from "./manifest";
import type { PropertyPath } from "./path";
import type { RuleContext } from "./rules/context";
import type { ClusterImagePolicySpec, TrustRootSpec } from "./spec";
import type { Known, MaybeUnknown } from "./unknown";

/** What a cluster has set, where that decides whether a policy is valid. */
export interface ValidationOptions {
    /**
     * The controller's namespace; a key's `secretRef.namespace` may name no other.
     *
     * @default cosign-system
     */
    controllerNamespace?: string;
    /**
     * `fail-on-empty-authorities` of the ConfigMap `config-policy-controller`.
     *
     * @default true
     */
    failOnEmptyAuthorities?: boolean;
}

/**
 * Everything that the cluster would refuse in a policy, and the few things that are refused here alone.
 *
 * Paths are those of the typed policy: `images[0]`, `authorities[1].keyless.subject`. Never throws, whatever it is given.
 */
export function validatePolicy(spec: MaybeUnknown<ClusterImagePolicySpec>, options: ValidationOptions = {}): Finding[] {
    const { value, findings } = readShape(spec, POLICY_SPEC, []);
    const shaped = value as MaybeUnknown<ClusterImagePolicySpec>;
    if (shaped === UNKNOWN) {
        return findings;
    }
    // The rules see the manifest, so that what they quote is what the cluster would say of it.
    const ruled = validatePolicySpec(renderSpec(shaped), ["spec"], contextOf(options));
    return [...findings, ...ruled.map((finding) => ({ ...finding, path: specPathOf(finding.path, shaped) }))];
}

/** Everything that the cluster would refuse in a trust root. Never throws, whatever it is given. */
export function validateTrustRoot(spec: MaybeUnknown<TrustRootSpec>): Finding[] {
    const { value, findings } = readShape(spec, TRUST_ROOT_SPEC, []);
    const rendered = renderTrustRoot(UNKNOWN, value as MaybeUnknown<TrustRootSpec>).spec;
    const ruled = rendered === UNKNOWN ? [] : validateTrustRootSpec(rendered, ["spec"]);
    return [...findings, ...ruled.map((finding) => ({ ...finding, path: finding.path.slice(1) }))];
}

/**
 * The same for an object that somebody else wrote, parsed from YAML or JSON: a ClusterImagePolicy (v1alpha1 or v1beta1) or
 * a TrustRoot. Paths are those of the manifest: `spec.images[0].glob`. Never throws, whatever it is given.
 */
export function validateManifest(document: unknown, options: ValidationOptions = {}): Finding[] {
    const { kind, spec, findings } = validateDocument(document);
    if (spec === UNKNOWN || kind === undefined) {
        return findings;
    }
    const ruled =
        kind === "TrustRoot"
            ? validateTrustRootSpec(spec as Known<TrustRootManifestSpec>, ["spec"])
            : validatePolicySpec(spec as Known<ClusterImagePolicyManifestSpec>, ["spec"], contextOf(options));
    return [...findings, ...ruled];
}

function contextOf(options: ValidationOptions): RuleContext {
    return {
        controllerNamespace: options.controllerNamespace ?? DEFAULT_CONTROLLER_NAMESPACE,
        failOnEmptyAuthorities: options.failOnEmptyAuthorities ?? true,
    };
}

/** `ClusterImagePolicySpec.Validate`. */
function validatePolicySpec(
    spec: Known<ClusterImagePolicyManifestSpec>,
    path: PropertyPath,
    context: RuleContext,
): Finding[] {
    const match = isKnown(spec.match) ? spec.match : [];
    return [
        ...validateImages(spec.images, path),
        ...validateAuthorities(spec.authorities, path, context),
        ...validateMode(spec.mode, path),
        ...match.flatMap((entry, index) => (isKnown(entry) ? validateMatch(entry, [...path, "match", index]) : [])),
        ...(isKnown(spec.policy) ? validatePolicyProgram(spec.policy, [...path, "policy"], "spec") : []),
    ];
}
