import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { ensureEngine } from "../tools";
import { copyProject, inTemporaryFolder, PROJECT_FOLDER, run } from "./support/project";
import { installStandInCommandProvider } from "./support/stand-in-command-provider/install";

const GOLDEN_FILE = path.join(PROJECT_FOLDER, "tests", "schema.golden.json");
/** The first run builds the engine. */
const BUILD_TIMEOUT_MS = 50 * 60_000;

describe("pulumi package get-schema", function () {
    this.timeout(BUILD_TIMEOUT_MS);

    it("gives the schema that is promised to the other Pulumi languages", async () => {
        const schema = await inTemporaryFolder(async (folder) => {
            const home = path.join(folder, "home");
            const engine = await ensureEngine({ home, processEnvironment: { ...process.env, CI: "true" } });
            // The CLI installs the providers of a package's dependencies before it asks for the schema.
            installStandInCommandProvider(home);
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
