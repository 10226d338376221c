import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { Readable, Writable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { expect } from "chai";

import { checkOptions } from "../../cli/check/options";
import { Progress } from "../../cli/check/progress";
import { runCheck } from "../../cli/check/run";
import { runProgram } from "../../cli/program";
import { keyOf, policy, ACME } from "../core/admission/support";
import { answerError, StandIn } from "../core/registry/support/stand-in";

import type { ClusterReader } from "../../core/cluster";

/** Longer than nobody is told anything. */
const LONG_MS = 1300;

const CLEAR_LINE = "\r\u001b[K";

/** Nothing stands behind the last clearing of the line. */
const isTakenAway = (lines: readonly string[]) => lines[0] === "" && lines.at(-1) === "";

/** In place of a terminal, or of a pipe. */
class FakeStream extends Writable {
    public text = "";

    public constructor(public readonly isTTY: boolean) {
        super();
    }

    public override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
        this.text += chunk.toString();
        done();
    }
}

describe("the progress of check", function () {
    this.timeout(20_000);

    it("is silent for a second, then one line that is taken away at the end", async () => {
        const terminal = new FakeStream(true);
        const progress = new Progress(terminal);
        progress.count(3);
        progress.step();
        await setTimeout(500);
        expect(terminal.text).to.equal("");
        await setTimeout(LONG_MS - 500);
        progress.stop();
        const shown = terminal.text;
        expect(shown.split(CLEAR_LINE)).to.include("Checked 1 of 3 …").and.satisfy(isTakenAway);
        await setTimeout(300);
        expect(terminal.text, "after the end").to.equal(shown);
    });

    it("says that a cluster is listed, and nothing before it has taken a second", async () => {
        const slow: ClusterReader = {
            list: () => Promise.resolve([]),
            read: (_apiVersion, _kind, name) => setTimeout(name === "config-image-policies" ? LONG_MS : 0, undefined),
        };
        const [terminal, pipe] = [new FakeStream(true), new FakeStream(false)];
        const ended = [terminal, pipe].map((stderr) => {
            const surroundings = { stdin: Readable.from([]), stdout: new FakeStream(false), stderr, env: {} };
            return runCheck(checkOptions(["--context", "x"]), surroundings, { cluster: slow });
        });
        await setTimeout(500);
        expect(terminal.text).to.equal("");
        await Promise.all(ended);
        expect(terminal.text.split(CLEAR_LINE)).to.include("Reading the cluster …").and.satisfy(isTakenAway);
        expect(pipe.text).to.equal("");
    });

    it("reaches a terminal, and nothing of it a pipe", async () => {
        const folder = mkdtempSync(path.join(tmpdir(), "signed-images-progress-"));
        const slow = await StandIn.start((_request, response) => {
            void setTimeout(LONG_MS).then(() => {
                answerError(response, 404, "MANIFEST_UNKNOWN");
            });
        });
        try {
            const file = path.join(folder, "policy.json");
            writeFileSync(file, JSON.stringify(policy("acme", [keyOf(ACME)])));
            const image = `${slow.host}/acme/app@sha256:${"a".repeat(64)}`;
            const check = async (isTTY: boolean) => {
                const [stdout, stderr] = [new FakeStream(false), new FakeStream(isTTY)];
                const args = ["check", "--policy", file, "--output", "json", image];
                const exitCode = await runProgram(args, { stdin: Readable.from([]), stdout, stderr, env: {} });
                return { exitCode, stdout: stdout.text, stderr: stderr.text };
            };
            const [terminal, pipe] = await Promise.all([check(true), check(false)]);
            expect(terminal.stderr.split(CLEAR_LINE)).to.include("Checked 0 of 1 …").and.satisfy(isTakenAway);
            expect(pipe.stderr).to.equal("");
            expect(pipe.stdout).to.equal(terminal.stdout);
            expect(JSON.parse(pipe.stdout)).to.have.nested.property("images[0].verdict", "refused");
            expect(pipe.exitCode).to.equal(terminal.exitCode).and.equal(1);
        } finally {
            await slow.stop();
            rmSync(folder, { recursive: true });
        }
    });
});
