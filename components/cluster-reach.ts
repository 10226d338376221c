import * as path from "node:path";
import { getVersion } from "@pulumi/kubernetes/utilities";
import * as pulumi from "@pulumi/pulumi";
import { API_VERSION } from "../core/policy";
import { chartWith } from "./cluster-check";

const RENDER = "kubernetes:helm:template";

/** One ConfigMap for each type that the cluster has. Without a cluster, Helm knows groups and versions only, and no kinds. */
const TEMPLATE = `
{{- range $name, $type := dict "core" "v1/Namespace" "policies" "${API_VERSION}/ClusterImagePolicy" }}
{{- if $.Capabilities.APIVersions.Has $type }}
---
apiVersion: v1
kind: ConfigMap
metadata: { name: {{ $name }} }
{{- end }}
{{- end }}
`;

/** What a cluster has: types of its own, and those of policy-controller. */
export type KnownTypes = "core" | "policies";

/** One answer for each provider that was given, and one for the default provider of a run. */
const answers = new WeakMap<pulumi.Resource, Promise<readonly KnownTypes[] | undefined>>();

/**
 * Whether a question to the cluster would be answered, at preview. An `up` needs its cluster, and is not asked.
 *
 * The provider renders no `helm.v4.Chart` without a cluster: it fails. The function behind `helm.v3.Chart` renders, and warns.
 */
export async function answersAtPreview(parent: pulumi.Resource): Promise<boolean> {
    // Where its cluster is not known yet, the question waits for the deployment by itself.
    return !pulumi.runtime.isDryRun() || ((await typesAtPreview(parent))?.includes("core") ?? true);
}

/**
 * The types that the cluster has, at preview.
 *
 * @returns undefined where the provider's cluster is not known yet.
 */
export function typesAtPreview(parent: pulumi.Resource): Promise<readonly KnownTypes[] | undefined> {
    const cluster = parent.getProvider(RENDER) ?? pulumi.runtime.getStackResource() ?? parent;
    const answer = answers.get(cluster) ?? render(parent);
    answers.set(cluster, answer);
    return answer;
}

async function render(parent: pulumi.Resource): Promise<readonly KnownTypes[] | undefined> {
    const folder = chartWith(TEMPLATE);
    const jsonOpts = JSON.stringify({
        path: path.dirname(folder),
        chart: path.basename(folder),
        release_name: "signed-images",
    });
    // The version of the resources, so that no second provider is started.
    const options = { parent, version: getVersion() };
    const { result } = (await pulumi.runtime.invoke(RENDER, { jsonOpts }, options)) as {
        result?: { metadata: { name: KnownTypes } }[];
    };
    return result?.map(({ metadata }) => metadata.name);
}
