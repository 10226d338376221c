import * as pulumi from "@pulumi/pulumi";
import { error, type Finding, show, valueAt, warning } from "../../core/policy";
import { nearest } from "../../core/policy/nearest";
import { isPlainObject } from "../plain-object";
import { CHART_VERSION } from "../pinned-chart";
import type { PolicyControllerArgs } from "./args";

/**
 * Every value that a template of the pinned chart reads, hooks aside, which Pulumi leaves out (tests/components compares them with
 * the chart itself). What lies below one of them is the chart's user's own.
 */
export const READ_BY_CHART: readonly string[] = [
    "annotations",
    "commonAnnotations",
    "commonNodeSelector",
    "commonTolerations",
    "cosign.cosignPub",
    "cosign.webhookName",
    "cosign.webhookTimeoutSeconds.mutating",
    "cosign.webhookTimeoutSeconds.validating",
    "fullnameOverride",
    "imagePullSecrets",
    "labels",
    "loglevel",
    "nameOverride",
    "serviceMonitor.enabled",
    "webhook.affinity",
    "webhook.automountServiceAccountToken",
    "webhook.configData",
    "webhook.customLabels",
    "webhook.env",
    "webhook.envFrom.configmaps",
    "webhook.envFrom.secrets",
    "webhook.extraArgs",
    "webhook.failurePolicy",
    "webhook.image.pullPolicy",
    "webhook.image.repository",
    "webhook.image.version",
    "webhook.name",
    "webhook.namespaceSelector",
    "webhook.podAnnotations",
    "webhook.podDisruptionBudget.enabled",
    "webhook.podDisruptionBudget.maxUnavailable",
    "webhook.podDisruptionBudget.minAvailable",
    "webhook.podSecurityContext",
    "webhook.priorityClass",
    "webhook.registryCaBundle.key",
    "webhook.registryCaBundle.name",
    "webhook.replicaCount",
    "webhook.resources",
    "webhook.securityContext",
    "webhook.service.annotations",
    "webhook.service.nodePort",
    "webhook.service.port",
    "webhook.service.type",
    "webhook.serviceAccount.annotations",
    "webhook.serviceAccount.create",
    "webhook.serviceAccount.name",
    "webhook.volumeMounts",
    "webhook.volumes",
    "webhook.webhookNames.defaulting",
    "webhook.webhookNames.validating",
    "webhook.webhookTimeoutSeconds.defaulting",
    "webhook.webhookTimeoutSeconds.validating",
];

/** The charts that read the same values as the pinned one. */
export const CHARTS_ALIKE: readonly string[] = ["0.10.2", "0.10.5", CHART_VERSION];

/** Objects of values, and what the chart reads of each: `webhook` to `replicaCount`, `image` and so on. */
const READ_BELOW: ReadonlyMap<string, readonly string[]> = READ_BY_CHART.reduce((below, read) => {
    read.split(".").forEach((name, depth, names) => {
        const above = names.slice(0, depth).join(".");
        below.set(above, [...new Set([...(below.get(above) ?? []), name])]);
    });
    return below;
}, new Map<string, string[]>());

/** Warns of values that the chart would ignore without a word: its schema forbids none. */
export function warnOfUnreadValues({ values, chart }: PolicyControllerArgs): Finding[] {
    const version = chart?.version ?? CHART_VERSION;
    if (!CHARTS_ALIKE.includes(version)) {
        return [];
    }
    return unreadPaths(values ?? {}).map((path) =>
        warning("chart-value-unread", ["values", ...path], {
            found: show(path.at(-1)),
            cluster: `No template of chart ${version} reads this value, and nothing would come of it.`,
            instead: insteadOf(path),
        }),
    );
}

/** Refuses what is no object where the chart reads values below: its templates end in the middle, or take it for nothing. */
export function refuseValuesOfOtherKind({ values }: PolicyControllerArgs): Finding[] {
    return [...READ_BELOW.keys()].flatMap((dotted) => {
        const path = dotted === "" ? [] : dotted.split(".");
        const value = valueAt(values, path);
        return value === undefined || isPlainObject(value) || pulumi.Output.isInstance(value)
            ? []
            : [
                  error("chart-value-no-object", ["values", ...path], {
                      found: show(value),
                      cluster: "the chart could not be rendered, or what it reads there would be lost",
                      instead: `Write an object: { ${READ_BELOW.get(dotted)?.[0]}: … }.`,
                  }),
              ];
    });
}

/** The shallowest paths of values that nothing reads. */
function unreadPaths(values: object, above: readonly string[] = []): string[][] {
    const read = READ_BELOW.get(above.join(".")) ?? [];
    return Object.entries(values).flatMap(([key, value]) => {
        const path = [...above, key];
        if (!read.includes(key)) {
            return [path];
        }
        return READ_BELOW.has(path.join(".")) && isPlainObject(value) ? unreadPaths(value, path) : [];
    });
}

function insteadOf(path: readonly string[]): string {
    const meant = nearestRead(path);
    if (meant !== undefined) {
        return path.at(-1) === meant && meant.includes(".") ? `Write ${nested(meant)}.` : `Did you mean ${meant}?`;
    }
    const above = path.slice(0, -1).join(".");
    return above === ""
        ? "Take it away; see the chart's values.yaml."
        : `Take it away, or write what is read below ${above}: ${(READ_BELOW.get(above) ?? []).join(", ")}.`;
}

/** `a.b.c` as `a: { b: { c: … } }`. */
function nested(dotted: string): string {
    return dotted
        .split(".")
        .reduceRight((inner, name) => (inner === "…" ? `${name}: …` : `${name}: { ${inner} }`), "…");
}

/** A slip of the pen in the same place, the same name or one that ends alike somewhere else, or one that begins alike in the same place. */
function nearestRead(path: readonly string[]): string | undefined {
    const above = path.slice(0, -1).join(".");
    const last = path.at(-1) ?? "";
    const inPlace = (READ_BELOW.get(above) ?? []).map((name) => (above === "" ? name : `${above}.${name}`));
    const everywhere = [...new Set([...inPlace, ...READ_BY_CHART, ...READ_BELOW.keys()])].filter((read) => read !== "");
    const byName = (candidates: readonly string[]) => {
        const name = nearest(last, candidates.map(lastName));
        return candidates.find((candidate) => lastName(candidate) === name);
    };
    return (
        byName(inPlace) ??
        nearest(path.join("."), everywhere) ??
        byName(everywhere) ??
        everywhere.find((read) => lastName(read).toLowerCase().endsWith(last.toLowerCase())) ??
        inPlace.find((read) => lastName(read).slice(0, 5).toLowerCase() === last.slice(0, 5).toLowerCase())
    );
}

function lastName(dotted: string): string {
    return dotted.split(".").at(-1) ?? "";
}
