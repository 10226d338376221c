import { API_GROUP } from "../policy/manifest";

/*
 * What policy-controller is called in every cluster: its binary has these names built in, and the chart passes it no flags for
 * others (its templates compare versions wrongly).
 */

/** The webhooks that judge workloads: a mutating and a validating one of the same name. */
export const WORKLOAD_WEBHOOK = "policy.sigstore.dev";

/** The mutating webhook of policies and trust roots. */
export const DEFAULTING_WEBHOOK = "defaulting.clusterimagepolicy.sigstore.dev";

/** The validating webhook of policies and trust roots. */
export const VALIDATING_WEBHOOK = "validating.clusterimagepolicy.sigstore.dev";

/** The CustomResourceDefinition of policies. */
export const POLICY_DEFINITION = `clusterimagepolicies.${API_GROUP}`;

/** The CustomResourceDefinition of trust roots. */
export const TRUST_ROOT_DEFINITION = `trustroots.${API_GROUP}`;
