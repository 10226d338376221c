import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type AdmissionGate, admissionGates } from "./admission-gates";
import { chartValues } from "./chart-values";
import { rejectFindings } from "./findings";
import { CHART_REPOSITORY, CHART_VERSION } from "./pinned-chart";
import { validatePolicyControllerArgs } from "./argument-rules";

/** What the cluster does with an image that no ClusterImagePolicy matches. */
export const NoMatchPolicy = {
    /** The image is refused. */
    Deny: "deny",
    /** The image is admitted with a warning. */
    Warn: "warn",
    /** The image is admitted without a word. */
    Allow: "allow",
} as const;
export type NoMatchPolicy = (typeof NoMatchPolicy)[keyof typeof NoMatchPolicy];

/** Where the policy-controller Helm chart comes from. Either `path`, or `repository` with `version`. */
export interface ChartSource {
    /** A chart on disk: a directory or a packaged `.tgz`. Excludes `repository` and `version`. */
    path?: string;
    /**
     * The Helm repository, as an `https://` URL.
     *
     * @default "https://sigstore.github.io/helm-charts"
     */
    repository?: string;
    /**
     * The chart's exact version.
     *
     * @default "0.10.6", whose appVersion is 0.13.1
     */
    version?: string;
}

/**
 * What {@link PolicyController} takes. All of it shapes the chart, so all of it is plain: one value that is unknown at
 * preview would preview as deleting every object of the chart (helm.v4.Chart renders nothing then).
 */
export interface PolicyControllerArgs {
    /**
     * The namespace of the controller; it is created. It can never be an enforced namespace.
     *
     * @default "cosign-system"
     */
    namespace?: string;
    /**
     * How many replicas serve the webhooks, spread over nodes. One voluntary disruption at a time is allowed.
     *
     * @default 3
     */
    replicas?: number;
    /**
     * What the cluster does, in enforced namespaces, with an image that no policy matches.
     *
     * @default "deny"
     */
    noMatchPolicy?: NoMatchPolicy;
    /**
     * How long the API server waits for each webhook, in seconds, 1 to 30. A verification asks the registry several
     * times, so upstream's own manifests use 25 where Kubernetes' default is 10.
     *
     * @default 25
     */
    webhookTimeoutSeconds?: number;
    /**
     * Where the chart comes from.
     *
     * @default upstream's repository at the pinned version
     */
    chart?: ChartSource;
    /**
     * Further Helm values, merged last: objects are merged key by key, everything else replaces. The way out for what
     * has no argument of its own; see the chart's `values.yaml`.
     *
     * @default {}
     */
    values?: pulumi.Inputs;
}

/** The namespace that the controller lives in unless told otherwise; upstream's manifests use the same. */
export const DEFAULT_CONTROLLER_NAMESPACE = "cosign-system";

/** Also the Helm release name, so that objects are called what `helm install policy-controller` calls them. */
const RELEASE_NAME = "policy-controller";

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

    /** @throws InputPropertiesError for a bad namespace, replica count, time-out or chart source. */
    constructor(name: string, args: PolicyControllerArgs = {}, opts?: pulumi.ComponentResourceOptions) {
        rejectFindings("PolicyController", name, validatePolicyControllerArgs(args));
        // `{}`: component args are written to the state in clear (pulumi/pulumi sdk/nodejs/resource.ts).
        super("signed-images:index:PolicyController", name, {}, opts);

        const namespace = new kubernetes.core.v1.Namespace(
            name,
            { metadata: { name: args.namespace ?? DEFAULT_CONTROLLER_NAMESPACE } },
            { parent: this },
        );
        const chart = new kubernetes.helm.v4.Chart(
            name,
            {
                ...chartSource(args.chart),
                name: RELEASE_NAME,
                namespace: args.namespace ?? DEFAULT_CONTROLLER_NAMESPACE,
                values: chartValues(args),
            },
            { parent: this, dependsOn: namespace, transforms: [skipServiceAwait] },
        );
        const gates = admissionGates(name, { parent: this, dependsOn: chart });

        this.namespace = armed(namespace.metadata.name, gates);
        this.version = armed(controllerVersion(chart), gates);
        this.registerOutputs({ namespace: this.namespace, version: this.version });
    }
}

function chartSource(
    chart: ChartSource = {},
): Pick<kubernetes.helm.v4.ChartArgs, "chart" | "version" | "repositoryOpts"> {
    if (chart.path !== undefined) {
        return { chart: chart.path };
    }
    return {
        chart: "policy-controller",
        version: chart.version ?? CHART_VERSION,
        repositoryOpts: { repo: chart.repository ?? CHART_REPOSITORY },
    };
}

/**
 * The provider waits some 10 s for a Service to settle, which proves nothing about the webhooks behind it; the gates
 * do. The Deployment is still awaited.
 */
function skipServiceAwait(args: pulumi.ResourceTransformArgs): pulumi.ResourceTransformResult | undefined {
    if (args.type !== "kubernetes:core/v1:Service") {
        return undefined;
    }
    const metadata = pulumi.output(args.props.metadata as kubernetes.types.input.meta.v1.ObjectMeta);
    return {
        props: {
            ...args.props,
            metadata: metadata.apply((known) => ({
                ...known,
                annotations: { ...known.annotations, "pulumi.com/skipAwait": "true" },
            })),
        },
        opts: args.opts,
    };
}

/** The chart labels its objects with its appVersion, the version of the controller. */
function controllerVersion(chart: kubernetes.helm.v4.Chart): pulumi.Output<string> {
    return chart.resources.apply((resources: unknown[]) => {
        const deployment = resources.find((resource) => kubernetes.apps.v1.Deployment.isInstance(resource));
        const labels = pulumi.output(deployment?.metadata.labels ?? {});
        return labels.apply((known) => known["app.kubernetes.io/version"] ?? "");
    });
}

/** The value, from the moment on at which every gate has let through. */
function armed(value: pulumi.Output<string>, gates: AdmissionGate[]): pulumi.Output<string> {
    const passed = pulumi.all(gates.map((gate) => gate.metadata.name));
    return pulumi.all([value, passed]).apply(([known]) => known);
}
