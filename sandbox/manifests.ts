import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { SandboxError, messageOf } from "./errors";

const MODULE = "github.com/sigstore/policy-controller";
const DOWNLOAD_TIMEOUT_MS = 120_000;

/** The manifests that policy-controller's sources ship. */
export interface Manifests {
    folder: string;
    /** Of policy-controller, without the `v`. */
    version: string;
}

/**
 * Finds the manifests in the Go module cache, where the build of policy-controller's binary has put its sources, and
 * has Go fetch them when the binary came from elsewhere.
 *
 * @throws SandboxError `manifests-missing`
 */
export async function findManifests(goModule: string, signal?: AbortSignal): Promise<Manifests> {
    const { Dir: root, Version: version } = await downloadModule(goModule, signal);
    const folder = join(root, "config");
    if (!existsSync(folder)) {
        throw new SandboxError("manifests-missing", `${MODULE} ${version} has no manifests in ${folder}.`);
    }
    return { folder, version: version.replace(/^v/, "") };
}

/* Prints where the module is, and downloads it only when it is not there; go.sum says which bytes it must be. */
async function downloadModule(cwd: string, signal?: AbortSignal): Promise<{ Dir: string; Version: string }> {
    try {
        const { stdout } = await promisify(execFile)("go", ["mod", "download", "-json", MODULE], {
            cwd,
            env: { ...process.env, GOFLAGS: "-mod=readonly", GOWORK: "off" },
            signal,
            timeout: DOWNLOAD_TIMEOUT_MS,
        });
        return JSON.parse(stdout) as { Dir: string; Version: string };
    } catch (cause) {
        const reason =
            (cause as NodeJS.ErrnoException).code === "ENOENT" ? "there is no Go on PATH" : messageOf(cause).trim();
        throw new SandboxError("manifests-missing", `policy-controller's manifests cannot be fetched: ${reason}`, {
            cause,
        });
    }
}
