import type * as pulumi from "@pulumi/pulumi";
import type { LabelSelectorOperator, MatchResource } from "../../core/policy";

/** One kind of object, and the labels it must have. */
export interface MatchArgs {
    /**
     * The API group: `apps`, `batch`, or empty for pods.
     *
     * @default ""
     */
    group?: pulumi.Input<string>;
    /**
     * The API version, such as `v1`.
     *
     * @default ""
     */
    version?: pulumi.Input<string>;
    /**
     * The plural name in lower case, such as `deployments`.
     *
     * @default ""
     */
    resource?: pulumi.Input<MatchResource>;
    /**
     * Labels that the object must have. Needs `group`, `version` or `resource` beside it.
     *
     * @default any labels
     */
    selector?: pulumi.Input<LabelSelectorArgs>;
}

/** A Kubernetes label selector: everything listed must hold. */
export interface LabelSelectorArgs {
    /**
     * Labels with exactly these values.
     *
     * @default {}
     */
    matchLabels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
    /**
     * Conditions on labels.
     *
     * @default []
     */
    matchExpressions?: pulumi.Input<pulumi.Input<LabelSelectorRequirementArgs>[]>;
}

/** One condition on a label. */
export interface LabelSelectorRequirementArgs {
    /** The label's name. */
    key: pulumi.Input<string>;
    /** How the label is compared. */
    operator: pulumi.Input<LabelSelectorOperator>;
    /**
     * For `In` and `NotIn` at least one value, otherwise none.
     *
     * @default []
     */
    values?: pulumi.Input<pulumi.Input<string>[]>;
}
