/** What the settings name beside the stack itself: a cluster, and files. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { connect, readCluster } from "../cli/check/cluster";
import { sortObjects } from "../cli/check/objects";
import { readYaml } from "../cli/yaml-file";

import type { Objects } from "../cli/check/objects";
import type { GateSettings } from "./settings";

/**
 * Reads the cluster, then the files.
 *
 * @param folder what relative paths start from
 * @throws Error that names the file or the context that cannot be read
 */
export async function readOutside(
    { context, controllerNamespace, policyFiles }: GateSettings,
    folder: string,
): Promise<Objects[]> {
    const cluster = context === undefined ? [] : [await readCluster(await connect(context), controllerNamespace)];
    const files = await Promise.all(policyFiles.map((file) => readPolicies(resolve(folder, file))));
    // What runs in the cluster is not part of the stack.
    return [...cluster.map((live) => ({ ...live, workloads: [] })), ...files];
}

async function readPolicies(file: string): Promise<Objects> {
    try {
        const documents = readYaml(await readFile(file, "utf8"));
        return sortObjects(documents.flatMap(({ value }) => (value === undefined ? [] : [{ value }])));
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`policyFiles: ${file} cannot be read. ${reason}`, { cause: error });
    }
}
