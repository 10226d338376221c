import { createHash } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import { EXCLUDE_LABEL, INCLUDE_LABEL } from "../../core/admission/namespace";
import { valueAt } from "../../core/policy";
import { isPlainObject } from "../plain-object";
import { DEFAULT_CONTROLLER_NAMESPACE, type PolicyControllerArgs, type ProxySettings, type TufSettings } from "./args";
import { CERTIFICATES_KEY, SETTINGS_CONFIG_MAP, settingsFiles, TUF_ROOT_KEY } from "./settings-config-map";

/** A webhook call may ask the registry several times; upstream's own manifests allow the same. */
const DEFAULT_WEBHOOK_TIMEOUT_SECONDS = 25;
const DEFAULT_REPLICAS = 3;
const DEFAULT_SERVICE_PORT = 443;
const DEFAULT_RESOURCES = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "512Mi" } };
const TUF_ROOT_FOLDER = "/etc/tuf-root";

/** Also of the PriorityClass that the component makes. */
export const OWN_PRIORITY_CLASS = "signed-images-policy-controller";

/** The Helm values for what the component's arguments say. */
export function chartValues(args: PolicyControllerArgs): pulumi.Inputs {
    const replicas = replicaCount(args);
    const timeoutSeconds = args.webhookTimeoutSeconds ?? DEFAULT_WEBHOOK_TIMEOUT_SECONDS;
    const values = {
        cosign: { webhookTimeoutSeconds: { mutating: timeoutSeconds, validating: timeoutSeconds } },
        imagePullSecrets: (args.imagePullSecrets ?? []).map((name) => ({ name })),
        webhook: {
            replicaCount: replicas,
            podDisruptionBudget: {
                enabled: true,
                minAvailable: budgetKind(args) === "minAvailable" ? allButOne(replicas) : 0,
            },
            priorityClass: args.priorityClass ?? OWN_PRIORITY_CLASS,
            resources: merge(DEFAULT_RESOURCES, args.resources ?? {}),
            webhookTimeoutSeconds: { defaulting: timeoutSeconds, validating: timeoutSeconds },
            namespaceSelector: {
                matchExpressions: [{ key: INCLUDE_LABEL, operator: "In", values: ["true"] }],
            },
            configData: { "no-match-policy": args.noMatchPolicy ?? "deny" },
            serviceAccount: { annotations: args.serviceAccountAnnotations ?? {} },
            service: { port: args.servicePort ?? DEFAULT_SERVICE_PORT },
            podAnnotations: settingsAnnotation(args),
            ...imageValues(args),
            ...(args.trustedCertificates === undefined
                ? {}
                : { registryCaBundle: { name: SETTINGS_CONFIG_MAP, key: CERTIFICATES_KEY } }),
            ...(args.proxy === undefined ? {} : { env: proxyEnvironment(args.proxy) }),
            ...(args.tuf === undefined ? {} : tufValues(args.tuf)),
        },
    };
    const merged = merge(values, args.values ?? {});
    return merge(merged, { webhook: { namespaceSelector: guarded(merged, args) } });
}

/** What decides over who is judged, and over images that no policy matches. */
export function enforcement(args: PolicyControllerArgs): { selector: object; noMatchPolicy: unknown } {
    const values = chartValues(args);
    const selector = valueAt(values, ["webhook", "namespaceSelector"]) as object;
    return {
        selector: { matchLabels: {}, ...selector },
        noMatchPolicy: valueAt(values, ["webhook", "configData", "no-match-policy"]),
    };
}

/** Which of the two that exclude each other the disruption budget has. */
export function budgetKind({ values }: PolicyControllerArgs): "minAvailable" | "maxUnavailable" {
    const given = valueAt(values, ["webhook", "podDisruptionBudget", "maxUnavailable"]);
    return given === undefined ? "minAvailable" : "maxUnavailable";
}

/** The port of the Service that the webhook configurations name. */
export function servicePort({ servicePort: port = DEFAULT_SERVICE_PORT, values }: PolicyControllerArgs): unknown {
    return valueAt(values, ["webhook", "service", "port"]) ?? port;
}

/** Whatever namespaces are selected: rendered as the controller writes them, and never the controller's own. */
function guarded(values: pulumi.Inputs, { namespace = DEFAULT_CONTROLLER_NAMESPACE }: PolicyControllerArgs): object {
    const selector = valueAt(values, ["webhook", "namespaceSelector"]) as { matchExpressions?: { key: string }[] };
    // The controller puts this one first at run time. Rendered the same, a refresh shows no drift and the next server-side apply does
    // not conflict.
    const excluded = { key: EXCLUDE_LABEL, operator: "DoesNotExist" };
    // Whoever labels the controller's own namespace must not keep it from starting again.
    const notItsOwn = { key: "kubernetes.io/metadata.name", operator: "NotIn", values: [namespace] };
    const given = selector.matchExpressions?.filter(({ key }) => key !== excluded.key) ?? [];
    return { matchExpressions: [excluded, ...given, notItsOwn] };
}

/** How many replicas the chart is told of. */
export function replicaCount({ values, replicas }: PolicyControllerArgs): number {
    const given = valueAt(values, ["webhook", "replicaCount"]);
    return typeof given === "number" ? given : (replicas ?? DEFAULT_REPLICAS);
}

/**
 * The chart's own default, one replica of which one must be available, lets no node drain. Not `maxUnavailable`, which excludes the
 * `minAvailable` that a controller to adopt already has. The chart takes a zero for nothing: see {@link letsOnlyReplicaGo}.
 */
function allButOne(replicas: number): number {
    return Math.max(1, replicas - 1);
}

/** Whether the disruption budget must let go of the only replica, which no value of the chart can say. */
export function letsOnlyReplicaGo(args: PolicyControllerArgs): boolean {
    const given = valueAt(args.values, ["webhook", "podDisruptionBudget", "minAvailable"]);
    return replicaCount(args) === 1 && given === undefined && budgetKind(args) === "minAvailable";
}

/** The controller reads these files when it starts: pods that start anew are what a change of them takes effect by. */
function settingsAnnotation(args: PolicyControllerArgs): Record<string, string> {
    const files = settingsFiles(args);
    return Object.keys(files).length === 0
        ? {}
        : { "signed-images/settings": createHash("sha256").update(JSON.stringify(files)).digest("hex") };
}

function imageValues({ image }: PolicyControllerArgs): pulumi.Inputs {
    const { repository, digest } = image ?? {};
    const given = { ...(repository && { repository }), ...(digest && { version: digest }) };
    return Object.keys(given).length === 0 ? {} : { image: given };
}

/** Kubernetes replaces `$(KUBERNETES_SERVICE_HOST)` in the values of variables; the API server is no matter of a proxy. */
function proxyEnvironment({ http, https, noProxy = [] }: ProxySettings): Record<string, string> {
    return {
        ...(http === undefined ? {} : { HTTP_PROXY: http }),
        ...(https === undefined ? {} : { HTTPS_PROXY: https }),
        NO_PROXY: ["$(KUBERNETES_SERVICE_HOST)", "localhost", "127.0.0.1", ".svc", ".cluster.local", ...noProxy].join(
            ",",
        ),
    };
}

function tufValues({ disabled, mirror, root }: TufSettings): pulumi.Inputs {
    const extraArgs = {
        ...(disabled ? { "disable-tuf": "true" } : {}),
        ...(mirror === undefined ? {} : { "tuf-mirror": mirror }),
        ...(root === undefined ? {} : { "tuf-root": `${TUF_ROOT_FOLDER}/${TUF_ROOT_KEY}` }),
    };
    if (root === undefined) {
        return { extraArgs };
    }
    const items = [{ key: TUF_ROOT_KEY, path: TUF_ROOT_KEY }];
    return {
        extraArgs,
        volumes: [{ name: "tuf-root", configMap: { name: SETTINGS_CONFIG_MAP, items } }],
        volumeMounts: [{ name: "tuf-root", mountPath: TUF_ROOT_FOLDER, readOnly: true }],
    };
}

/** Merges as Helm does: objects key by key, everything else replaces. */
function merge(base: pulumi.Inputs, over: object): pulumi.Inputs {
    const merged: Record<string, unknown> = { ...base };
    for (const [key, value] of Object.entries(over) as [string, unknown][]) {
        const below = merged[key];
        merged[key] = isPlainObject(below) && isPlainObject(value) ? merge(below, value) : value;
    }
    return merged;
}
