import type { Authority } from "./authority";
import type { Policy } from "./policy";

/** What happens with an image that no authority vouches for. */
export const PolicyMode = {
    /** The object is refused. */
    Enforce: "enforce",
    /** The object is admitted with a warning. Tags that cannot be resolved and unreadable references still refuse it. */
    Warn: "warn",
} as const;
export type PolicyMode = (typeof PolicyMode)[keyof typeof PolicyMode];

/**
 * A ClusterImagePolicy: which images it is about, and who must have signed them.
 *
 * Several policies that match one image must all pass; within a policy one authority is enough.
 *
 * Source: ClusterImagePolicySpec in pkg/apis/policy/v1alpha1/clusterimagepolicy_types.go of sigstore/policy-controller.
 */
export interface ClusterImagePolicySpec {
    /**
     * The images that the policy is about, as globs: at least one.
     *
     * A glob is matched against the name after the digest was resolved: `ghcr.io/acme/app@sha256:…`, without the tag,
     * with `index.docker.io/library/` spelled out. `*` is anything but `/`, `**` is anything. So a repository is
     * `ghcr.io/acme/app@*` and everything under a path `ghcr.io/acme/**`; `Images.repository`, `Images.under` and
     * `Images.dockerHub` write these.
     */
    images: string[];
    /**
     * Who vouches for the images: at least one authority, and any one of them is enough. (Whoever sets
     * `fail-on-empty-authorities: "false"` in the controller's configuration may leave them out.)
     *
     * @default []
     */
    authorities?: Authority[];
    /**
     * Refuse, or warn.
     *
     * @default PolicyMode.Enforce
     */
    mode?: PolicyMode;
    /**
     * The kinds of objects that the policy is about; an object must fit one of the entries.
     *
     * @default every kind that the webhook sees
     */
    match?: Match[];
    /**
     * A program over what the authorities found; it runs only after one of them has passed.
     *
     * @default none
     */
    policy?: Policy;
}

/** The kinds of objects that the webhook sees; `common.ValidResourceNames`, set in cmd/webhook/main.go. */
export const MatchResource = {
    CronJobs: "cronjobs",
    DaemonSets: "daemonsets",
    Deployments: "deployments",
    Jobs: "jobs",
    Pods: "pods",
    ReplicaSets: "replicasets",
    StatefulSets: "statefulsets",
} as const;
export type MatchResource = (typeof MatchResource)[keyof typeof MatchResource];

/** One kind of object, and the labels it must have. */
export interface Match {
    /**
     * The API group: `apps`, `batch`, or empty for pods.
     *
     * @default ""
     */
    group?: string;
    /**
     * The API version, such as `v1`.
     *
     * @default ""
     */
    version?: string;
    /**
     * The plural name in lower case, such as `deployments`.
     *
     * @default ""
     */
    resource?: MatchResource;
    /**
     * Labels that the object must have. Needs `group`, `version` or `resource` beside it.
     *
     * @default any labels
     */
    selector?: LabelSelector;
}

/** A Kubernetes label selector: everything listed must hold. */
export interface LabelSelector {
    /**
     * Labels with exactly these values.
     *
     * @default {}
     */
    matchLabels?: Record<string, string>;
    /**
     * Conditions on labels.
     *
     * @default []
     */
    matchExpressions?: LabelSelectorRequirement[];
}

/** How a label is compared. */
export const LabelSelectorOperator = {
    In: "In",
    NotIn: "NotIn",
    Exists: "Exists",
    DoesNotExist: "DoesNotExist",
} as const;
export type LabelSelectorOperator = (typeof LabelSelectorOperator)[keyof typeof LabelSelectorOperator];

/** One condition on a label. */
export interface LabelSelectorRequirement {
    /** The label's name. */
    key: string;
    /** How the label is compared. */
    operator: LabelSelectorOperator;
    /**
     * For `In` and `NotIn` at least one value, otherwise none.
     *
     * @default []
     */
    values?: string[];
}
