import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** No run of a program takes so long. */
const ABANDONED_AFTER_MS = 24 * 60 * 60_000;

/**
 * A folder of this process's own, which goes with it. Nobody else may write to it.
 *
 * On Ctrl-C the engine ends its program by SIGKILL, which takes nothing away. So a later run does.
 */
export function temporaryFolder(prefix: string): string {
    removeAbandoned(prefix);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), prefix));
    process.once("exit", () => {
        fs.rmSync(folder, { recursive: true, force: true });
    });
    return folder;
}

/** By age: whether a process still runs cannot be known where containers share the folder of temporary files. */
function removeAbandoned(prefix: string): void {
    const names = fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith(prefix));
    for (const folder of names.map((name) => path.join(os.tmpdir(), name))) {
        const found = fs.lstatSync(folder, { throwIfNoEntry: false });
        // Others may have named theirs like this. Windows has a folder for each user, and calls everybody 0.
        const isOurs = found?.uid === (process.getuid?.() ?? 0);
        if (isOurs && Date.now() - found.mtimeMs > ABANDONED_AFTER_MS) {
            fs.rmSync(folder, { recursive: true, force: true });
        }
    }
}
