import * as fs from "node:fs";
import * as path from "node:path";
import { PROJECT_FOLDER } from "../project";

/** The version of the SDK that asks for the provider. */
function sdkVersion(): string {
    const lock = JSON.parse(fs.readFileSync(path.join(PROJECT_FOLDER, "package-lock.json"), "utf8")) as {
        packages: Record<string, { version: string }>;
    };
    return lock.packages["node_modules/@pulumi/command"]?.version ?? "";
}

/**
 * Puts the stand-in where an engine with this home finds the plugin `command`.
 *
 * @param home the engine's PULUMI_HOME
 */
export function installStandInCommandProvider(home: string): void {
    const folder = path.join(home, "plugins", `resource-command-v${sdkVersion()}`);
    const loader = path.join(PROJECT_FOLDER, "node_modules", "tsx", "dist", "cjs", "index.cjs");
    const words = [process.execPath, "--require", loader, path.join(__dirname, "main.ts")];
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(
        path.join(folder, "pulumi-resource-command"),
        `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(" ")} "$@"\n`,
        { mode: 0o755 },
    );
}
