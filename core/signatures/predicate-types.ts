/** cosign's short names (`PredicateTypeMap` in its cmd/cosign/cli/options/predicate.go). */
const URI_OF_NAME: ReadonlyMap<string, string> = new Map([
    ["custom", "https://cosign.sigstore.dev/attestation/v1"],
    ["slsaprovenance", "https://slsa.dev/provenance/v0.2"],
    ["slsaprovenance02", "https://slsa.dev/provenance/v0.2"],
    ["slsaprovenance1", "https://slsa.dev/provenance/v1"],
    ["spdx", "https://spdx.dev/Document"],
    ["spdxjson", "https://spdx.dev/Document"],
    ["cyclonedx", "https://cyclonedx.org/bom"],
    ["link", "https://in-toto.io/Link/v1"],
    ["vuln", "https://cosign.sigstore.dev/attestation/vuln/v1"],
    ["openvex", "https://openvex.dev/ns"],
]);

/** The names themselves. */
export const PREDICATE_TYPE_NAMES: readonly string[] = Array.from(URI_OF_NAME.keys());

/** The URI that a statement has for a predicate type; what is no short name is a URI already. */
export function predicateTypeUri(nameOrUri: string): string {
    return URI_OF_NAME.get(nameOrUri) ?? nameOrUri;
}
