import { lintManifest, validateManifest } from "../../../core/policy";

import type { Finding, LintOptions, ValidationOptions } from "../../../core/policy";

/** A ClusterImagePolicy with this `spec`. */
export function policyOf(spec: unknown, apiVersion = "policy.sigstore.dev/v1alpha1"): Record<string, unknown> {
    return { apiVersion, kind: "ClusterImagePolicy", metadata: { name: "acme" }, spec };
}

/** A TrustRoot with this `spec`. */
export function trustRootOf(spec: unknown): Record<string, unknown> {
    return { apiVersion: "policy.sigstore.dev/v1alpha1", kind: "TrustRoot", metadata: { name: "acme" }, spec };
}

/** A policy about one repository with these authorities. */
export function withAuthorities(...authorities: unknown[]): Record<string, unknown> {
    return policyOf({ images: [{ glob: "ghcr.io/acme/app@*" }], authorities });
}

/** A policy with a static authority, and whatever else is given. */
export function withSpec(fields: Record<string, unknown>): Record<string, unknown> {
    return policyOf({
        images: [{ glob: "ghcr.io/acme/app@*" }],
        authorities: [{ static: { action: "fail" } }],
        ...fields,
    });
}

/** A policy with one keyless identity. */
export function withIdentity(identity: Record<string, unknown>): Record<string, unknown> {
    return withAuthorities({ keyless: { identities: [identity] } });
}

/** The findings as `code at path`. */
export function brief(findings: readonly Finding[]): string[] {
    return findings.map(({ code, path }) => `${code} at ${path.join(".")}`);
}

/** What validation says of a manifest, as `code at path`. */
export function validation(document: unknown, options?: ValidationOptions): string[] {
    return brief(validateManifest(document, options));
}

/** What lints say of a manifest, as `code at path`. */
export function lints(document: unknown, options?: LintOptions): string[] {
    return brief(lintManifest(document, options));
}

/** Lints that have their test under another heading than the tables. */
export const CODES_ELSEWHERE: readonly string[] = [
    ...["authorities-empty", "attestation-name-twice", "remote-program-of-attestation", "ignored-lint-unknown"],
    "trust-root-mirror-expires-soon",
    ...["policies-no-exemption", "policies-always-refuse", "policies-both-apply", "policies-shadowed"],
    ...["enable-oci11", "no-match-policy", "fail-on-empty-authorities"],
    ...["predicate-type-deprecated", "api-version-converted", "conversion-drops-field"],
];
