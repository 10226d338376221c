import type * as pulumi from "@pulumi/pulumi";
import type { PolicyArgs } from "./policy";

/**
 * An attestation that must be there, signed by the authority.
 *
 * Source: Attestation in clusterimagepolicy_types.go.
 */
export interface AttestationArgs {
    /** What `policy` of the whole ClusterImagePolicy calls it. */
    name: pulumi.Input<string>;
    /** The predicate's type: a URI, or one of `custom`, `slsaprovenance`, `spdx`, `spdxjson`, `cyclonedx`, `link`, `vuln`. */
    predicateType: pulumi.Input<string>;
    /**
     * A program that judges the predicate.
     *
     * @default none: being signed is enough
     */
    policy?: pulumi.Input<PolicyArgs>;
}
