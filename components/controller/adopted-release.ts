import type * as pulumi from "@pulumi/pulumi";
import { DEFAULTING_WEBHOOK, VALIDATING_WEBHOOK, WORKLOAD_WEBHOOK } from "../../core/admission/names";
import { EXCLUDE_LABEL, INCLUDE_LABEL } from "../../core/admission/namespace";
import type { ClusterCheck } from "../cluster-check";
import { OWNER_ANNOTATION } from "../ownership";
import { DEFAULT_CONTROLLER_NAMESPACE, type PolicyControllerArgs } from "./args";
import { budgetKind, enforcement, servicePort } from "./chart-values";
import { containerName, fullName, releaseName } from "./release";

/**
 * Where the controller is: any of the webhook configurations says so, and not all of them need be there. Those that an uninstall left
 * behind name a namespace in which nothing runs any more, and can be taken over into another one.
 */
const WHERE = `
{{- $admission := "admissionregistration.k8s.io/v1" }}
{{- $configuration := lookup $admission "MutatingWebhookConfiguration" "" "${WORKLOAD_WEBHOOK}" }}
{{- $namespace := "" }}
{{- range list
  $configuration
  (lookup $admission "ValidatingWebhookConfiguration" "" "${WORKLOAD_WEBHOOK}")
  (lookup $admission "MutatingWebhookConfiguration" "" "${DEFAULTING_WEBHOOK}")
  (lookup $admission "ValidatingWebhookConfiguration" "" "${VALIDATING_WEBHOOK}")
}}
  {{- range .webhooks }}
    {{- $namespace = coalesce $namespace .clientConfig.service.namespace }}
  {{- end }}
{{- end }}
{{- $service := dict }}
{{- if $namespace }}
  {{- $service = lookup "v1" "Service" $namespace "webhook" }}
  {{- if not (or $service (lookup "apps/v1" "Deployment" $namespace "").items) }}
    {{- $namespace = "" }}
  {{- end }}
{{- end }}
`;

/** What would change about who is judged, and how, with nothing of it in the preview: there, all is created. */
const ENFORCEMENT = `
{{- $owner := get (default dict (dig "metadata" "annotations" dict $configuration)) "${OWNER_ANNOTATION}" }}
{{- if and $namespace $configuration (ne $owner .Values.owner) }}
  {{- $selector := default dict (first $configuration.webhooks).namespaceSelector }}
  {{- $expressions := list }}
  {{- range $selector.matchExpressions }}
    {{- if not (or (eq .key "${EXCLUDE_LABEL}") (has . $.Values.selector.matchExpressions)) }}
      {{- $expressions = append $expressions . }}
    {{- end }}
  {{- end }}
  {{- $missing := list }}
  {{- range .Values.selector.matchExpressions }}
    {{- $isNotItsOwn := and (eq .key "kubernetes.io/metadata.name") (eq (toJson .values) (toJson (list $namespace))) }}
    {{- if not (or (eq .key "${EXCLUDE_LABEL}") $isNotItsOwn (has . (default list $selector.matchExpressions))) }}
      {{- $missing = append $missing . }}
    {{- end }}
  {{- end }}
  {{- if or $expressions $missing (ne (toJson (default dict $selector.matchLabels)) (toJson .Values.selector.matchLabels)) }}
    {{- fail (printf "the policy-controller to adopt enforces in other namespaces than it would from then on. Write values: { webhook: { namespaceSelector: %s } }." (toJson $selector)) }}
  {{- end }}
  {{- $policy := dig "data" "no-match-policy" "deny" (lookup "v1" "ConfigMap" $namespace "config-policy-controller") }}
  {{- if ne $policy .Values.noMatchPolicy }}
    {{- fail (printf "the policy-controller to adopt has the no-match-policy %s. Write noMatchPolicy: %q." $policy $policy) }}
  {{- end }}
  {{- if eq "true" (dig "metadata" "labels" "${INCLUDE_LABEL}" "" (lookup "v1" "Namespace" "" $namespace)) }}
    {{- fail (printf "the namespace %s of the policy-controller to adopt is enforced, and would not be from then on: a controller cannot start again where its own webhook decides over it. Write: kubectl label namespace %s ${INCLUDE_LABEL}-" $namespace $namespace) }}
  {{- end }}
{{- end }}
`;

/**
 * Whoever drops a helm.v3.Release from a program uninstalls it, with all that was adopted of it. Helm does so by its Secrets, which are
 * listed for the first adoption alone: later previews need no right to read Secrets.
 */
const RELEASE_OF_PULUMI = `
{{- if and $namespace (ne $owner .Values.owner) }}
  {{- range (lookup "v1" "Secret" $namespace "").items }}
    {{- if and (eq (default "" .type) "helm.sh/release.v1") (eq (dig "metadata" "labels" "name" "" .) $.Values.release) }}
      {{- range .metadata.managedFields }}
        {{- if hasPrefix "pulumi" .manager }}
          {{- fail (printf "the policy-controller to adopt was installed by a helm.v3.Release of a Pulumi stack, which uninstalls it when it is dropped. Write: pulumi state delete, with the URN of the Release. Then: kubectl -n %s delete secret -l owner=helm,name=%s (docs/migration.md)." $namespace $.Values.release) }}
        {{- end }}
      {{- end }}
    {{- end }}
  {{- end }}
{{- end }}
`;

/**
 * Fails where what runs in the cluster is not what the chart would render under the same names: server-side apply adds and changes, and
 * takes nothing away. It would make a second controller beside the first, which fight for the same webhooks.
 *
 * The webhook configurations have no labels; the Service that they name has, and is called the same in every release. Upstream's
 * release manifests (policy-controller, config/) label nothing: their Service selects other pods than the chart's, and their
 * bindings have the names of the chart's and other roles, which cannot be changed.
 */
const NAMES = `
{{- if $namespace }}
  {{- if ne $namespace .Values.namespace }}
    {{- fail (printf "the policy-controller to adopt runs in the namespace %s. Write namespace: %q." $namespace $namespace) }}
  {{- end }}
  {{- $labels := dig "metadata" "labels" dict $service }}
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
      {{- fail (printf "the policy-controller to adopt was not installed from its chart: its objects have other names, and a second controller would run beside it. Its definitions, policies and webhook configurations can stay. Write: kubectl -n %s delete %s. Then: pulumi up. Between the two nothing starts in enforced namespaces (docs/migration.md)." $namespace (join " " $inTheWay)) }}
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
    {{- range (dig "spec" "ports" list $service) }}
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
export function adoptedRelease(args: PolicyControllerArgs, owner: pulumi.Input<string>): ClusterCheck {
    return {
        template: WHERE + NAMES + ENFORCEMENT + RELEASE_OF_PULUMI,
        values: {
            namespace: args.namespace ?? DEFAULT_CONTROLLER_NAMESPACE,
            release: releaseName(args),
            fullName: fullName(args),
            container: containerName(args),
            port: servicePort(args),
            budget: budgetKind(args),
            role: `${fullName(args)}-webhook`,
            ...enforcement(args),
            owner,
        },
    };
}
