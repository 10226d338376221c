import { DEFAULT_CONTROLLER_NAMESPACE } from "../policy/manifest";

/** The policy-controller versions whose rules are known here; every claim is tested on both. */
export const ControllerVersion = { V0_13_1: "0.13.1", V0_15_1: "0.15.1" } as const;
export type ControllerVersion = (typeof ControllerVersion)[keyof typeof ControllerVersion];

/** What happens to an image that no policy matches. */
export type NoMatch = "deny" | "warn" | "allow";

/** How the controller of a cluster is set. */
export interface ControllerConfig {
    /**
     * Which policy-controller answers.
     *
     * @default 0.13.1, the pinned chart's
     */
    version?: ControllerVersion;
    /**
     * `no-match-policy` of the ConfigMap `config-policy-controller`.
     *
     * @default deny
     */
    noMatchPolicy?: NoMatch;
    /**
     * `fail-on-empty-authorities` of the same ConfigMap.
     *
     * @default true
     */
    failOnEmptyAuthorities?: boolean;
    /**
     * `enable-oci11` of the same ConfigMap; 0.13.1 does not know it.
     *
     * @default false
     */
    enableOci11?: boolean;
    /**
     * The controller's own namespace, where its keys' Secrets are.
     *
     * @default cosign-system
     */
    namespace?: string;
    /**
     * Whether the webhooks pass over what another object controls, except pods: their `matchConditions` say so where they were
     * installed with the cure for the ReplicaSet storm (sigstore/policy-controller#1105).
     *
     * @default false
     */
    skipsControlled?: boolean;
}

/** A configuration with everything said. */
export type CompleteConfig = Required<ControllerConfig>;

/** The defaults of policy-controller's own code (`NewPolicyControllerConfigFromMap`). */
export function completeConfig(config: ControllerConfig = {}): CompleteConfig {
    return {
        version: config.version ?? ControllerVersion.V0_13_1,
        noMatchPolicy: config.noMatchPolicy ?? "deny",
        failOnEmptyAuthorities: config.failOnEmptyAuthorities ?? true,
        enableOci11: (config.enableOci11 ?? false) && config.version === ControllerVersion.V0_15_1,
        namespace: config.namespace ?? DEFAULT_CONTROLLER_NAMESPACE,
        skipsControlled: config.skipsControlled ?? false,
    };
}

/**
 * Reads the ConfigMap `config-policy-controller` as the controller does (pkg/config/store.go): any other `no-match-policy`
 * is `deny`, and a boolean is what Go's `strconv.ParseBool` takes for one.
 */
export function configOfData(data: Readonly<Record<string, string | undefined>>): ControllerConfig {
    const noMatch = data["no-match-policy"];
    return {
        noMatchPolicy: noMatch === "allow" || noMatch === "warn" ? noMatch : "deny",
        failOnEmptyAuthorities: !FALSE.includes(data["fail-on-empty-authorities"] ?? ""),
        enableOci11: TRUE.includes(data["enable-oci11"] ?? ""),
    };
}

const TRUE: readonly string[] = ["1", "t", "T", "true", "TRUE", "True"];
const FALSE: readonly string[] = ["0", "f", "F", "false", "FALSE", "False"];
