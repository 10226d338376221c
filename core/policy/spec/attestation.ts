import type { Policy } from "./policy";

/**
 * The predicate types that have a short name in policy-controller, and the URI that each of them stands for.
 *
 * The webhook takes the short names with a warning that they are deprecated; the URIs need none.
 */
export const PredicateType = {
    Custom: "https://cosign.sigstore.dev/attestation/v1",
    CycloneDx: "https://cyclonedx.org/bom",
    Link: "https://in-toto.io/Link/v1",
    SlsaProvenance02: "https://slsa.dev/provenance/v0.2",
    SlsaProvenance1: "https://slsa.dev/provenance/v1",
    Spdx: "https://spdx.dev/Document",
    Vulnerabilities: "https://cosign.sigstore.dev/attestation/vuln/v1",
} as const;
export type PredicateType = (typeof PredicateType)[keyof typeof PredicateType];

/**
 * An attestation that must be there, signed by the authority.
 *
 * Source: Attestation in clusterimagepolicy_types.go.
 */
export interface Attestation {
    /** What `policy` of the whole ClusterImagePolicy calls it. */
    name: string;
    /** The predicate's type: a URI, or one of `custom`, `slsaprovenance`, `spdx`, `spdxjson`, `cyclonedx`, `link`, `vuln`. */
    predicateType: string;
    /**
     * A program that judges the predicate.
     *
     * @default none: being signed is enough
     */
    policy?: Policy;
}
