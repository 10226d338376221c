import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

export const PROJECT_FOLDER = path.resolve(__dirname, "../..");

/** Runs a program to its end. */
export const run = promisify(execFile);

/** A folder that is gone after `work`. */
export async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "signed-images-test-"));
    try {
        return await work(folder);
    } finally {
        fs.rmSync(folder, { recursive: true, force: true });
    }
}

/**
 * The project as a clone of it would be, with what git tracks or would track, and with dependencies as `npm ci` leaves
 * them (hard links, which cost nothing).
 */
export async function copyProject(to: string): Promise<void> {
    const { stdout } = await run("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
        cwd: PROJECT_FOLDER,
    });
    for (const file of stdout
        .split("\0")
        .filter((name) => name !== "" && fs.existsSync(path.join(PROJECT_FOLDER, name)))) {
        fs.mkdirSync(path.join(to, path.dirname(file)), { recursive: true });
        fs.copyFileSync(path.join(PROJECT_FOLDER, file), path.join(to, file));
    }
    await run("cp", ["-al", path.join(PROJECT_FOLDER, "node_modules"), path.join(to, "node_modules")]);
}
