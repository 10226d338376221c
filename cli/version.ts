import { readFileSync } from "node:fs";
import { join } from "node:path";

/** From `cli/` and from `dist/cli/`. */
const FOLDERS_UP = ["..", "../.."];

/** The version in package.json. */
export function packageVersion(): string {
    for (const folder of FOLDERS_UP) {
        const version = versionIn(join(__dirname, folder, "package.json"));
        if (version !== undefined) {
            return version;
        }
    }
    throw new Error("the package.json of signed-images is missing");
}

function versionIn(file: string): string | undefined {
    try {
        const { name, version } = JSON.parse(readFileSync(file, "utf8")) as { name?: unknown; version?: unknown };
        return name === "signed-images" && typeof version === "string" ? version : undefined;
    } catch {
        return undefined;
    }
}
