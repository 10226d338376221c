import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { type EngineEvent, LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { ensureEngine } from "../../../tools";
import "../engine-connections";
import { textBelow } from "../leaks";
import { installStandInCommandProvider } from "./install";

/** The first run builds the engine. */
const BUILD_TIMEOUT_MS = 50 * 60_000;
const TIMEOUT_MS = 2 * 60_000;
/** The SDK's debug messages have everything in clear; nobody sees them without `--debug`. */
const SHOWN: readonly string[] = ["info", "info#err", "warning", "error"];
const SECRET_TEXT = "a text that must stay secret";

describe("the stand-in for the command provider: the engine", function () {
    this.timeout(TIMEOUT_MS);
    let folder: string;
    let stack: Stack;
    /** What the program of the stack asks for; each test says what. */
    let args: local.CommandArgs;

    before(async function () {
        this.timeout(BUILD_TIMEOUT_MS);
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "signed-images-command-"));
        const home = path.join(folder, "home");
        const engine = await ensureEngine({ home, processEnvironment: { ...process.env, CI: "true" } });
        installStandInCommandProvider(home);
        const program = () => Promise.resolve({ stdout: new local.Command("command", args).stdout });
        stack = await LocalWorkspace.createStack(
            { stackName: "test", projectName: "command", program },
            {
                workDir: folder,
                envVars: {
                    ...engine.environment,
                    PULUMI_BACKEND_URL: `file://${folder}`,
                    PULUMI_CONFIG_PASSPHRASE: "of-a-test",
                },
                pulumiCommand: await PulumiCommand.get({ root: engine.root }),
            },
        );
    });

    after(() => {
        fs.rmSync(folder, { recursive: true, force: true });
    });

    /** Runs `up`, and says what it did with the command. */
    async function up(given: local.CommandArgs): Promise<{ op: string; stdout: unknown; said: string }> {
        args = given;
        const events: EngineEvent[] = [];
        const { outputs } = await stack.up({ onEvent: (event) => events.push(event), color: "never" });
        const steps = events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
        return {
            op: steps
                .filter(({ type }) => type === "command:local:Command")
                .map(({ op }) => op)
                .join(),
            stdout: outputs.stdout?.value as unknown,
            said: events
                .flatMap(({ diagnosticEvent }) => diagnosticEvent ?? [])
                .filter(({ severity }) => SHOWN.includes(severity))
                .map(({ message }) => message)
                .join(""),
        };
    }

    it("runs nothing in a preview, then create once, and again when an input changes", async () => {
        const file = path.join(folder, "runs");
        const runs = () => (fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "");
        const create = `echo created >> ${file}; echo out; echo err >&2`;
        args = { create };
        const preview = await stack.preview({ color: "never" });
        expect(preview.changeSummary).to.deep.equal({ create: 2 });
        expect(runs()).to.equal("");

        expect(await up({ create })).to.include({ op: "create", stdout: "out" });
        expect(await up({ create })).to.include({ op: "same", stdout: "out" });
        expect(runs()).to.equal("created\n");

        expect(await up({ create, stdin: "other" })).to.include({ op: "update" });
        expect(runs()).to.equal("created\ncreated\n");
        await up({ create, update: `echo updated >> ${file}`, delete: `echo deleted >> ${file}` });
        await stack.destroy();
        expect(runs()).to.equal("created\ncreated\nupdated\ndeleted\n");
    });

    it("replaces the resource when a trigger changes, and keeps a secret input out of its state and its log", async () => {
        const stdin = pulumi.secret(SECRET_TEXT);
        const written = () => textBelow(path.join(folder, ".pulumi"));
        const quiet = await up({ create: "wc -c", stdin, triggers: ["1"], logging: "none" });
        expect(quiet).to.include({ op: "create", stdout: "28" });
        expect(quiet.said).to.equal("");
        expect(written())
            .to.match(/"stdout": ?"28"/)
            .and.not.include(SECRET_TEXT);

        const echo = await up({ create: "cat", stdin, triggers: ["2"] });
        expect(echo.op.split(",")).to.include.members(["create-replacement", "delete-replaced"]);
        expect(echo.said, "shown").to.include(SECRET_TEXT);
        expect(written(), "an output, in clear").to.include(SECRET_TEXT);
    });

    it("refuses an input that it would not act upon", async () => {
        const problem = await up({ create: "true", assetPaths: ["*"] }).catch(String);
        expect(problem).to.include("unknown to the stand-in");
    });
});
