import * as pulumi from "@pulumi/pulumi";
import { POLICY_DEFINITION, WORKLOAD_WEBHOOK } from "../../core/admission/names";
import { OWNER_ANNOTATION } from "../ownership";
import type { PolicyControllerArgs } from "./args";
import { letsOnlyReplicaGo } from "./chart-values";

/** An object of the chart, as the provider rendered it: plain values. */
interface ChartObject {
    metadata: { name: string; annotations?: Record<string, string> };
    spec: Record<string, unknown>;
    webhooks: Record<string, unknown>[];
}

interface DeploymentSpec extends Record<string, unknown> {
    selector: object;
    template: { spec: { containers?: { image?: string }[] } };
}

const ADMISSION = "kubernetes:admissionregistration.k8s.io/v1";
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const DISRUPTION_BUDGET = "kubernetes:policy/v1:PodDisruptionBudget";
const SERVICE = "kubernetes:core/v1:Service";

/**
 * Leaves out what a controller made, except for pods: the webhook replaces tags by digests, and a ReplicaSet that
 * differs from its Deployment's template is no ReplicaSet of that Deployment, which makes another one, without end
 * (sigstore/policy-controller#1105). What may run is decided at the Deployment and at every pod all the same.
 */
export const UNLESS_OWNED = {
    name: "signed-images-no-owned-objects",
    expression:
        'request.kind.kind == "Pod" || !has(object.metadata.ownerReferences) || ' +
        "!object.metadata.ownerReferences.exists(owner, has(owner.controller) && owner.controller)",
};

/** What this package changes about the chart's objects, because the chart has no value for it. */
export function changeChartObjects(args: PolicyControllerArgs, owner: pulumi.Input<string>): pulumi.ResourceTransform {
    return ({ custom, type, props, opts }) => {
        if (!custom || !type.startsWith("kubernetes:") || type.startsWith("kubernetes:helm.sh/")) {
            return undefined;
        }
        const object = props as ChartObject;
        const isDefinition = type === DEFINITION;
        const annotations = {
            ...object.metadata.annotations,
            [OWNER_ANNOTATION]: owner,
            // `signed-images disarm` takes the conversion away; arming again must not fail on who did it.
            ...(args.adopt || isDefinition ? { "pulumi.com/patchForce": "true" } : {}),
            // The provider waits some 10 s for a Service to settle, which proves nothing about the webhooks behind it. And it waits
            // for a Deployment whose ServiceAccount and definitions it has not made yet: for good, where it does one thing at a
            // time (`--parallel 1`). The gates wait for both.
            ...(type === SERVICE || type === DEPLOYMENT ? { "pulumi.com/skipAwait": "true" } : {}),
        };
        return {
            props: { ...object, ...changed(type, object, args), metadata: { ...object.metadata, annotations } },
            opts: {
                ...opts,
                retainOnDelete: keeps(args, isDefinition),
                // The provider replaces a ConfigMap whose data change, and the new one's name is the old one's.
                ...(type === CONFIG_MAP ? { deleteBeforeReplace: true } : {}),
            },
        };
    };
}

/** Whether an object outlives the stack. */
export function keeps(args: PolicyControllerArgs, isDefinition: boolean): boolean {
    return (args.adopt ?? false) || (isDefinition && (args.keepCrds ?? false));
}

function changed(type: string, object: ChartObject, args: PolicyControllerArgs): Partial<ChartObject> {
    switch (type) {
        case `${ADMISSION}:MutatingWebhookConfiguration`:
        case `${ADMISSION}:ValidatingWebhookConfiguration`:
            return { webhooks: object.webhooks.map((webhook) => changedWebhook(object.metadata.name, webhook, args)) };
        case DEPLOYMENT:
            return { spec: changedDeployment(object.spec as DeploymentSpec, args) };
        case DISRUPTION_BUDGET:
            return letsOnlyReplicaGo(args) ? { spec: { ...object.spec, minAvailable: 0 } } : {};
        case DEFINITION:
            return object.metadata.name === POLICY_DEFINITION ? { spec: changedDefinition(object.spec, args) } : {};
        default:
            return {};
    }
}

function changedWebhook(
    configuration: string,
    webhook: Record<string, unknown>,
    args: PolicyControllerArgs,
): Record<string, unknown> {
    const isOfWorkloads = configuration === WORKLOAD_WEBHOOK;
    return {
        ...webhook,
        ...(args.servicePort === undefined ? {} : { clientConfig: onPort(webhook.clientConfig, args.servicePort) }),
        ...(isOfWorkloads && !args.judgeOwnedObjects ? { matchConditions: [UNLESS_OWNED] } : {}),
    };
}

function changedDeployment(spec: DeploymentSpec, args: PolicyControllerArgs): Record<string, unknown> {
    warnOfTags(spec);
    const spread = (topologyKey: string) => ({
        maxSkew: 1,
        topologyKey,
        // A cluster of one node must be able to run all of them.
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: spec.selector,
    });
    const pods = {
        ...spec.template.spec,
        topologySpreadConstraints: [spread("kubernetes.io/hostname"), spread("topology.kubernetes.io/zone")],
        ...(args.hostNetwork ? { hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" } : {}),
    };
    return { ...spec, ...(args.hostNetwork ? ONE_BY_ONE : {}), template: { ...spec.template, spec: pods } };
}

/**
 * A node has each port once. Kubernetes' default starts a new pod before an old one ends, and on a cluster with no node to spare the new
 * one would wait for good.
 */
const ONE_BY_ONE = { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } };

/** The pinned chart names its image by digest; a chart of somebody else need not. */
function warnOfTags({ template }: DeploymentSpec): void {
    for (const { image = "" } of template.spec.containers ?? []) {
        if (!image.includes("@sha256:")) {
            const consequence = "whoever can move the tag decides what decides over every image";
            void pulumi.log.warn(
                `The chart runs ${image} by tag: ${consequence}. Write image: { digest: "sha256:…" }.`,
            );
        }
    }
}

/** Both versions have the same fields, so that kept definitions need no webhook to be read in either. */
function changedDefinition(spec: Record<string, unknown>, args: PolicyControllerArgs): Record<string, unknown> {
    if (args.keepCrds) {
        return { ...spec, conversion: { strategy: "None" } };
    }
    if (args.servicePort === undefined) {
        return spec;
    }
    const conversion = spec.conversion as { webhook: Record<string, unknown> };
    const clientConfig = onPort(conversion.webhook.clientConfig, args.servicePort);
    return { ...spec, conversion: { ...conversion, webhook: { ...conversion.webhook, clientConfig } } };
}

function onPort(clientConfig: unknown, port: number): object {
    const { service, ...rest } = clientConfig as { service: object };
    return { ...rest, service: { ...service, port } };
}
