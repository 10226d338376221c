/** What the settings name beside the stack itself: a cluster, and files. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { connect, readCluster } from "../core/cluster";
import { sortObjects } from "../core/admission/objects";
import { readYaml, YamlError } from "../core/policy/yaml-file";
import { RegistryClient } from "../core/registry";
import { requireRegistrySettings } from "./settings";

import type { ClusterReader } from "../core/cluster";
import type { Objects } from "../core/admission/objects";
import type { GateSettings } from "./settings";

/** What is known from beside the stack. */
export interface Outside {
    /** Absent where no cluster is asked. */
    cluster?: { reader: ClusterReader; objects: Objects };
    files: Objects[];
}

/**
 * Reads the cluster and the files.
 *
 * @param folder what relative paths start from
 * @throws Error that names the file or the context that cannot be read
 */
export async function readOutside(
    { context, controllerNamespace, policyFiles }: GateSettings,
    folder: string,
): Promise<Outside> {
    const files = await Promise.all(policyFiles.map((file) => readPolicies(resolve(folder, file))));
    if (context === undefined) {
        return { files };
    }
    const reader = await connect(context);
    return { cluster: { reader, objects: await readCluster(reader, controllerNamespace) }, files };
}

/**
 * Opens what asks registries.
 *
 * @param folder what relative paths start from
 * @throws Error for files that cannot be read, and settings that would do nothing
 */
export async function connectRegistries({ registry }: GateSettings, folder: string): Promise<RegistryClient> {
    const certificateAuthorities = await Promise.all(
        (registry.certificateAuthorities ?? []).map((given) => certificatesOf(given, folder)),
    );
    const settings = { ...registry, certificateAuthorities };
    requireRegistrySettings(settings);
    return new RegistryClient(settings);
}

/** The text itself, or that of the file that it names. */
async function certificatesOf(given: string, folder: string): Promise<string> {
    if (given.includes("-----BEGIN")) {
        return given;
    }
    const file = resolve(folder, given);
    try {
        return await readFile(file, "utf8");
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`registry.certificateAuthorities: ${file} cannot be read. ${reason}`, { cause: error });
    }
}

async function readPolicies(file: string): Promise<Objects> {
    try {
        return sortObjects(readYaml(await readFile(file, "utf8")));
    } catch (error) {
        if (error instanceof YamlError) {
            throw new Error(`policyFiles: ${error.in(file)}`, { cause: error });
        }
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`policyFiles: ${file} cannot be read. ${reason}`, { cause: error });
    }
}
