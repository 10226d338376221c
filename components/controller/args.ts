import type * as pulumi from "@pulumi/pulumi";
import type { ChartSource } from "./chart-source";

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

/** The image of the controller, where it comes from a mirror. */
export interface ControllerImage {
    /**
     * Registry and repository, without tag and digest: `mirror.example.com/sigstore/policy-controller`.
     *
     * @default the chart's, on ghcr.io
     */
    repository?: string;
    /**
     * The digest, `sha256:…`. What decides over images is itself never run by a tag that somebody can move.
     *
     * @default the chart's
     */
    digest?: string;
}

/** Amounts of one kind of resource, in Kubernetes' quantities. */
export interface ResourceAmounts {
    /**
     * Cores: `100m`, `1`.
     *
     * @default the chart's
     */
    cpu?: string;
    /**
     * Bytes: `128Mi`.
     *
     * @default the chart's
     */
    memory?: string;
}

/** What each replica asks for, and what it may use. */
export interface ControllerResources {
    /**
     * What is reserved on the node.
     *
     * @default 100m of CPU, 128Mi of memory
     */
    requests?: ResourceAmounts;
    /**
     * Where it is throttled (CPU) or ended (memory). A verification that is throttled past the webhook's time-out is a
     * refusal.
     *
     * @default 1 CPU, 512Mi of memory
     */
    limits?: ResourceAmounts;
}

/** How the controller gets to registries and logs where only a proxy leads out. */
export interface ProxySettings {
    /**
     * The proxy for `http://` addresses.
     *
     * @default none
     */
    http?: string;
    /**
     * The proxy for `https://` addresses.
     *
     * @default none
     */
    https?: string;
    /**
     * What is asked directly, beside the cluster's own API server and services: host names, `.suffixes` and CIDRs.
     *
     * @default []
     */
    noProxy?: string[];
}

/**
 * Where the controller gets sigstore's public trust root from when it starts. It ends at once where it cannot
 * (cmd/webhook/main.go), so a cluster without the internet needs a mirror, or none of it.
 */
export interface TufSettings {
    /**
     * Do without: enough for policies of keys, and for keyless ones that name a `trustRootRef`.
     *
     * @default false
     */
    disabled?: boolean;
    /**
     * The address of a mirror.
     *
     * @default sigstore's own
     */
    mirror?: string;
    /**
     * The mirror's `root.json`, as text.
     *
     * @default the one that is built into the controller
     */
    root?: string;
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
     * What Helm calls the release: the names of the chart's objects begin with it. To adopt one of another name.
     *
     * @default "policy-controller"
     */
    releaseName?: string;
    /**
     * How many replicas serve the webhooks, spread over nodes and zones. One voluntary disruption at a time is allowed.
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
     * How long to wait, in seconds, until the webhooks are in force, for each thing that is waited for.
     *
     * @default 300
     */
    armingTimeoutSeconds?: number;
    /**
     * Whether objects that a controller made are judged and rewritten like those that somebody wrote: the ReplicaSets of
     * Deployments, the Jobs of CronJobs. Pods always are. With `true`, a Deployment by tag that ran before its namespace was
     * enforced gets ReplicaSets without end as soon as it is scaled (sigstore/policy-controller#1105).
     *
     * @default false, which needs Kubernetes 1.28
     */
    judgeOwnedObjects?: boolean;
    /**
     * Whether to take over a policy-controller that is there already, from Helm, from kubectl or from another stack.
     * Nothing of it is deleted or replaced, and as long as this stands, `pulumi destroy` leaves it running.
     *
     * @default false: what exists is refused before anything is changed
     */
    adopt?: boolean;
    /**
     * Whether the CustomResourceDefinitions, and with them every policy of others, outlive the stack. They then convert
     * between their versions without a webhook, so that they can be read when the controller is gone.
     *
     * @default false
     */
    keepCrds?: boolean;
    /**
     * Whether the controller's pods use their nodes' network: for clusters whose API server does not reach pods, such as EKS with
     * an overlay network. Port 8443 of the nodes must be free then.
     *
     * @default false
     */
    hostNetwork?: boolean;
    /**
     * The port of the Service by which the API server calls the webhooks. The pods themselves listen on 8443 whatever is said
     * here (`-secure-port` is read too late: cmd/webhook/main.go), and that is what a firewall has to let through.
     *
     * @default 443
     */
    servicePort?: number;
    /**
     * Annotations of the ServiceAccount, for a cloud's workload identity: `eks.amazonaws.com/role-arn`.
     *
     * @default {}
     */
    serviceAccountAnnotations?: Record<string, string>;
    /**
     * The name of a PriorityClass that exists.
     *
     * @default one that this component makes, `signed-images-policy-controller`: some clouds refuse
     * `system-cluster-critical` outside of kube-system without a quota
     */
    priorityClass?: string;
    /**
     * What each replica asks for and may use.
     *
     * @default 100m to 1 CPU, 128Mi to 512Mi of memory
     */
    resources?: ControllerResources;
    /**
     * The image of the controller, for a mirror.
     *
     * @default the chart's, by digest
     */
    image?: ControllerImage;
    /**
     * The names of the Secrets, in the controller's namespace, with which its image is pulled.
     *
     * @default []
     */
    imagePullSecrets?: string[];
    /**
     * Certificates of further authorities that registries are trusted by, PEM. They are added to the image's own.
     *
     * @default none
     */
    trustedCertificates?: string;
    /**
     * The way out of the cluster.
     *
     * @default none
     */
    proxy?: ProxySettings;
    /**
     * Where sigstore's public trust root comes from.
     *
     * @default sigstore's own repository
     */
    tuf?: TufSettings;
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

export { DEFAULT_CONTROLLER_NAMESPACE } from "../../core/policy";

/** Longer than a slow image pull plus the controller's own start; what is missing after it will not come by itself. */
export const DEFAULT_ARMING_TIMEOUT_SECONDS = 300;
