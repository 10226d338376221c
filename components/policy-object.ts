import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { API_VERSION, type ManifestKind } from "../core/policy";
import { READY_TIMEOUT, WAIT_UNTIL_READY } from "./ready";

/**
 * Server-side apply that takes the fields over from whoever set them before (kubectl, Helm), as the provider's
 * documentation of server-side apply names it.
 */
const FORCED_OWNERSHIP = { "pulumi.com/patchForce": "true" };

/** What a policy or trust root in the cluster is made of. */
export interface PolicyObjectArgs {
    kind: ManifestKind;
    spec: pulumi.Input<unknown>;
    /** Whether an object that is there already is taken over. */
    adopt?: boolean;
}

/** The object of a component in the cluster, waited for until the controller has taken it up. */
export function policyObject(
    name: string,
    { kind, spec, adopt }: PolicyObjectArgs,
    opts: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.CustomResource {
    const annotations = adopt === true ? { ...WAIT_UNTIL_READY, ...FORCED_OWNERSHIP } : WAIT_UNTIL_READY;
    return new kubernetes.apiextensions.CustomResource(
        name,
        { apiVersion: API_VERSION, kind, metadata: { name, annotations }, spec },
        { ...opts, customTimeouts: READY_TIMEOUT },
    );
}
