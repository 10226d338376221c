import * as path from "node:path";
import { getVersion } from "@pulumi/kubernetes/utilities";
import * as pulumi from "@pulumi/pulumi";
import { chartWith } from "./cluster-check";

const RENDER = "kubernetes:helm:template";

/** Without a cluster, Helm knows groups and versions only, and no kinds. */
const TEMPLATE = `
{{- if .Capabilities.APIVersions.Has "v1/Namespace" }}
apiVersion: v1
kind: ConfigMap
metadata: { name: reached }
{{- end }}
`;

/** One answer for each provider that was given, and one for the default provider of a run. */
const answers = new WeakMap<pulumi.Resource, Promise<boolean>>();

/**
 * Whether a question to the cluster would be answered, at preview. An `up` needs its cluster, and is not asked.
 *
 * The provider renders no `helm.v4.Chart` without a cluster: it fails. The function behind `helm.v3.Chart` renders, and warns.
 */
export function answersAtPreview(parent: pulumi.Resource): Promise<boolean> {
    if (!pulumi.runtime.isDryRun()) {
        return Promise.resolve(true);
    }
    const cluster = parent.getProvider(RENDER) ?? pulumi.runtime.getStackResource() ?? parent;
    const answer = answers.get(cluster) ?? renders(parent);
    answers.set(cluster, answer);
    return answer;
}

async function renders(parent: pulumi.Resource): Promise<boolean> {
    const folder = chartWith(TEMPLATE);
    const jsonOpts = JSON.stringify({
        path: path.dirname(folder),
        chart: path.basename(folder),
        release_name: "signed-images",
    });
    // The version of the resources, so that no second provider is started.
    const options = { parent, version: getVersion() };
    const { result } = (await pulumi.runtime.invoke(RENDER, { jsonOpts }, options)) as { result?: unknown[] };
    // No answer at all: the provider's cluster is not known yet, and the question waits for the deployment by itself.
    return result === undefined || result.length > 0;
}
