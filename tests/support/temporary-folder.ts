import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/**
 * One folder for all temporary files of a run, those of the engine, its providers and its workspaces as well: not all of them are taken
 * away by who makes them, and a process that a test kills takes nothing away.
 */
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "signed-images-tests-"));
process.env.TMPDIR = folder;
process.once("exit", () => {
    fs.rmSync(folder, { recursive: true, force: true });
});
