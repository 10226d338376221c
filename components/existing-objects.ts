import * as pulumi from "@pulumi/pulumi";
import { checkCluster, unaskedCheck } from "./cluster-check";
import { answersAtPreview } from "./cluster-reach";
import { OWNER_ANNOTATION } from "./ownership";

/** A cluster-scoped object. */
export interface ClusterObject {
    apiVersion: string;
    kind: string;
    name: pulumi.Input<string>;
}

export interface ClusterRequirements {
    /**
     * What is about to be created.
     *
     * @default nothing
     */
    newObjects?: readonly ClusterObject[];
    /**
     * What marks those that are no strangers: they were made by an earlier run, or by one that was cut short.
     *
     * @default all are strangers
     */
    owner?: pulumi.Input<string>;
    /**
     * Whether strangers are taken over. What is being deleted is refused all the same.
     *
     * @default false
     */
    takesOver?: boolean;
    /**
     * What is about to be changed. A preview does not miss it: something else of the same stack may be about to make it.
     *
     * @default nothing
     */
    existingObjects?: readonly ClusterObject[];
    /** What to write to have them all the same, as a sentence. */
    instead: string;
    /**
     * The oldest version of Kubernetes that will do, and what to write where the cluster's is older.
     *
     * @default any
     */
    oldest?: { version: string; instead: string };
}

/**
 * Refuses, at preview and before anything is changed, what somebody else made: server-side apply would take it over
 * without a word, and delete it with the stack. And refuses to patch what is not there: server-side apply would make it.
 */
export function requireOfCluster(
    name: string,
    requirements: ClusterRequirements,
    opts: pulumi.ComponentResourceOptions,
): pulumi.Resource {
    const { newObjects = [], owner = "", takesOver = false, existingObjects = [], instead } = requirements;
    const values = {
        newObjects: [...newObjects],
        takesOver,
        existingObjects: [...existingObjects],
        mayComeLater: pulumi.runtime.isDryRun(),
        annotation: OWNER_ANNOTATION,
        owner,
        instead,
        oldest: requirements.oldest ?? { version: "1.0", instead: "" },
    };
    return checkCluster(name, { template: TEMPLATE, values }, opts);
}

/**
 * The same for what previews without a cluster: there, nothing is asked where none answers. An `up` always asks.
 *
 * @returns what has to be registered first.
 */
export async function requireWhereReached(
    name: string,
    requirements: ClusterRequirements,
    parent: pulumi.Resource,
): Promise<pulumi.Resource> {
    return (await answersAtPreview(parent))
        ? requireOfCluster(name, requirements, { parent })
        : unaskedCheck(name, { parent });
}

const TEMPLATE = `
{{- if semverCompare (printf "<%s-0" .Values.oldest.version) .Capabilities.KubeVersion.Version }}
  {{- fail (printf "the cluster runs Kubernetes %s, and %s is needed. %s" .Capabilities.KubeVersion.Version .Values.oldest.version .Values.oldest.instead) }}
{{- end }}
{{- range .Values.existingObjects }}
  {{- $object := lookup .apiVersion .kind "" .name }}
  {{- if $object }}
    {{- if hasKey $object.metadata "deletionTimestamp" }}
      {{- fail (printf "the %s %s is being deleted. %s" .kind .name $.Values.instead) }}
    {{- end }}
  {{- else if not $.Values.mayComeLater }}
    {{- fail (printf "there is no %s %s. %s" .kind .name $.Values.instead) }}
  {{- end }}
{{- end }}
{{- $found := list }}
{{- range .Values.newObjects }}
  {{- $object := dict }}
  {{- if $.Capabilities.APIVersions.Has (printf "%s/%s" .apiVersion .kind) }}
    {{- $object = lookup .apiVersion .kind "" .name }}
  {{- end }}
  {{- if $object }}
    {{- $annotations := default dict (dig "metadata" "annotations" dict $object) }}
    {{- $owner := default "" (get $annotations $.Values.annotation) }}
    {{- if hasKey $object.metadata "deletionTimestamp" }}
      {{- fail (printf "the %s %s is being deleted. Run this again when it is gone." .kind .name) }}
    {{- end }}
    {{- if and (not $.Values.takesOver) (ne $owner $.Values.owner) }}
      {{- $release := default "" (get $annotations "meta.helm.sh/release-name") }}
      {{- $from := "" }}
      {{- if $owner }}
        {{- $from = printf " (of the stack %s)" (dir $owner) }}
      {{- else if $release }}
        {{- $from = printf " (of the Helm release %s in %s)" $release (get $annotations "meta.helm.sh/release-namespace") }}
      {{- end }}
      {{- $found = append $found (printf "%s %s%s" .kind .name $from) }}
    {{- end }}
  {{- end }}
{{- end }}
{{- if $found }}
  {{- fail (printf "the cluster already has %s; this stack would take them over, and delete them in the end. %s" (join ", " $found) .Values.instead) }}
{{- end }}
`;
