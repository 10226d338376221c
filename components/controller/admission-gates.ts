import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { DEFAULT_ARMING_TIMEOUT_SECONDS, type PolicyControllerArgs } from "./args";
import { POLICY_DEFINITION, WORKLOAD_WEBHOOK } from "./chart-objects";

/**
 * A patch that changes nothing that the cluster acts on, and that the engine finishes only once the patched object is
 * as its wait conditions demand.
 */
export type AdmissionGate =
    | kubernetes.admissionregistration.v1.MutatingWebhookConfigurationPatch
    | kubernetes.admissionregistration.v1.ValidatingWebhookConfigurationPatch
    | kubernetes.apiextensions.v1.CustomResourceDefinitionPatch;

/** The webhooks that default and validate policies. */
const DEFAULTING_WEBHOOK = "defaulting.clusterimagepolicy.sigstore.dev";
const VALIDATING_WEBHOOK = "validating.clusterimagepolicy.sigstore.dev";

const WEBHOOK_IS_ARMED = ["{.webhooks[0].rules}", "{.webhooks[0].clientConfig.caBundle}"];
const CONVERSION_IS_ARMED = ["{.spec.conversion.webhook.clientConfig.caBundle}"];

/** On every gate: the chart that it waited for. Another chart is another wait. */
export const ARMED_FOR_ANNOTATION = "signed-images/armed-for";

/** How long the engine waits for each gate. */
export function armingTimeout(args: PolicyControllerArgs): pulumi.CustomTimeouts {
    const timeout = `${args.armingTimeoutSeconds ?? DEFAULT_ARMING_TIMEOUT_SECONDS}s`;
    return { create: timeout, update: timeout };
}

/**
 * The gates between the chart and all that relies on it.
 *
 * The chart's webhook configurations come without `rules`: the controller writes them, and the CA bundles, some seconds
 * after its Deployment is ready. Until then unsigned images pass in a labelled namespace, and a policy may be stored
 * unvalidated or fail (sigstore/policy-controller#952, #275).
 *
 * @param chart The name and version of the chart that is installed.
 */
export function admissionGates(
    name: string,
    args: PolicyControllerArgs,
    chart: pulumi.Input<string>,
    opts: pulumi.CustomResourceOptions,
): AdmissionGate[] {
    const { MutatingWebhookConfigurationPatch, ValidatingWebhookConfigurationPatch } =
        kubernetes.admissionregistration.v1;
    const { CustomResourceDefinitionPatch } = kubernetes.apiextensions.v1;
    const waiting = { ...opts, customTimeouts: armingTimeout(args) };
    const gate = (object: string, paths: readonly string[]) => ({
        metadata: {
            name: object,
            annotations: { "pulumi.com/waitFor": waitFor(paths, chart), [ARMED_FOR_ANNOTATION]: chart },
        },
    });
    return [
        new MutatingWebhookConfigurationPatch(
            `${name}-mutates-workloads`,
            gate(WORKLOAD_WEBHOOK, WEBHOOK_IS_ARMED),
            waiting,
        ),
        new ValidatingWebhookConfigurationPatch(
            `${name}-validates-workloads`,
            gate(WORKLOAD_WEBHOOK, WEBHOOK_IS_ARMED),
            waiting,
        ),
        new MutatingWebhookConfigurationPatch(
            `${name}-defaults-policies`,
            gate(DEFAULTING_WEBHOOK, WEBHOOK_IS_ARMED),
            waiting,
        ),
        new ValidatingWebhookConfigurationPatch(
            `${name}-validates-policies`,
            gate(VALIDATING_WEBHOOK, WEBHOOK_IS_ARMED),
            waiting,
        ),
        // Kept definitions have no webhook to wait for.
        ...(args.keepCrds
            ? []
            : [
                  new CustomResourceDefinitionPatch(
                      `${name}-converts-policies`,
                      {
                          ...gate(POLICY_DEFINITION, CONVERSION_IS_ARMED),
                          // The provider refuses a patch of a CRD without these, though they change nothing.
                          spec: { group: "policy.sigstore.dev", names: { kind: "ClusterImagePolicy" } },
                      },
                      waiting,
                  ),
              ]),
    ];
}

/**
 * Several conditions are a JSON array in the annotation; the engine waits for all of them.
 *
 * The last one is about the patch itself: the provider also looks at what it saw before the patch, takes that for the result
 * where it fits, and finds a difference at the next preview.
 */
function waitFor(paths: readonly string[], chart: pulumi.Input<string>): pulumi.Output<string> {
    const patched = pulumi.interpolate`{.metadata.annotations['${ARMED_FOR_ANNOTATION}']}=${chart}`;
    return patched.apply((last) => JSON.stringify([...paths, last].map((path) => `jsonpath=${path}`)));
}
