import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { WORKLOAD_WEBHOOK } from "../core/admission/names";
import { error } from "../core/policy";
import { admissionGates, armedSince, conversionGate, type Deployed } from "./controller/admission-gates";
import { DEFAULT_CONTROLLER_NAMESPACE, type PolicyControllerArgs } from "./controller/args";
import { canaryPolicy } from "./controller/canary";
import { changeChartObjects } from "./controller/chart-objects";
import { chartPlace } from "./controller/chart-source";
import { chartValues, OWN_PRIORITY_CLASS } from "./controller/chart-values";
import { adoptedRelease } from "./controller/adopted-release";
import { fullName, releaseName } from "./controller/release";
import { rememberControllerNamespace } from "./controller/namespaces";
import { definitionsDeletedFirst } from "./controller/definitions";
import { clusterRequirements } from "./controller/new-objects";
import { validatePolicyControllerArgs } from "./controller/rules";
import { SETTINGS_CONFIG_MAP, settingsFiles } from "./controller/settings-config-map";
import { checkCluster } from "./cluster-check";
import { requireOfCluster } from "./existing-objects";
import { rejectFindings } from "./findings";
import { withUnknowns } from "./known-values";
import { OWNER_ANNOTATION, ownerMark } from "./ownership";
import { CHART_REPOSITORY } from "./pinned-chart";
import { type ProvidedObject, warnOfForbidden } from "./write-rights";

export {
    type ControllerImage,
    type ControllerResources,
    DEFAULT_CONTROLLER_NAMESPACE,
    NoMatchPolicy,
    type PolicyControllerArgs,
    type ProxySettings,
    type ResourceAmounts,
    type TufSettings,
} from "./controller/args";
export type { ChartSource } from "./controller/chart-source";

/** The highest that is not reserved for Kubernetes' own. */
const OWN_PRIORITY = 1_000_000_000;

/**
 * The sigstore policy-controller, installed from its Helm chart, and armed: what depends on this component is created
 * only after its admission webhooks are in force.
 *
 * Nothing is enforced by this component alone. A namespace is enforced once an `EnforcedNamespace` labels it.
 */
export class PolicyController extends pulumi.ComponentResource {
    /** The namespace of the controller. */
    public readonly namespace: pulumi.Output<string>;
    /** The version of the controller that the chart installs, as the chart labels it (its appVersion). */
    public readonly version: pulumi.Output<string>;

    /** @throws InputPropertiesError for what the cluster would refuse, and for what would leave its webhooks unserved. */
    constructor(name: string, args: PolicyControllerArgs = {}, opts?: pulumi.ComponentResourceOptions) {
        rejectFindings("PolicyController", name, validatePolicyControllerArgs(args));
        // `{}`: component args are written to the state in clear (pulumi/pulumi sdk/nodejs/resource.ts).
        super("signed-images:index:PolicyController", name, {}, opts);

        const namespaceName = args.namespace ?? DEFAULT_CONTROLLER_NAMESPACE;
        rememberControllerNamespace(namespaceName);
        const owner = ownerMark(name, { parent: this });
        const metadata = (objectName: string) => ({
            name: objectName,
            annotations: { [OWNER_ANNOTATION]: owner, ...(args.adopt ? { "pulumi.com/patchForce": "true" } : {}) },
        });
        const child = { parent: this, retainOnDelete: args.adopt ?? false };

        const check = requireOfCluster(`${name}-is-new`, clusterRequirements(args, owner), { parent: this });
        const checks = args.adopt
            ? [check, checkCluster(`${name}-is-alike`, adoptedRelease(args, owner), { parent: this })]
            : [check];
        const namespace = new kubernetes.core.v1.Namespace(
            name,
            { metadata: metadata(namespaceName) },
            { ...child, dependsOn: checks },
        );
        const beside: (kubernetes.core.v1.ConfigMap | kubernetes.scheduling.v1.PriorityClass)[] = [];
        if (args.priorityClass === undefined) {
            const description = "Without policy-controller nothing starts in enforced namespaces.";
            beside.push(
                new kubernetes.scheduling.v1.PriorityClass(
                    name,
                    { metadata: metadata(OWN_PRIORITY_CLASS), value: OWN_PRIORITY, description },
                    { ...child, dependsOn: checks },
                ),
            );
        }
        const data = settingsFiles(args);
        if (Object.keys(data).length > 0) {
            const settings = { ...metadata(SETTINGS_CONFIG_MAP), namespace: namespaceName };
            beside.push(
                new kubernetes.core.v1.ConfigMap(
                    name,
                    { metadata: settings, data },
                    { ...child, dependsOn: namespace },
                ),
            );
        }
        const chart = new kubernetes.helm.v4.Chart(
            name,
            {
                ...chartPlace(name, args.chart),
                name: releaseName(args),
                namespace: namespaceName,
                values: chartValues(args),
            },
            { parent: this, dependsOn: [namespace, ...beside], transforms: [changeChartObjects(args, owner)] },
        );
        const written = chart.resources.apply((made: ProvidedObject[]) => [namespace, ...beside, ...made]);
        warnOfForbidden("PolicyController", name, written, this);
        const deployed = deployedBy(name, chart, args);
        const gates = admissionGates(name, args, deployed, { parent: this, dependsOn: chart });
        const definitions = definitionsDeletedFirst(name, args, namespace.id, { parent: this, dependsOn: chart });
        // After the definitions, so that it goes before them: to take a patch off what is gone would make it again.
        const conversion = args.keepCrds
            ? []
            : [conversionGate(name, args, armedSince(gates), { parent: this, dependsOn: [...gates, ...definitions] })];
        const dependsOn = [...gates, ...definitions, ...conversion];
        const canary = canaryPolicy(name, args, namespace.id, { parent: this, dependsOn });

        this.namespace = armed(namespace.metadata.name, canary);
        this.version = armed(deployed.version, canary);
        this.registerOutputs({ namespace: this.namespace, version: this.version });
    }
}

/**
 * The chart labels its objects with its own version and with its appVersion, the version of the controller.
 *
 * @throws InputPropertiesError, in the outputs, for a chart that is another one.
 */
function deployedBy(name: string, chart: kubernetes.helm.v4.Chart, args: PolicyControllerArgs): Deployed {
    // No list, other than an empty one: the provider could not render the chart, and has said why.
    const metadata = chart.resources.apply((resources: unknown[] | undefined) => {
        const { MutatingWebhookConfiguration } = kubernetes.admissionregistration.v1;
        const deployment = resources?.find((resource) => kubernetes.apps.v1.Deployment.isInstance(resource));
        const configurations = resources?.filter((resource) => MutatingWebhookConfiguration.isInstance(resource));
        return pulumi
            .all([deployment?.metadata, pulumi.all(configurations?.map(({ metadata: { name } }) => name) ?? [])])
            .apply(([of, names]) => {
                if (resources !== undefined && (of === undefined || !names.includes(WORKLOAD_WEBHOOK))) {
                    rejectFindings("PolicyController", name, [
                        error("chart-of-something-else", ["chart"], {
                            found: `a chart without a Deployment, or without the webhook configuration ${WORKLOAD_WEBHOOK}`,
                            cluster: "This is no policy-controller chart: nothing would be enforced by it.",
                            instead: `Write where policy-controller's chart is: ${CHART_REPOSITORY}, or a mirror of it.`,
                        }),
                    ]);
                }
                return { name: of?.name, labels: of?.labels };
            });
    });
    // With a value that is not known yet, nothing of the chart is; but without a name, the provider refuses the gate.
    const deploymentName = withUnknowns(metadata.apply(({ name: known }) => known)).apply(
        (known) => (typeof known === "string" && !pulumi.isUnknown(known) ? known : `${fullName(args)}-webhook`),
        true,
    );
    return {
        name: deploymentName,
        chart: metadata.apply(({ labels }) => labels?.["helm.sh/chart"] ?? "unknown"),
        version: metadata.apply(({ labels }) => labels?.["app.kubernetes.io/version"] ?? ""),
    };
}

/** The value, from the moment on at which the canary lives. */
function armed(value: pulumi.Output<string>, canary: kubernetes.apiextensions.CustomResource): pulumi.Output<string> {
    return pulumi.all([value, canary.id]).apply(([known]) => known);
}
