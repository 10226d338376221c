import { fitsGoType, type GoType } from "./go-types";

import type { Statement } from "./statement";

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

const ANYTHING = { map: "interface" } as const;
const DIGESTS = { map: "string" } as const;

/** What the predicates of some names are read into; of all others, and of URIs, they may be anything. */
const PREDICATES: Readonly<Record<string, GoType | undefined>> = {
    // `Link` in in-toto-golang's in_toto/model.go
    link: {
        struct: {
            _type: "string",
            name: "string",
            materials: ANYTHING,
            products: ANYTHING,
            byproducts: ANYTHING,
            command: { slice: "string" },
            environment: ANYTHING,
        },
    },
    // `ProvenancePredicate` in its in_toto/slsa_provenance/v0.2/provenance.go
    slsaprovenance: {
        struct: {
            builder: { struct: { id: "string" } },
            buildType: "string",
            invocation: {
                struct: {
                    configSource: { struct: { uri: "string", digest: DIGESTS, entryPoint: "string" } },
                    parameters: "interface",
                    environment: "interface",
                },
            },
            buildConfig: "interface",
            metadata: {
                struct: {
                    buildInvocationID: "string",
                    buildStartedOn: "time",
                    buildFinishedOn: "time",
                    completeness: { struct: { parameters: "bool", environment: "bool", materials: "bool" } },
                    reproducible: "bool",
                },
            },
            materials: { slice: { struct: { uri: "string", digest: DIGESTS } } },
        },
    },
    // `CosignVulnPredicate` in cosign's pkg/cosign/attestation/attestation.go
    vuln: {
        struct: {
            invocation: {
                struct: { parameters: "interface", uri: "string", event_id: "string", "builder.id": "string" },
            },
            scanner: {
                struct: {
                    uri: "string",
                    version: "string",
                    db: { struct: { uri: "string", version: "string" } },
                    result: "interface",
                },
            },
            metadata: { struct: { scanStartedOn: "time", scanFinishedOn: "time" } },
        },
    },
};

/**
 * Whether the predicate of a statement can be read as what an authority's `predicateType` names. A name asks for more than
 * its URI: cosign reads some predicates into structures (`AttestationToPayloadJSON` in its pkg/policy/attestation.go), and an
 * attestation that does not fit is as good as none.
 */
export function hasPredicateOf({ content }: Statement, nameOrUri: string): boolean {
    const predicate = PREDICATES[nameOrUri];
    return predicate === undefined || fitsGoType(content, { struct: { predicate } });
}
