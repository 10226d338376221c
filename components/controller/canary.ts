import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { renderClusterImagePolicy, StaticAction } from "../../core/policy";
import { WAIT_UNTIL_READY } from "../ready";
import { armingTimeout } from "./admission-gates";
import type { PolicyControllerArgs } from "./args";

/** A name that nobody can register (RFC 2606), so that no image is ever called so. */
const CANARY_IMAGES = "canary.signed-images.invalid/**";
const CANARY_NAME = "signed-images-canary";
/** Not the version that is stored: what is written in it goes through the conversion webhook as well. */
const CONVERTED_VERSION = "policy.sigstore.dev/v1beta1";

/**
 * A policy that matches nothing. It is stored only when the API server reaches the webhooks, and Ready only when the controller
 * works: what no object of the chart can tell. Ready endpoints prove nothing where a firewall or an overlay network stands between
 * the API server and the pods; the API server's own words then stand at this resource (docs/lockout.md).
 *
 * @param created an ID of something that is made with the chart: no preview knows it before, and so none asks webhooks that a dead
 * controller left behind, which this `up` brings back
 */
export function canaryPolicy(
    name: string,
    args: PolicyControllerArgs,
    created: pulumi.Output<string>,
    opts: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.CustomResource {
    const { spec } = renderClusterImagePolicy(CANARY_NAME, {
        images: [CANARY_IMAGES],
        authorities: [{ static: { action: StaticAction.Fail } }],
    });
    return new kubernetes.apiextensions.CustomResource(
        `${name}-canary`,
        {
            apiVersion: CONVERTED_VERSION,
            kind: "ClusterImagePolicy",
            // The annotations, of all fields: the policy pack has to know at preview what the policy is about.
            metadata: { name: CANARY_NAME, annotations: created.apply(() => WAIT_UNTIL_READY) },
            spec,
        },
        { ...opts, customTimeouts: armingTimeout(args) },
    );
}
