/** The language of a policy program. */
export const PolicyType = { Cue: "cue", Rego: "rego" } as const;
export type PolicyType = (typeof PolicyType)[keyof typeof PolicyType];

/**
 * A program that judges what was verified: exactly one of `data`, `configMapRef` and `remote`.
 *
 * CUE: the facts must unify with the schema. Rego: package `sigstore` (v0 syntax), `isCompliant` as a boolean, or as a
 * set of `{ result, error, warning }`, where a warning refuses as well.
 *
 * Source: Policy in clusterimagepolicy_types.go.
 */
export interface Policy {
    /** The language. */
    type: PolicyType;
    /**
     * The program itself. The webhook does not parse it when the policy is created.
     *
     * @default none
     */
    data?: string;
    /**
     * A ConfigMap in the controller's namespace that holds the program.
     *
     * @default none
     */
    configMapRef?: ConfigMapRef;
    /**
     * A place that the controller downloads the program from.
     *
     * @default none
     */
    remote?: RemotePolicy;
    /**
     * Gives the program the image's configuration. Only on a policy of the whole ClusterImagePolicy.
     *
     * @default false
     */
    fetchConfigFile?: boolean;
    /**
     * Gives the program the object's `spec`. Only on a policy of the whole ClusterImagePolicy.
     *
     * @default false
     */
    includeSpec?: boolean;
    /**
     * Gives the program the object's `metadata`. Only on a policy of the whole ClusterImagePolicy.
     *
     * @default false
     */
    includeObjectMeta?: boolean;
    /**
     * Gives the program the object's `apiVersion` and `kind`. Only on a policy of the whole ClusterImagePolicy.
     *
     * @default false
     */
    includeTypeMeta?: boolean;
}

/** One entry of a ConfigMap. */
export interface ConfigMapRef {
    /** The ConfigMap's name. */
    name: string;
    /** The entry. */
    key: string;
    /**
     * Is accepted and ignored: the ConfigMap is read from the controller's namespace (the reconciler's
     * clusterimagepolicy.go).
     *
     * @default the controller's namespace
     */
    namespace?: string;
}

/** A program that the controller downloads when it reads the policy. */
export interface RemotePolicy {
    /** An `https` URL. */
    url: string;
    /** The SHA-256 of the program, in hexadecimal. */
    sha256sum: string;
}
