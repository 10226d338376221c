import { expect } from "chai";
import { ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { isRunning, sandboxFolders } from "./support/machine";
import { START_TIMEOUT_MS, sandboxBinaries } from "./support/start";
import { TemporaryFolder } from "./support/temporary";
import { eventually } from "./support/wait";

type Manner = "polite" | "throws" | "careless";

interface Facts {
    directory: string;
    pids: number[];
}

describe("the end of a program with a sandbox", function () {
    this.timeout(START_TIMEOUT_MS);

    let temporary: TemporaryFolder;

    before(() => sandboxBinaries());

    beforeEach(() => {
        temporary = new TemporaryFolder();
    });

    afterEach(() => {
        const left = sandboxFolders(temporary.path);
        temporary.remove();
        expect(left).to.deep.equal([]);
    });

    for (const signal of ["SIGINT", "SIGTERM"] as const) {
        it(`leaves nothing when ${signal} finds it prepared`, async () => {
            const { program, facts } = await runningProgram("polite");
            program.kill(signal);
            expect(await endOf(program)).to.equal(signal);
            expectNothingLeft(facts);
        });
    }

    it("leaves nothing when SIGINT finds it unprepared", async () => {
        const { program, facts } = await runningProgram("careless");
        program.kill("SIGINT");
        await endOf(program);
        await eventually("nothing is left", () => isNothingLeft(facts), 10_000);
    });

    it("leaves nothing when it is killed", async () => {
        const { program, facts } = await runningProgram("careless");
        program.kill("SIGKILL");
        expect(await endOf(program)).to.equal("SIGKILL");
        await eventually("nothing is left", () => isNothingLeft(facts), 10_000);
    });

    it("leaves nothing when it throws", async () => {
        const { program, facts } = await runningProgram("throws");
        expect(await endOf(program)).to.equal(1);
        await eventually("nothing is left", () => isNothingLeft(facts), 10_000);
    });

    it("leaves nothing when SIGINT comes while the sandbox starts", async () => {
        const program = startProgram("polite");
        await eventually("the sandbox starts", () => sandboxFolders(temporary.path).length > 0, START_TIMEOUT_MS);
        program.kill("SIGINT");
        expect(await endOf(program)).to.equal("SIGINT");
    });
});

function startProgram(manner: Manner): ChildProcess {
    const script = join(__dirname, "support", "parent.ts");
    return spawn(process.execPath, ["--require", "tsx/cjs", script, manner], { stdio: ["ignore", "pipe", "pipe"] });
}

async function runningProgram(manner: Manner): Promise<{ program: ChildProcess; facts: Facts }> {
    const program = startProgram(manner);
    const errors: string[] = [];
    program.stderr?.on("data", (chunk) => errors.push(String(chunk)));
    if (program.stdout === null) {
        throw new Error("The program has no output.");
    }
    for await (const line of createInterface({ input: program.stdout })) {
        if (line.startsWith("{")) {
            const facts = JSON.parse(line) as Facts;
            expect(facts.pids).to.have.length(4);
            return { program, facts };
        }
    }
    throw new Error(`The program ended before its sandbox ran:\n${errors.join("")}`);
}

/** The signal that ended a program, or its exit status. */
async function endOf(program: ChildProcess): Promise<unknown> {
    program.stdout?.resume();
    program.stderr?.resume();
    if (program.exitCode === null && program.signalCode === null) {
        await once(program, "exit");
    }
    return program.signalCode ?? program.exitCode;
}

function isNothingLeft({ directory, pids }: Facts): boolean {
    return !existsSync(directory) && !pids.some(isRunning);
}

function expectNothingLeft(facts: Facts): void {
    expect(facts.pids.filter(isRunning)).to.deep.equal([]);
    expect(existsSync(facts.directory)).to.equal(false);
}
