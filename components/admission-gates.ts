import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/**
 * A patch that changes nothing that the cluster acts on, and that the engine finishes only once the patched object is
 * as its wait conditions demand.
 */
export type AdmissionGate =
    | kubernetes.admissionregistration.v1.MutatingWebhookConfigurationPatch
    | kubernetes.admissionregistration.v1.ValidatingWebhookConfigurationPatch
    | kubernetes.apiextensions.v1.CustomResourceDefinitionPatch;

/** The webhook configurations of the chart: the first judges workloads, the other two default and validate policies. */
const POLICY_WEBHOOK = "policy.sigstore.dev";
const DEFAULTING_WEBHOOK = "defaulting.clusterimagepolicy.sigstore.dev";
const VALIDATING_WEBHOOK = "validating.clusterimagepolicy.sigstore.dev";
const POLICY_DEFINITION = "clusterimagepolicies.policy.sigstore.dev";

const WEBHOOK_IS_ARMED = waitFor("{.webhooks[0].rules}", "{.webhooks[0].clientConfig.caBundle}");
const CONVERSION_IS_ARMED = waitFor("{.spec.conversion.webhook.clientConfig.caBundle}");

/** Longer than a slow image pull plus the controller's own start; what is missing after it will not come by itself. */
const ARMING_TIMEOUT = "5m";

/**
 * The gates between the chart and all that relies on it.
 *
 * The chart's webhook configurations come without `rules`: the controller writes them, and the CA bundles, some seconds
 * after its Deployment is ready. Until then unsigned images pass in a labelled namespace, and a policy may be stored
 * unvalidated or fail (sigstore/policy-controller#952, #275).
 */
export function admissionGates(name: string, opts: pulumi.CustomResourceOptions): AdmissionGate[] {
    const { MutatingWebhookConfigurationPatch, ValidatingWebhookConfigurationPatch } =
        kubernetes.admissionregistration.v1;
    const { CustomResourceDefinitionPatch } = kubernetes.apiextensions.v1;
    const waiting = { ...opts, customTimeouts: { create: ARMING_TIMEOUT, update: ARMING_TIMEOUT } };
    return [
        new MutatingWebhookConfigurationPatch(`${name}-mutates-workloads`, webhook(POLICY_WEBHOOK), waiting),
        new ValidatingWebhookConfigurationPatch(`${name}-validates-workloads`, webhook(POLICY_WEBHOOK), waiting),
        new MutatingWebhookConfigurationPatch(`${name}-defaults-policies`, webhook(DEFAULTING_WEBHOOK), waiting),
        new ValidatingWebhookConfigurationPatch(`${name}-validates-policies`, webhook(VALIDATING_WEBHOOK), waiting),
        new CustomResourceDefinitionPatch(
            `${name}-converts-policies`,
            {
                metadata: { name: POLICY_DEFINITION, annotations: CONVERSION_IS_ARMED },
                // The provider refuses a patch of a CRD without these three, though they change nothing.
                spec: { group: "policy.sigstore.dev", names: { kind: "ClusterImagePolicy" } },
            },
            waiting,
        ),
    ];
}

function webhook(name: string): { metadata: kubernetes.types.input.meta.v1.ObjectMetaPatch } {
    return { metadata: { name, annotations: WEBHOOK_IS_ARMED } };
}

/** Several conditions are a JSON array in the annotation; the engine waits for all of them. */
function waitFor(...paths: string[]): Record<string, string> {
    return { "pulumi.com/waitFor": JSON.stringify(paths.map((path) => `jsonpath=${path}`)) };
}
