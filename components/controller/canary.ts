import { setTimeout as delay } from "node:timers/promises";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { renderClusterImagePolicy, StaticAction } from "../../core/policy";
import { WAIT_UNTIL_READY } from "../ready";
import { ARMED_FOR_ANNOTATION, armingTimeout } from "./admission-gates";
import { DEFAULT_ARMING_TIMEOUT_SECONDS, DEFAULT_CONTROLLER_NAMESPACE, type PolicyControllerArgs } from "./args";

/** A name that nobody can register (RFC 2606), so that no image is ever called so. */
const CANARY_IMAGES = "canary.signed-images.invalid/**";
const CANARY_NAME = "signed-images-canary";
/** Not the version that is stored: what is written in it goes through the conversion webhook as well. */
const CONVERTED_VERSION = "policy.sigstore.dev/v1beta1";

/** What the API server says when it does not reach a webhook, or does not trust it yet. */
const UNREACHED = /failed calling webhook|conversion webhook|no endpoints available/;

/** The engine asks an error hook a hundred times at most. */
const MAX_RETRIES = 100;

/**
 * A policy that matches nothing. It is stored only when the API server reaches the webhooks, and Ready only when the controller
 * works: what no object of the chart can tell. Ready endpoints prove nothing where a firewall or an overlay network stands between
 * the API server and the pods.
 */
export function canaryPolicy(
    name: string,
    args: PolicyControllerArgs,
    chart: pulumi.Input<string>,
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
            metadata: { name: CANARY_NAME, annotations: { ...WAIT_UNTIL_READY, [ARMED_FOR_ANNOTATION]: chart } },
            spec,
        },
        {
            ...opts,
            customTimeouts: armingTimeout(args),
            ...(canHook() ? { hooks: { onError: [untilReached(args)] } } : {}),
        },
    );
}

/** Pulumi's mocks, with which programs are unit-tested, know no error hooks and would wait for theirs for good. */
function canHook(): boolean {
    const monitor: object = pulumi.runtime.getMonitor() ?? {};
    return "registerErrorHook" in monitor;
}

/** Tries again while the API server does not reach the webhooks, and says what is in the way when the time is up. */
function untilReached(args: PolicyControllerArgs): pulumi.ErrorHook {
    const timeoutSeconds = args.armingTimeoutSeconds ?? DEFAULT_ARMING_TIMEOUT_SECONDS;
    let deadline: number | undefined;
    return new pulumi.ErrorHook(`signed-images-canary-${hooks++}`, async ({ errors, failedOperation }) => {
        if (failedOperation === "delete" || !UNREACHED.test(errors[0] ?? "")) {
            return false;
        }
        deadline ??= Date.now() + timeoutSeconds * 1000;
        if (Date.now() >= deadline) {
            // What a hook throws stands beside the API server's own words.
            throw new Error(unreachable(args, timeoutSeconds));
        }
        await delay((timeoutSeconds * 1000) / MAX_RETRIES);
        return true;
    });
}

/** Names of hooks are the program's. */
let hooks = 0;

function unreachable(args: PolicyControllerArgs, timeoutSeconds: number): string {
    const namespace = args.namespace ?? DEFAULT_CONTROLLER_NAMESPACE;
    return [
        `The webhooks are configured, and the API server did not reach them for ${timeoutSeconds} s.`,
        `Are the pods ready? kubectl -n ${namespace} get pods, and their logs.`,
        "If they are: a firewall must let the API server through to port 8443 of the pods (private GKE clusters do not),",
        "and where the pods are on an overlay network that the API server has no part in (EKS with Calico or Cilium), write hostNetwork: true.",
    ].join("\n");
}
