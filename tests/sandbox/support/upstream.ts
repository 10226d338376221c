import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { findManifests } from "../../../sandbox/manifests";
import { PROJECT_FOLDER } from "../../../tools/workshop";

export interface UpstreamOptions {
    /**
     * The folder below `tools/` that pins policy-controller.
     * @default policy-controller-0.13.1
     */
    goModule?: string;
    /** @default 1 */
    replicas?: number;
    /** What else the process gets into its environment. */
    env?: Readonly<Record<string, string>>;
}

/** policy-controller as its sources install it, without Helm: YAML, the Deployment at the end. */
export async function upstreamManifests(options: UpstreamOptions = {}): Promise<string> {
    const texts = await manifestTexts(options);
    texts.delete(DEPLOYMENT_FILE);
    return [...texts.values(), await upstreamDeployment(options)].join("\n---\n");
}

/** Its Deployment alone, ready to run: `webhook` in `cosign-system`. */
export async function upstreamDeployment(options: UpstreamOptions = {}): Promise<string> {
    const { replicas = 1, env = {} } = options;
    const variables = Object.entries(env).map(([name, value]) => `$1- ${JSON.stringify({ name, value })}\n`);
    return ((await manifestTexts(options)).get(DEPLOYMENT_FILE) ?? "")
        .replace(/initialDelaySeconds: .*/, "initialDelaySeconds: 1")
        .replace(/image: ko:.*/, "image: example.com/mirror/policy-controller")
        .replace(/^spec:$/m, `spec:\n  replicas: ${replicas}`)
        .replace(/^( *)env:\n/m, `$1env:\n${variables.join("")}`);
}

const DEPLOYMENT_FILE = "webhook.yaml";

/** The manifests, by the names of their files. */
async function manifestTexts({ goModule = "policy-controller-0.13.1" }: UpstreamOptions): Promise<Map<string, string>> {
    const { folder } = await findManifests(join(PROJECT_FOLDER, "tools", goModule));
    const files = readdirSync(folder).filter((file) => file.endsWith(".yaml") && file !== "kustomization.yaml");
    return new Map(files.sort().map((file) => [file, readFileSync(join(folder, file), "utf8")]));
}
