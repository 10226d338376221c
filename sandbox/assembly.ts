import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments, stringify } from "yaml";

import { INCLUDE_LABEL } from "../core/admission/namespace";
import { WORKLOAD_WEBHOOK } from "../core/admission/names";
import { Manifests } from "./manifests";

/*
 * Upstream publishes its manifests (for kustomize and ko) and, elsewhere, a Helm chart. Where the chart cannot be had,
 * this makes one of the manifests: the same objects under the names that the chart gives them, with those of the
 * chart's values that the components set. An expression of Helm stands in the place of each value that is not
 * upstream's.
 */

interface KubernetesObject {
    apiVersion: string;
    kind: string;
    metadata: { name: string; namespace?: string; labels?: unknown };
    [field: string]: unknown;
}

type Fields = Record<string, unknown>;

const MANIFEST_NAMESPACE = "cosign-system";
/* Quoted as Go does it, because it stands inside strings of YAML and JSON. */
const FULL_NAME = "{{ include `policy-controller.fullname` . }}";
const WEBHOOK_NAME = `${FULL_NAME}-webhook`;

/* What the chart names differently: everything but the objects whose names the binary knows. */
const RENAMED: Record<string, string> = {
    ServiceAccount: WEBHOOK_NAME,
    Role: WEBHOOK_NAME,
    RoleBinding: WEBHOOK_NAME,
    ClusterRole: WEBHOOK_NAME,
    ClusterRoleBinding: WEBHOOK_NAME,
    Deployment: WEBHOOK_NAME,
};

/* Neither does the chart have them: the namespace is the installer's, the other two only repeat defaults. */
const LEFT_OUT = ["Namespace/cosign-system", "ConfigMap/config-leader-election", "ConfigMap/config-observability"];

/** Writes the chart as a folder that Helm takes. */
export function assembleChart(manifests: Manifests, folder: string): void {
    mkdirSync(join(folder, "templates"), { recursive: true });
    const write = (file: string, content: string) => {
        writeFileSync(join(folder, file), content);
    };
    write("Chart.yaml", stringify(chartMetadata(manifests.version)));
    write("values.yaml", stringify(defaultValues(manifests.version)));
    write("templates/_helpers.tpl", HELPERS);
    for (const object of [...readObjects(manifests.folder), metricsService()]) {
        const { kind, metadata } = object;
        const name = metadata.name.replace(FULL_NAME, "policy-controller");
        write(`templates/${kind.toLowerCase()}-${name}.yaml`, toTemplate(object));
    }
    write("templates/poddisruptionbudget.yaml", DISRUPTION_BUDGET);
}

function chartMetadata(version: string): object {
    return {
        apiVersion: "v2",
        name: "policy-controller",
        description: "Assembled from the manifests in policy-controller's Go module.",
        type: "application",
        version: `${version}-assembled`,
        appVersion: version,
    };
}

function defaultValues(version: string): object {
    return {
        cosign: { webhookTimeoutSeconds: { mutating: 10, validating: 10 } },
        loglevel: "info",
        webhook: {
            replicaCount: 1,
            image: {
                repository: "ghcr.io/sigstore/policy-controller/policy-controller",
                version: `v${version}`,
                pullPolicy: "IfNotPresent",
            },
            configData: {},
            env: {},
            extraArgs: {},
            podAnnotations: {},
            customLabels: {},
            failurePolicy: "Fail",
            namespaceSelector: {
                matchExpressions: [{ key: INCLUDE_LABEL, operator: "In", values: ["true"] }],
            },
            webhookTimeoutSeconds: { defaulting: 10, validating: 10 },
            podDisruptionBudget: { enabled: true, minAvailable: 1 },
            resources: {},
            affinity: {},
            priorityClass: "",
        },
        commonNodeSelector: {},
        commonTolerations: [],
    };
}

function readObjects(folder: string): KubernetesObject[] {
    return readdirSync(folder)
        .filter((file) => file.endsWith(".yaml") && file !== "kustomization.yaml")
        .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), "utf8")))
        .map((document) => document.toJS() as KubernetesObject | null)
        .filter((object) => object !== null)
        .filter(({ kind, metadata }) => !LEFT_OUT.includes(`${kind}/${metadata.name}`))
        .map(adapt);
}

/* The chart's ways with each kind of object. */
function adapt(object: KubernetesObject): KubernetesObject {
    const moved = mapStrings(object, (text) => (text === MANIFEST_NAMESPACE ? "{{ .Release.Namespace }}" : text));
    const name = RENAMED[moved.kind] ?? moved.metadata.name;
    const adapted = { ...moved, metadata: { ...moved.metadata, name } };
    switch (moved.kind) {
        case "CustomResourceDefinition":
            return adapted;
        case "RoleBinding":
        case "ClusterRoleBinding":
            return labelled({
                ...adapted,
                roleRef: { ...(moved.roleRef as Fields), name: WEBHOOK_NAME },
                subjects: (moved.subjects as Fields[]).map((subject) => ({ ...subject, name: WEBHOOK_NAME })),
            });
        case "ConfigMap":
            return configMap(adapted);
        case "Service":
            return labelled({ ...adapted, spec: serviceSpec("https", 443) });
        case "MutatingWebhookConfiguration":
        case "ValidatingWebhookConfiguration":
            return webhookConfiguration(adapted);
        case "Deployment":
            return deployment(adapted);
        default:
            return labelled(adapted);
    }
}

function labelled(object: KubernetesObject): KubernetesObject {
    return { ...object, metadata: { ...object.metadata, labels: LABELS } };
}

function configMap(object: KubernetesObject): KubernetesObject {
    switch (object.metadata.name) {
        case "config-logging":
            return labelled({
                ...object,
                metadata: { ...object.metadata, name: `${WEBHOOK_NAME}-logging` },
                data: logging(object.data as Record<string, string>),
            });
        case "config-policy-controller":
            return { ...object, data: value(".Values.webhook.configData") };
        default:
            return object;
    }
}

/* Upstream's file has its settings only as an example, and the binary's own defaults are the same. */
function logging(data: Record<string, string>): Record<string, string> {
    return {
        ...data,
        "loglevel.controller": "{{ .Values.loglevel }}",
        "loglevel.webhook": "{{ .Values.loglevel }}",
    };
}

function webhookConfiguration(object: KubernetesObject): KubernetesObject {
    const isMutating = object.kind === "MutatingWebhookConfiguration";
    const judgesWorkloads = object.metadata.name === WORKLOAD_WEBHOOK;
    const timeout = judgesWorkloads
        ? `.Values.cosign.webhookTimeoutSeconds.${isMutating ? "mutating" : "validating"}`
        : `.Values.webhook.webhookTimeoutSeconds.${isMutating ? "defaulting" : "validating"}`;
    return {
        ...object,
        webhooks: (object.webhooks as Fields[]).map((webhook) => ({
            ...webhook,
            timeoutSeconds: value(timeout),
            ...(judgesWorkloads && {
                failurePolicy: value(".Values.webhook.failurePolicy"),
                namespaceSelector: value(".Values.webhook.namespaceSelector"),
            }),
        })),
    };
}

function deployment(object: KubernetesObject): KubernetesObject {
    const spec = object.spec as { template: { spec: Fields & { containers: Fields[]; affinity: unknown } } };
    const podSpec = spec.template.spec;
    return labelled({
        ...object,
        spec: {
            ...spec,
            replicas: value(".Values.webhook.replicaCount"),
            selector: { matchLabels: SELECTOR_LABELS },
            template: {
                metadata: { annotations: value(".Values.webhook.podAnnotations"), labels: LABELS },
                spec: {
                    ...podSpec,
                    nodeSelector: value(".Values.commonNodeSelector"),
                    tolerations: value(".Values.commonTolerations"),
                    priorityClassName: value(".Values.webhook.priorityClass"),
                    affinity: valueOr(".Values.webhook.affinity", withOurLabels(podSpec.affinity)),
                    serviceAccountName: WEBHOOK_NAME,
                    containers: podSpec.containers.map(webhookContainer),
                },
            },
        },
    });
}

function withOurLabels(affinity: unknown): unknown {
    return JSON.parse(JSON.stringify(affinity), (key, part: unknown) =>
        key === "matchLabels" ? SELECTOR_LABELS : part,
    );
}

function webhookContainer(container: Fields): Fields {
    const env = (container.env as { name: string }[]).map((variable) =>
        variable.name === "CONFIG_LOGGING_NAME" ? { name: variable.name, value: `${WEBHOOK_NAME}-logging` } : variable,
    );
    return {
        ...container,
        name: "policy-controller-webhook",
        image: IMAGE,
        imagePullPolicy: value(".Values.webhook.image.pullPolicy"),
        args: raw(
            `[{{ range $name, $value := .Values.webhook.extraArgs }}` +
                `{{ printf "-%s=%v" $name $value | toJson }},{{ end }}]`,
        ),
        env: raw(
            `${inline(env).slice(0, -1)}{{ range $name, $value := .Values.webhook.env }},` +
                `{{ dict "name" $name "value" (toString $value) | toJson }}{{ end }}]`,
        ),
        ports: [
            { name: "https", containerPort: 8443, protocol: "TCP" },
            { name: "metrics", containerPort: 9090, protocol: "TCP" },
        ],
        resources: valueOr(".Values.webhook.resources", container.resources),
    };
}

function metricsService(): KubernetesObject {
    return labelled({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: `${WEBHOOK_NAME}-metrics`, namespace: "{{ .Release.Namespace }}" },
        spec: serviceSpec("metrics", 9090),
    });
}

function serviceSpec(name: string, port: number): object {
    return {
        type: "ClusterIP",
        ports: [{ name, port, protocol: "TCP", targetPort: name }],
        selector: SELECTOR_LABELS,
    };
}

const SELECTOR_LABELS = {
    "app.kubernetes.io/name": "policy-controller",
    "app.kubernetes.io/instance": "{{ .Release.Name }}",
    "control-plane": WEBHOOK_NAME,
};

const LABELS = raw(`{{ include "policy-controller.labels" . | fromYaml | toJson }}`);

const IMAGE = raw(
    `{{ with .Values.webhook.image }}` +
        `{{ printf "%s%s%s" .repository (hasPrefix "sha256:" .version | ternary "@" ":") .version | toJson }}{{ end }}`,
);

const HELPERS = `{{- define "policy-controller.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end }}
{{- end }}

{{- define "policy-controller.labels" -}}
{{- with .Values.webhook.customLabels }}
{{- toYaml . }}
{{ end -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
control-plane: ${WEBHOOK_NAME}
{{- end }}
`;

/* Upstream's manifests have none. */
const DISRUPTION_BUDGET = `{{- with .Values.webhook.podDisruptionBudget }}
{{- if .enabled }}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "policy-controller.fullname" $ }}-webhook
  namespace: {{ $.Release.Namespace }}
  labels: {{ include "policy-controller.labels" $ | fromYaml | toJson }}
spec:
  {{- if .minAvailable }}
  minAvailable: {{ .minAvailable }}
  {{- end }}
  {{- if .maxUnavailable }}
  maxUnavailable: {{ .maxUnavailable }}
  {{- end }}
  selector:
    matchLabels:
      app.kubernetes.io/name: {{ $.Chart.Name }}
      app.kubernetes.io/instance: {{ $.Release.Name | quote }}
      control-plane: {{ include "policy-controller.fullname" $ }}-webhook
{{- end }}
{{- end }}
`;

/*
 * Expressions of Helm travel through the YAML writer as words that it leaves alone. JSON is YAML, so that what an
 * expression gives fits everywhere, whatever its type and the indentation.
 */

const MARK = /helm-expression-([0-9a-f]+)-end/g;

function raw(expression: string): string {
    return `helm-expression-${Buffer.from(expression).toString("hex")}-end`;
}

function value(path: string): string {
    return raw(`{{ ${path} | toJson }}`);
}

function valueOr(path: string, otherwise: unknown): string {
    return raw(`{{ if ${path} }}{{ ${path} | toJson }}{{ else }}${inline(otherwise)}{{ end }}`);
}

/* On one line, with the expressions inside it quoted as the strings that they give. */
function inline(part: unknown): string {
    return JSON.stringify(part);
}

function toTemplate(object: KubernetesObject): string {
    const text = stringify(object, { lineWidth: 0, aliasDuplicateObjects: false });
    return text.replace(MARK, (_, hex: string) => Buffer.from(hex, "hex").toString("utf8"));
}

function mapStrings<T>(part: T, change: (text: string) => string): T {
    return JSON.parse(JSON.stringify(part), (_, leaf: unknown) =>
        typeof leaf === "string" ? change(leaf) : leaf,
    ) as T;
}
