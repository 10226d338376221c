import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
    DEFAULTING_WEBHOOK,
    POLICY_DEFINITION,
    VALIDATING_WEBHOOK,
    WORKLOAD_WEBHOOK,
} from "../../core/admission/names";
import { API_GROUP } from "../../core/policy/manifest";
import { DEFAULT_ARMING_TIMEOUT_SECONDS, DEFAULT_CONTROLLER_NAMESPACE, type PolicyControllerArgs } from "./args";

/**
 * A patch that changes nothing that the cluster acts on, and that the engine finishes only once the patched object is
 * as its wait conditions demand.
 */
export type AdmissionGate =
    | kubernetes.apps.v1.DeploymentPatch
    | kubernetes.admissionregistration.v1.MutatingWebhookConfigurationPatch
    | kubernetes.admissionregistration.v1.ValidatingWebhookConfigurationPatch;

const WEBHOOK_IS_ARMED = ["{.webhooks[0].rules}", "{.webhooks[0].clientConfig.caBundle}"];

/** On every gate: the chart that it waited for. Another chart is another wait. */
export const ARMED_FOR_ANNOTATION = "signed-images/armed-for";

/** What the gates need to know of the chart. */
export interface Deployed {
    /** The name of the Deployment. */
    name: pulumi.Output<string>;
    /** The name and version of the chart. */
    chart: pulumi.Output<string>;
    /** The version of the controller. */
    version: pulumi.Output<string>;
}

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
 * @param deployed The Deployment of the chart that is installed.
 */
export function admissionGates(
    name: string,
    args: PolicyControllerArgs,
    deployed: Deployed,
    opts: pulumi.CustomResourceOptions,
): AdmissionGate[] {
    const { chart } = deployed;
    const { MutatingWebhookConfigurationPatch, ValidatingWebhookConfigurationPatch } =
        kubernetes.admissionregistration.v1;
    const patient = { ...opts, customTimeouts: armingTimeout(args) };
    const serving = new kubernetes.apps.v1.DeploymentPatch(
        `${name}-serves`,
        {
            metadata: {
                name: deployed.name,
                namespace: args.namespace ?? DEFAULT_CONTROLLER_NAMESPACE,
                annotations: { [ARMED_FOR_ANNOTATION]: chart },
            },
        },
        patient,
    );
    const waiting = { ...patient, dependsOn: serving };
    const gate = (configuration: string) => ({
        metadata: {
            name: configuration,
            annotations: { "pulumi.com/waitFor": waitFor(WEBHOOK_IS_ARMED, chart), [ARMED_FOR_ANNOTATION]: chart },
        },
    });
    return [
        serving,
        new MutatingWebhookConfigurationPatch(`${name}-mutates-workloads`, gate(WORKLOAD_WEBHOOK), waiting),
        new ValidatingWebhookConfigurationPatch(`${name}-validates-workloads`, gate(WORKLOAD_WEBHOOK), waiting),
        new MutatingWebhookConfigurationPatch(`${name}-defaults-policies`, gate(DEFAULTING_WEBHOOK), waiting),
        new ValidatingWebhookConfigurationPatch(`${name}-validates-policies`, gate(VALIDATING_WEBHOOK), waiting),
    ];
}

/** What changes where the webhook configurations were taken away and made anew: the UID of one of them. */
export function armedSince(gates: readonly AdmissionGate[]): pulumi.Output<string> {
    const configuration = gates[gates.length - 1];
    return pulumi.output(configuration?.metadata.uid).apply((uid) => uid ?? "");
}

/**
 * The gate of the definition's conversion webhook, whose CA bundle the controller writes as well.
 *
 * It waits when it is created. The provider replaces a definition as a whole whenever the chart's changes
 * (pulumi-kubernetes, provider/pkg/await/await.go) and takes this patch's annotation away with it, which must not count as a
 * difference: an update of the patch would be refused. The controller, which watches the definition, writes the CA bundle again
 * within a second, or when the lease has run out of a process that could not give it back; until then only what is read or written in
 * another version than the stored one fails.
 *
 * After `signed-images disarm` the controller may be a new one, and hold the lease for the webhooks up to a minute before that for the
 * conversion (knative.dev/pkg/leaderelection). So the gate is made anew where the webhooks were.
 *
 * @param armed What changes with the webhook configurations.
 */
export function conversionGate(
    name: string,
    args: PolicyControllerArgs,
    armed: pulumi.Output<string>,
    opts: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.v1.CustomResourceDefinitionPatch {
    const condition = "jsonpath={.spec.conversion.webhook.clientConfig.caBundle}";
    return new kubernetes.apiextensions.v1.CustomResourceDefinitionPatch(
        `${name}-converts-policies`,
        {
            metadata: { name: POLICY_DEFINITION, annotations: { "pulumi.com/waitFor": JSON.stringify([condition]) } },
            // The provider refuses a patch of a definition without these, though they change nothing.
            spec: { group: API_GROUP, names: { kind: "ClusterImagePolicy" } },
        },
        {
            ...opts,
            customTimeouts: armingTimeout(args),
            ignoreChanges: ["metadata.annotations", "spec"],
            replacementTrigger: armed,
        },
    );
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
