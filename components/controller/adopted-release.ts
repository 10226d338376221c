import type { ClusterCheck } from "../cluster-check";
import { DEFAULT_CONTROLLER_NAMESPACE, type PolicyControllerArgs } from "./args";
import { budgetKind, servicePort } from "./chart-values";
import { containerName, fullName, releaseName } from "./release";

/**
 * Fails where what runs in the cluster is not what the chart would render under the same names: server-side apply adds and changes, and
 * takes nothing away. It would make a second controller beside the first, which fight for the same webhooks.
 *
 * The webhook configurations have no labels; the Service that they name has, and is called the same in every release. Upstream's
 * release manifests (policy-controller, config/) label nothing: their Service selects other pods than the chart's, and their
 * bindings have the names of the chart's and other roles, which cannot be changed.
 */
const TEMPLATE = `
{{- $configuration := lookup "admissionregistration.k8s.io/v1" "MutatingWebhookConfiguration" "" "policy.sigstore.dev" }}
{{- if $configuration }}
  {{- $namespace := (first $configuration.webhooks).clientConfig.service.namespace }}
  {{- if ne $namespace .Values.namespace }}
    {{- fail (printf "the policy-controller to adopt runs in the namespace %s. Write namespace: %q." $namespace $namespace) }}
  {{- end }}
  {{- $labels := dig "metadata" "labels" dict (lookup "v1" "Service" $namespace "webhook") }}
  {{- $release := get $labels "app.kubernetes.io/instance" }}
  {{- if not $release }}
    {{- $inTheWay := list }}
    {{- range (list (list "apps/v1" "Deployment" "webhook") (list "v1" "Service" "webhook")) }}
      {{- if lookup (first .) (index . 1) $namespace (last .) }}
        {{- $inTheWay = append $inTheWay (printf "%s/%s" (index . 1 | lower) (last .)) }}
      {{- end }}
    {{- end }}
    {{- range (list (list "RoleBinding" $namespace) (list "ClusterRoleBinding" "")) }}
      {{- $role := dig "roleRef" "name" $.Values.role (lookup "rbac.authorization.k8s.io/v1" (first .) (last .) $.Values.role) }}
      {{- if ne $role $.Values.role }}
        {{- $inTheWay = append $inTheWay (printf "%s/%s" (first . | lower) $.Values.role) }}
      {{- end }}
    {{- end }}
    {{- if $inTheWay }}
      {{- fail (printf "the policy-controller to adopt was not installed from its chart: its objects have other names, and a second controller would run beside it. Its definitions, policies and webhook configurations can stay. Write: kubectl -n %s delete %s. Then: pulumi up --skip-preview. Between the two nothing starts in enforced namespaces, and no preview succeeds (docs/migration.md)." $namespace (join " " $inTheWay)) }}
    {{- end }}
  {{- else }}
    {{- if ne $release .Values.release }}
      {{- fail (printf "the policy-controller to adopt is the release %s. Write releaseName: %q." $release $release) }}
    {{- end }}
    {{- $fullName := trimSuffix "-webhook" (get $labels "control-plane") }}
    {{- if ne $fullName .Values.fullName }}
      {{- fail (printf "the objects of the policy-controller to adopt are called %s. Write values: { fullnameOverride: %q }." $fullName $fullName) }}
    {{- end }}
    {{- $deployment := lookup "apps/v1" "Deployment" $namespace (printf "%s-webhook" $fullName) }}
    {{- $containers := list }}
    {{- range (dig "spec" "template" "spec" "containers" list $deployment) }}
      {{- $containers = append $containers .name }}
    {{- end }}
    {{- if and $containers (not (has .Values.container $containers)) }}
      {{- fail (printf "the container of the policy-controller to adopt is called %s and not %s. Write the same values.nameOverride and values.webhook.name as it was installed with." (join ", " $containers) .Values.container) }}
    {{- end }}
    {{- range (dig "spec" "ports" list (lookup "v1" "Service" $namespace "webhook")) }}
      {{- if and (eq .name "https") (ne (int .port) (int $.Values.port)) }}
        {{- fail (printf "the Service of the policy-controller to adopt has port %v. Write servicePort: %v." .port .port) }}
      {{- end }}
    {{- end }}
    {{- $budget := dig "spec" dict (lookup "policy/v1" "PodDisruptionBudget" $namespace (printf "%s-webhook" $fullName)) }}
    {{- range $kind, $value := pick $budget "minAvailable" "maxUnavailable" }}
      {{- if ne $kind $.Values.budget }}
        {{- fail (printf "the PodDisruptionBudget of the policy-controller to adopt has %s, which excludes %s. Write values: { webhook: { podDisruptionBudget: { %s: %v } } }." $kind $.Values.budget $kind $value) }}
      {{- end }}
    {{- end }}
  {{- end }}
{{- end }}
`;

/** What must be so in the cluster for a policy-controller to be adopted as the arguments have it. */
export function adoptedRelease(args: PolicyControllerArgs): ClusterCheck {
    return {
        template: TEMPLATE,
        values: {
            namespace: args.namespace ?? DEFAULT_CONTROLLER_NAMESPACE,
            release: releaseName(args),
            fullName: fullName(args),
            container: containerName(args),
            port: servicePort(args),
            budget: budgetKind(args),
            role: `${fullName(args)}-webhook`,
        },
    };
}
