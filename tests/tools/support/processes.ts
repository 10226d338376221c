import { existsSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";

/**
 * The processes, other than this one, whose environment mentions a folder; the Go processes of a build do, in GOTMPDIR.
 *
 * Read from /proc, so that a process without a parent is found too.
 */
export async function livingProcesses(folder: string): Promise<number[]> {
    const found: number[] = [];
    for (const name of await fs.readdir("/proc")) {
        const id = Number(name);
        if (!Number.isInteger(id) || id === process.pid) continue;
        // A process that ends meanwhile, or is a zombie, has no environment.
        const environment = await fs.readFile(path.join("/proc", name, "environ"), "utf8").catch(() => "");
        if (environment.includes(folder)) found.push(id);
    }
    return found;
}

/** Only Linux shows the environment of a process as a file. */
export function canSeeProcesses(): boolean {
    return existsSync("/proc/self/environ");
}
