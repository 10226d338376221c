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
import { knownNow } from "../known-values";
import { isPlainObject } from "../plain-object";
import type { PolicyControllerArgs } from "./args";

/** The names that the controller's binary has built in; the chart passes no flags for others (its templates compare versions wrongly). */
const BUILT_IN_NAMES: readonly [PropertyPath, string][] = [
    [["cosign", "webhookName"], "policy.sigstore.dev"],
    [["webhook", "webhookNames", "defaulting"], "defaulting.clusterimagepolicy.sigstore.dev"],
    [["webhook", "webhookNames", "validating"], "validating.clusterimagepolicy.sigstore.dev"],
];

/** The rules for further Helm values: what the chart would take, and what would leave the gate open or nobody behind it. */
export function validateValues({ values = {} }: PolicyControllerArgs): Finding[] {
    const known = knownNow(values);
    const at = (path: PropertyPath) => {
        const value = valueAt(known, path);
        return value === UNKNOWN ? undefined : value;
    };
    return [
        ...BUILT_IN_NAMES.flatMap(([path, name]) => validateName(at(path), name, path)),
        ...validateConfig(at(["webhook", "configData"])),
        ...validateReplicas(at(["webhook", "replicaCount"])),
        ...validateFailurePolicy(at(["webhook", "failurePolicy"])),
        ...validateDisruptionBudget(at(["webhook", "podDisruptionBudget"])),
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
    ];
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
