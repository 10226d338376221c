import { expect } from "chai";
import { execute } from "./execute";
import type { CommandInputs } from "./inputs";

/** What a command wrote, and what was shown of it while it ran. */
async function run(command: string, inputs: CommandInputs = {}, previous = {}) {
    let shown = "";
    const written = await execute(command, inputs, previous, (text) => {
        shown += text;
    });
    return { ...written, shown };
}

describe("the stand-in for the command provider: a command", () => {
    it("is run by a shell, in the folder of the engine", async () => {
        expect(await run("pwd")).to.include({ stdout: process.cwd(), stderr: "" });
    });

    it("is the last argument of another interpreter, word for word", async () => {
        const interpreter = ["node", "--eval", "process.stdout.write(process.argv[1])"];
        expect(await run("one word; and $no shell", { interpreter })).to.include({ stdout: "one word; and $no shell" });
    });

    it("gets its folder, its environment beside the engine's, and its standard input", async () => {
        const inputs = { dir: "/", environment: { GIVEN: "given" }, stdin: "typed" };
        expect(await run('echo "$(pwd) $GIVEN $(cat)" ${PATH:+with a path}', inputs)).to.include({
            stdout: "/ given typed with a path",
        });
    });

    it("that reads nothing may be given much", async () => {
        expect(await run("exec true", { stdin: "x".repeat(1024 * 1024) })).to.include({ stdout: "" });
    });

    it("sees what the run before wrote, unless it is told not to", async () => {
        const previous = { stdout: "before", stderr: "" };
        const script = 'echo "$PULUMI_COMMAND_STDOUT"';
        expect(await run(script, {}, previous)).to.include({ stdout: "before" });
        expect(await run(script, { addPreviousOutputInEnv: false }, previous)).to.include({ stdout: "" });
    });

    for (const [logging, shown] of [
        [undefined, ["out", "err"]],
        ["stdoutAndStderr", ["out", "err"]],
        ["stdout", ["out"]],
        ["stderr", ["err"]],
        ["none", []],
    ] as const) {
        it(`shows ${shown.join(" and ") || "nothing"} with logging ${logging ?? "left out"}`, async () => {
            const result = await run("echo out; echo err >&2", { logging });
            expect(result.shown.split("\n").filter((line) => line !== "")).to.have.members([...shown]);
            expect(result).to.include({ stdout: "out", stderr: "err" });
        });
    }

    it("that fails is quoted with all that it wrote, whatever logging says", async () => {
        const problem = await run("echo half; echo broken >&2; exit 3", { logging: "none" }).catch(String);
        expect(problem).to.include('exit status 3: running "echo half; echo broken >&2; exit 3":\n');
        expect(problem).to.include("half\n").and.include("broken\n");
    });

    it("that cannot be started is a failure", async () => {
        const problem = await run("1", { interpreter: ["there-is-no-such-program"] }).catch(String);
        expect(problem).to.include("ENOENT");
    });
});
