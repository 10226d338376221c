import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** A folder of this process's own, which goes with it. Nobody else may write to it. */
export function temporaryFolder(prefix: string): string {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), prefix));
    process.once("exit", () => {
        fs.rmSync(folder, { recursive: true, force: true });
    });
    return folder;
}
