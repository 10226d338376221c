import type * as pulumi from "@pulumi/pulumi";
import type { PolicyType } from "../../core/policy";

/**
 * A program that judges what was verified: exactly one of `data`, `configMapRef` and `remote`.
 *
 * CUE: the facts must unify with the schema. Rego: package `sigstore` (v0 syntax), `isCompliant` as a boolean, or as a
 * set of `{ result, error, warning }`, where a warning refuses as well.
 *
 * Source: Policy in clusterimagepolicy_types.go.
 */
export interface PolicyArgs {
    /** The language. */
    type: pulumi.Input<PolicyType>;
    /**
     * The program itself. The webhook does not parse it when the policy is created.
     *
     * @default none
     */
    data?: pulumi.Input<string>;
    /**
     * A ConfigMap in the controller's namespace that holds the program.
     *
     * @default none
     */
    configMapRef?: pulumi.Input<ConfigMapRefArgs>;
    /**
     * A place that the controller downloads the program from.
     *
     * @default none
     */
    remote?: pulumi.Input<RemotePolicyArgs>;
    /**
     * Gives the program the image's configuration. Only on a policy of the whole ClusterImagePolicy.
     *
     * @default false
     */
    fetchConfigFile?: pulumi.Input<boolean>;
    /**
     * Gives the program the object's `spec`. Only on a policy of the whole ClusterImagePolicy.
     *
     * @default false
     */
    includeSpec?: pulumi.Input<boolean>;
    /**
     * Gives the program the object's `metadata`. Only on a policy of the whole ClusterImagePolicy.
     *
     * @default false
     */
    includeObjectMeta?: pulumi.Input<boolean>;
    /**
     * Gives the program the object's `apiVersion` and `kind`. Only on a policy of the whole ClusterImagePolicy.
     *
     * @default false
     */
    includeTypeMeta?: pulumi.Input<boolean>;
}

/** One entry of a ConfigMap. */
export interface ConfigMapRefArgs {
    /** The ConfigMap's name. */
    name: pulumi.Input<string>;
    /** The entry. */
    key: pulumi.Input<string>;
    /**
     * Is accepted and ignored: the ConfigMap is read from the controller's namespace (the reconciler's
     * clusterimagepolicy.go).
     *
     * @default the controller's namespace
     */
    namespace?: pulumi.Input<string>;
}

/** A program that the controller downloads when it reads the policy. */
export interface RemotePolicyArgs {
    /** An `https` URL. */
    url: pulumi.Input<string>;
    /** The SHA-256 of the program, in hexadecimal. */
    sha256sum: pulumi.Input<string>;
}
