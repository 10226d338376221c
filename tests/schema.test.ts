import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { ensureEngine } from "../tools";
import { copyProject, inTemporaryFolder, PROJECT_FOLDER, run } from "./support/project";

const GOLDEN_FILE = path.join(PROJECT_FOLDER, "tests", "schema.golden.json");
/** The first run builds the engine. */
const BUILD_TIMEOUT_MS = 50 * 60_000;

/**
 * The Pulumi CLI installs what a package's dependencies ask for before it asks for the schema, and the command provider
 * cannot be had as a Go module. Nothing of it is run here: an empty file stands in for it.
 */
function standInForCommandProvider(home: string): void {
    const lock = JSON.parse(fs.readFileSync(path.join(PROJECT_FOLDER, "package-lock.json"), "utf8")) as {
        packages: Record<string, { version: string }>;
    };
    const version = lock.packages["node_modules/@pulumi/command"]?.version ?? "";
    const folder = path.join(home, "plugins", `resource-command-v${version}`);
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, "pulumi-resource-command"), "");
}

describe("pulumi package get-schema", function () {
    this.timeout(BUILD_TIMEOUT_MS);

    it("gives the schema that is promised to the other Pulumi languages", async () => {
        const schema = await inTemporaryFolder(async (folder) => {
            const home = path.join(folder, "home");
            const engine = await ensureEngine({ home, processEnvironment: { ...process.env, CI: "true" } });
            standInForCommandProvider(home);
            const clone = path.join(folder, "clone");
            await copyProject(clone);
            // Run from outside: the CLI refuses a folder that holds a Pulumi.yaml beside the PulumiPlugin.yaml.
            const { stdout } = await run(engine.pulumi, ["package", "get-schema", clone], {
                cwd: folder,
                env: { ...process.env, ...engine.environment, PULUMI_BACKEND_URL: `file://${folder}` },
                maxBuffer: 64 * 1024 * 1024,
            });
            return JSON.parse(stdout) as unknown;
        });
        const text = `${JSON.stringify(schema, null, 2)}\n`;
        if (process.env.UPDATE_GOLDEN === "true") {
            fs.writeFileSync(GOLDEN_FILE, text);
        }
        expect(text).to.equal(fs.readFileSync(GOLDEN_FILE, "utf8"));
    });
});
