import { type Finding, show, warning } from "../../core/policy";
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

/** Warns of values that the chart would ignore without a word: its schema forbids none. */
export function warnOfUnreadValues({ values, chart }: PolicyControllerArgs): Finding[] {
    if (chart?.version !== undefined && chart.version !== CHART_VERSION) {
        return [];
    }
    return unreadPaths(values ?? {}).map((path) => {
        const meant = nearestRead(path);
        return warning("chart-value-unread", ["values", ...path], {
            found: show(path.at(-1)),
            cluster: `No template of chart ${CHART_VERSION} reads this value, and nothing would come of it.`,
            instead: meant === undefined ? "Take it away; see the chart's values.yaml." : `Did you mean ${meant}?`,
        });
    });
}

/** The shallowest paths of values that nothing reads. */
function unreadPaths(values: object, above: readonly string[] = []): string[][] {
    return Object.entries(values).flatMap(([key, value]) => {
        const path = [...above, key];
        const dotted = path.join(".");
        if (READ_BY_CHART.includes(dotted)) {
            return [];
        }
        const leadsOn = READ_BY_CHART.some((read) => read.startsWith(`${dotted}.`));
        if (!leadsOn) {
            return [path];
        }
        return isPlainObject(value) ? unreadPaths(value, path) : [];
    });
}

/** The same last name somewhere else, a slip of the pen, or a name that begins alike in the same place. */
function nearestRead(path: readonly string[]): string | undefined {
    const dotted = path.join(".");
    const last = path.at(-1) ?? "";
    const siblings = READ_BY_CHART.filter((read) => read.startsWith(path.slice(0, -1).join(".")));
    const names = (paths: readonly string[]) => paths.map((read) => read.split(".").at(-1) ?? "");
    const named = (name: string | undefined, paths: readonly string[]) =>
        paths.find((read) => read.split(".").at(-1) === name);
    return (
        nearest(dotted, READ_BY_CHART) ??
        named(nearest(last, names(siblings)), siblings) ??
        named(nearest(last, names(READ_BY_CHART)), READ_BY_CHART) ??
        siblings.find(
            (read) => (read.split(".").at(-1) ?? "").slice(0, 5).toLowerCase() === last.slice(0, 5).toLowerCase(),
        )
    );
}
