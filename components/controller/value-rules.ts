import {
    controllerConfigFindings,
    error,
    type Finding,
    type PropertyPath,
    show,
    UNKNOWN,
    valueAt,
    warning,
} from "../../core/policy";
import { DEFAULTING_WEBHOOK, VALIDATING_WEBHOOK, WORKLOAD_WEBHOOK } from "../../core/admission/names";
import { EXCLUDE_LABEL, INCLUDE_LABEL } from "../../core/admission/namespace";
import { nearest } from "../../core/policy/nearest";
import { knownNow } from "../known-values";
import { isPlainObject } from "../plain-object";
import type { PolicyControllerArgs } from "./args";
import { replicaCount } from "./chart-values";

/** Values for names that the controller has built in. */
const BUILT_IN_NAMES: readonly [PropertyPath, string][] = [
    [["cosign", "webhookName"], WORKLOAD_WEBHOOK],
    [["webhook", "webhookNames", "defaulting"], DEFAULTING_WEBHOOK],
    [["webhook", "webhookNames", "validating"], VALIDATING_WEBHOOK],
];

/** What the controller reads of its ConfigMap `config-policy-controller` (pkg/policy/policycontrollerconfig). */
const CONFIG_KEYS = ["no-match-policy", "fail-on-empty-authorities", "enable-oci11"];

/** The rules for further Helm values: what the chart would take, and what would leave the gate open or nobody behind it. */
export function validateValues(args: PolicyControllerArgs): Finding[] {
    const known = knownNow(args.values ?? {});
    const replicas = replicaCount(args);
    const at = (path: PropertyPath) => {
        const value = valueAt(known, path);
        return value === UNKNOWN ? undefined : value;
    };
    return [
        ...BUILT_IN_NAMES.flatMap(([path, name]) => validateName(at(path), name, path)),
        ...validateConfig(at(["webhook", "configData"])),
        ...warnOfUselessKey(at(["cosign", "cosignPub"])),
        // Not only what is known: what the controller adds to it is added here.
        ...validateSelector(valueAt(known, ["webhook", "namespaceSelector"])),
        ...validateReplicas(at(["webhook", "replicaCount"])),
        ...validateFailurePolicy(at(["webhook", "failurePolicy"])),
        ...validateDisruptionBudget(at(["webhook", "podDisruptionBudget"])),
        ...warnOfUndrainable(at(["webhook", "podDisruptionBudget", "minAvailable"]), replicas),
        ...validateToken(at(["webhook", "automountServiceAccountToken"])),
    ];
}

function validateName(given: unknown, builtIn: string, path: PropertyPath): Finding[] {
    return given === undefined || given === builtIn
        ? []
        : [
              error("chart-value-renames-webhook", ["values", ...path], {
                  found: show(given),
                  cluster: `the controller would go on serving ${builtIn}, which is built into it, and nothing would be enforced`,
                  instead: "Take it away.",
              }),
          ];
}

function validateConfig(config: unknown): Finding[] {
    if (!isPlainObject(config)) {
        return [];
    }
    const path = ["values", "webhook", "configData"];
    const entries = Object.entries(config).filter(([, value]) => value !== UNKNOWN);
    const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === "string");
    const others = entries.filter(([, value]) => typeof value !== "string");
    return [
        ...controllerConfigFindings(Object.fromEntries(texts), path),
        ...others.map(([key, value]) =>
            error("chart-value-no-string", [...path, key], {
                found: show(value),
                cluster: "the API server refuses the ConfigMap: its values must be strings",
                instead: `Write it as a string: "${String(value)}".`,
            }),
        ),
        ...Object.keys(config)
            .filter((key) => !CONFIG_KEYS.includes(key))
            .map((key) => {
                const meant = nearest(key, CONFIG_KEYS);
                return warning("chart-value-unread", [...path, key], {
                    found: show(key),
                    cluster: "The controller does not read this setting, and nothing would come of it.",
                    instead: meant === undefined ? `It reads ${CONFIG_KEYS.join(", ")}.` : `Did you mean ${meant}?`,
                });
            }),
    ];
}

/** The chart makes a Secret of it that nothing reads. */
function warnOfUselessKey(key: unknown): Finding[] {
    return key === undefined || key === ""
        ? []
        : [
              warning("chart-value-trusts-nobody", ["values", "cosign", "cosignPub"], {
                  found: show(key),
                  cluster: "The chart would put the key into a Secret that no policy and no controller reads.",
                  instead: "Write a ClusterImagePolicy with Authority.key({ data: … }).",
              }),
          ];
}

/** What must be so of a namespace beside the label of `EnforcedNamespace`, for it to be enforced. */
function validateSelector(selector: unknown): Finding[] {
    if (selector === undefined) {
        return [];
    }
    const path = ["values", "webhook", "namespaceSelector"];
    const { matchExpressions = [], matchLabels = {} } = isPlainObject(selector) ? selector : { matchExpressions: null };
    if (!Array.isArray(matchExpressions) || !matchExpressions.every(isPlainObject) || !isPlainObject(matchLabels)) {
        return [
            error("chart-value-no-selector", path, {
                found: show(selector),
                cluster: "all namespaces would be enforced, or the API server would refuse the webhooks",
                instead: "Write a label selector: { matchExpressions: [{ key, operator, values }] }.",
            }),
        ];
    }
    const beside = [
        ...matchExpressions.filter((expression) => !fitsEnforced(expression)),
        ...Object.entries(matchLabels).filter(([key, value]) => key !== INCLUDE_LABEL || value !== "true"),
    ];
    return beside.length === 0
        ? []
        : [
              warning("chart-value-opens-gate", path, {
                  found: show(beside[0]),
                  cluster:
                      "Where that is not so of a namespace, any image runs there, also where EnforcedNamespace labels it.",
                  instead: `Take it away: namespaces with ${INCLUDE_LABEL}: "true" are enforced by themselves.`,
              }),
          ];
}

function fitsEnforced({ key, operator, values }: Record<string, unknown>): boolean {
    const hasTrue = Array.isArray(values) && values.includes("true");
    switch (key) {
        case INCLUDE_LABEL:
            return operator === "Exists" || (operator === "In" && hasTrue) || (operator === "NotIn" && !hasTrue);
        // Every namespace has it.
        case "kubernetes.io/metadata.name":
            return operator === "Exists" || operator === "NotIn";
        default:
            return key === EXCLUDE_LABEL && operator === "DoesNotExist";
    }
}

function warnOfUndrainable(minAvailable: unknown, replicas: number): Finding[] {
    return (typeof minAvailable === "number" && minAvailable >= replicas) || minAvailable === "100%"
        ? [
              warning("chart-value-blocks-drains", ["values", "webhook", "podDisruptionBudget", "minAvailable"], {
                  found: show(minAvailable),
                  cluster: `No node with one of the ${replicas} replicas could be drained.`,
                  instead: "Take it away: one replica may be evicted at a time.",
              }),
          ]
        : [];
}

function validateReplicas(replicas: unknown): Finding[] {
    return replicas === undefined || (Number.isInteger(replicas) && (replicas as number) >= 1)
        ? []
        : [
              error("replicas-out-of-range", ["values", "webhook", "replicaCount"], {
                  found: show(replicas),
                  cluster: "without a replica every workload of an enforced namespace is refused",
                  instead: "Write a whole number from 1 on; 3 survives the loss of a node.",
              }),
          ];
}

function validateFailurePolicy(policy: unknown): Finding[] {
    return policy === undefined || policy === "Fail"
        ? []
        : [
              warning("chart-value-opens-gate", ["values", "webhook", "failurePolicy"], {
                  found: show(policy),
                  cluster:
                      "While the controller does not answer, any image runs in enforced namespaces, without a word.",
                  instead: "Take it away; docs/lockout.md says how to open a cluster for as long as it takes.",
              }),
          ];
}

function validateDisruptionBudget(budget: unknown): Finding[] {
    return isPlainObject(budget) && budget.minAvailable !== undefined && budget.maxUnavailable !== undefined
        ? [
              error("chart-value-excludes-other", ["values", "webhook", "podDisruptionBudget"], {
                  found: "minAvailable beside maxUnavailable",
                  cluster: "the API server refuses the PodDisruptionBudget: they exclude each other",
                  instead: "Keep one of them.",
              }),
          ]
        : [];
}

function validateToken(automount: unknown): Finding[] {
    return automount !== false
        ? []
        : [
              error("chart-value-locks-out-controller", ["values", "webhook", "automountServiceAccountToken"], {
                  found: "false",
                  cluster: "the controller could not talk to the API server, and would never start",
                  instead: "Take it away.",
              }),
          ];
}
