import type * as pulumi from "@pulumi/pulumi";
import { isPlainObject } from "./plain-object";
import type { PolicyControllerArgs } from "./policy-controller";

/** A webhook call may ask the registry several times; upstream's own manifests allow the same. */
const DEFAULT_WEBHOOK_TIMEOUT_SECONDS = 25;
const DEFAULT_REPLICAS = 3;

/** The Helm values for what the component's arguments say. */
export function chartValues(args: PolicyControllerArgs): pulumi.Inputs {
    const timeoutSeconds = args.webhookTimeoutSeconds ?? DEFAULT_WEBHOOK_TIMEOUT_SECONDS;
    const values = {
        cosign: { webhookTimeoutSeconds: { mutating: timeoutSeconds, validating: timeoutSeconds } },
        webhook: {
            replicaCount: args.replicas ?? DEFAULT_REPLICAS,
            // The chart's own default, one replica of which one must be available, lets no node drain. A zero keeps
            // the template from rendering `minAvailable`, which excludes `maxUnavailable`.
            podDisruptionBudget: { enabled: true, minAvailable: 0, maxUnavailable: 1 },
            webhookTimeoutSeconds: { defaulting: timeoutSeconds, validating: timeoutSeconds },
            namespaceSelector: {
                matchExpressions: [
                    // The controller puts this one first at run time. Rendered the same, a refresh shows no drift and
                    // the next server-side apply does not conflict.
                    { key: "webhooks.knative.dev/exclude", operator: "DoesNotExist" },
                    { key: "policy.sigstore.dev/include", operator: "In", values: ["true"] },
                ],
            },
            configData: { "no-match-policy": args.noMatchPolicy ?? "deny" },
        },
    };
    return merge(values, args.values ?? {});
}

/** Merges as Helm does: objects key by key, everything else replaces. */
function merge(base: pulumi.Inputs, over: pulumi.Inputs): pulumi.Inputs {
    const merged: Record<string, unknown> = { ...base };
    for (const [key, value] of Object.entries<unknown>(over)) {
        const below = merged[key];
        merged[key] = isPlainObject(below) && isPlainObject(value) ? merge(below, value) : value;
    }
    return merged;
}
