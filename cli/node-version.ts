/**
 * Ends the program where Node is too old, and says which one is needed. Loaded before everything else, and itself readable
 * by any Node: what comes after it fails there with an error that explains nothing.
 */
import { ExitCode } from "./errors";

/** The oldest one of `engines` in package.json. */
const OLDEST = [22, 22, 2];

const running = process.versions.node.split(".").map(Number);
const different = OLDEST.findIndex((needed, index) => running[index] !== needed);
if (different >= 0 && Number(running[different]) < Number(OLDEST[different])) {
    console.error(
        `signed-images needs Node ${OLDEST.join(".")} or newer, and this is Node ${process.versions.node} (${process.execPath}). ` +
            "Install a newer one (https://nodejs.org/en/download), or put its folder first in PATH.",
    );
    process.exit(ExitCode.Usage);
}
