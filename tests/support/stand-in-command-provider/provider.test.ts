import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { type EngineEvent, LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { ensureEngine } from "../../../tools";
import { textBelow } from "../leaks";
import { installStandInCommandProvider } from "./install";

/** The first run builds the engine. */
const BUILD_TIMEOUT_MS = 50 * 60_000;
const TIMEOUT_MS = 60_000;
const PASSPHRASE_OF_THE_TEST = "of-a-test";
const SECRET_TEXT = "a text that must stay secret";

describe("the stand-in for the command provider", function () {
    this.timeout(TIMEOUT_MS);
    let folder: string;
    let stack: Stack;
    /** What the program of the stack asks for; each test says what. */
    let args: local.CommandArgs;
    let events: EngineEvent[];
    const options = { onEvent: (event: EngineEvent) => events.push(event), color: "never" as const };

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
                    PULUMI_CONFIG_PASSPHRASE: PASSPHRASE_OF_THE_TEST,
                },
                pulumiCommand: await PulumiCommand.get({ root: engine.root }),
            },
        );
    });

    beforeEach(() => {
        events = [];
    });

    afterEach(() => stack.destroy({ suppressProgress: true }));

    after(() => {
        fs.rmSync(folder, { recursive: true, force: true });
    });

    /** Runs `up`, and says what it did with the command. */
    async function up(given: local.CommandArgs): Promise<{ op: string | undefined; stdout: unknown; said: string }> {
        args = given;
        events = [];
        const { outputs } = await stack.up(options);
        const ops = events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
        const ofCommand = ops.filter(({ type }) => type === "command:local:Command").map(({ op }) => op);
        const said = events.map(({ diagnosticEvent }) => diagnosticEvent?.message ?? "").join("");
        return { op: ofCommand.join(), stdout: outputs.stdout?.value, said };
    }

    /** A command that leaves a line in a file at each run. */
    function counting(name: string): { script: string; runs: () => string[] } {
        const file = path.join(folder, name);
        return {
            script: `echo "$PULUMI_COMMAND_STDOUT>" >> ${file}; echo done`,
            runs: () => fs.readFileSync(file, "utf8").trim().split("\n"),
        };
    }

    it("runs a command once, and again only when an input changes", async () => {
        const { script: create, runs } = counting("runs");
        expect(await up({ create })).to.include({ op: "create", stdout: "done" });
        expect(await up({ create })).to.include({ op: "same", stdout: "done" });
        expect(runs()).to.have.length(1);
        expect(await up({ create, stdin: "other" })).to.include({ op: "update" });
        expect(runs()).to.have.length(2);
    });

    it("replaces the resource when a trigger changes", async () => {
        await up({ create: "cat", stdin: "1", triggers: ["1"] });
        expect(await up({ create: "cat", stdin: "2", triggers: ["2"] })).to.deep.include({
            op: "create-replacement,replace,delete-replaced",
            stdout: "2",
        });
    });

    it("hands over what the run before wrote, unless it is told not to", async () => {
        const { script: create, runs } = counting("previous");
        await up({ create });
        await up({ create, stdin: "1" });
        await up({ create, stdin: "2", addPreviousOutputInEnv: false });
        expect(runs()).to.deep.equal([">", "done>", ">"]);
    });

    it("runs nothing in a preview, and nothing at destroy without a delete command", async () => {
        const file = path.join(folder, "never");
        args = { create: `touch ${file}` };
        const { changeSummary } = await stack.preview(options);
        expect(changeSummary).to.deep.equal({ create: 2 });
        expect(fs.existsSync(file)).to.equal(false);
    });

    it("runs update and delete where they are given", async () => {
        const file = path.join(folder, "story");
        const given = { create: `echo created >> ${file}`, update: `echo updated >> ${file}` };
        await up({ ...given, delete: `echo deleted >> ${file}` });
        await up({ ...given, delete: `echo deleted >> ${file}`, environment: { CHANGED: "1" } });
        await stack.destroy(options);
        expect(fs.readFileSync(file, "utf8")).to.equal("created\nupdated\ndeleted\n");
    });

    it("gives the command its environment, its folder and its interpreter", async () => {
        const script = "process.stdout.write([process.cwd(), process.env.GIVEN, process.argv[1]].join())";
        const given = { interpreter: ["node", "--eval", script], dir: "/", environment: { GIVEN: "given" } };
        expect(await up({ ...given, create: "the last word; and $no shell" })).to.include({
            stdout: "/,given,the last word; and $no shell",
        });
    });

    it("starts a command in the folder of the program", async () => {
        expect(await up({ create: "pwd" })).to.include({ stdout: fs.realpathSync(folder) });
    });

    it("keeps a secret input out of the state, but not what the command makes of it", async () => {
        await up({ create: "cat >/dev/null; echo what it wrote", stdin: pulumi.secret(SECRET_TEXT), logging: "none" });
        const state = JSON.stringify(await stack.exportStack());
        expect(state).to.include("what it wrote").and.not.include(SECRET_TEXT);
        await up({ create: "cat", stdin: pulumi.secret(SECRET_TEXT), logging: "none" });
        expect(JSON.stringify(await stack.exportStack()), "an echo of it").to.include(SECRET_TEXT);
        expect(textBelow(path.join(folder, ".pulumi"))).to.include(SECRET_TEXT);
    });

    for (const [logging, shown] of [
        [undefined, ["out", "err"]],
        ["none", []],
        ["stdout", ["out"]],
        ["stderr", ["err"]],
    ] as const) {
        it(`shows ${shown.join(" and ") || "nothing"} with logging ${logging ?? "as it is by default"}`, async () => {
            const { said } = await up({ create: "echo said-on-out; echo said-on-err >&2", logging });
            const heard = ["out", "err"].filter((stream) => said.includes(`said-on-${stream}`));
            expect(heard).to.deep.equal(shown);
        });
    }

    it("fails with the command and all that it wrote, whatever logging says", async () => {
        const problem = await up({ create: "echo half; echo broken >&2; exit 3", logging: "none" }).catch(String);
        expect(problem)
            .to.include('exit status 3: running "echo half; echo broken >&2; exit 3":')
            .and.include("broken");
    });

    it("refuses an input that it would not act upon", async () => {
        const problem = await up({ create: "true", assetPaths: ["*"] }).catch(String);
        expect(problem).to.include("unknown to the stand-in");
    });
});
