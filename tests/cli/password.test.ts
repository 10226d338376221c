import { spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";

import { expect } from "chai";

import { requirePassword } from "../../cli/password";
import { openPrivateKey } from "../../core/keys";
import { inTemporaryFolder } from "../support/project";
import { commandLine, runInProcess, runOnTerminal } from "./support";

import type { PasswordRequest } from "../../cli/password";

const HAS_SCRIPT = spawnSync("script", ["--version"]).status === 0;

function fromFile(content: string | Buffer): Promise<string> {
    return inTemporaryFolder(async (folder) => {
        const file = join(folder, "password");
        writeFileSync(file, content);
        const descriptor = openSync(file, "r");
        try {
            return await passwordOf({ descriptor: String(descriptor), isNew: true });
        } finally {
            closeSync(descriptor);
        }
    });
}

function passwordOf(request: PasswordRequest, env: Readonly<Record<string, string>> = {}): Promise<string> {
    const sink = new PassThrough();
    return requirePassword(request, { stdin: new PassThrough(), stdout: sink, stderr: sink, env });
}

describe("the password of the CLI", () => {
    it("comes from a descriptor before the environment, without the last line end", async () => {
        expect(await fromFile("a b\n")).to.equal("a b");
        expect(await fromFile("a b\r\n")).to.equal("a b");
        expect(await fromFile("a\n\n")).to.equal("a\n");
        expect(await fromFile("")).to.equal("");
    });

    it("is refused from a descriptor that is not open, or has no text", async () => {
        const reasons = await Promise.all(
            [
                passwordOf({ descriptor: "987", isNew: false }),
                fromFile(Buffer.from([0xff])),
                fromFile("x".repeat(65536)),
            ].map((password) => password.catch(String)),
        );
        expect(reasons[0]).to.equal("CliError: --password-fd 987 cannot be read: it is not open.");
        expect(reasons[1]).to.match(/is not UTF-8/);
        expect(reasons[2]).to.match(/longer than a password/);
    });

    it("may be empty in the environment", async () => {
        expect(await passwordOf({ descriptor: undefined, isNew: true }, { COSIGN_PASSWORD: "" })).to.equal("");
    });

    it("is missed with exit code 2 where there is no terminal", async () => {
        await inTemporaryFolder(async (folder) => {
            const { exitCode, stderr } = await runInProcess(["keys", "generate", "--out", join(folder, "x")]);
            expect(exitCode).to.equal(2);
            expect(stderr).to.include("COSIGN_PASSWORD is not set").and.include("--password-fd");
            expect(readdirSync(folder)).to.deep.equal([]);
        });
    });

    const TYPED: Readonly<Record<string, [(string | Buffer)[], string]>> = {
        "corrected with backspace": [["hushx\u007F\rhush\r"], "hush"],
        "begun anew with Ctrl-U": [["wrong\u0015hush\r", "hush\r"], "hush"],
        "of characters that arrive in halves": [[Buffer.from([0xc3]), Buffer.from([0xa4]), "\r\u00e4\r"], "\u00e4"],
        "ended with Ctrl-D": [["hush\u0004", "hush\u0004"], "hush"],
    };
    for (const [name, [typed, password]] of Object.entries(TYPED)) {
        it(`can be ${name} on a terminal`, async () => {
            await inTemporaryFolder(async (folder) => {
                const outcome = await runOnTerminal(["keys", "generate", "--out", join(folder, "x")], typed);
                expect(outcome.exitCode).to.equal(0);
                expect(outcome.stderr).not.to.include("hush");
                await openPrivateKey(readFileSync(join(folder, "x.key")), password);
            });
        });
    }

    it("is refused when the two typed ones differ", async () => {
        await inTemporaryFolder(async (folder) => {
            const outcome = await runOnTerminal(["keys", "generate", "--out", join(folder, "x")], ["one\r", "two\r"]);
            expect(outcome.exitCode).to.equal(2);
            expect(outcome.stderr).to.include("The two passwords differ");
            expect(readdirSync(folder)).to.deep.equal([]);
        });
    });

    it("is not waited for after Ctrl-C, and the terminal is put back", async () => {
        await inTemporaryFolder(async (folder) => {
            const outcome = await runOnTerminal(["keys", "generate", "--out", join(folder, "x")], ["secret\u0003"]);
            expect(outcome.exitCode).to.equal(130);
            expect(outcome.rawModes).to.deep.equal([true, false]);
            expect(outcome.stderr).not.to.include("secret");
        });
    });

    it("is not echoed by a real terminal", async function () {
        if (!HAS_SCRIPT) {
            this.skip();
        }
        await inTemporaryFolder(async (folder) => {
            const shown = await typeInTerminal(["keys", "generate", "--out", join(folder, "x")], "typed-password");
            expect(shown).to.include("The same password again").and.include("Wrote").and.not.include("typed-password");
            await openPrivateKey(readFileSync(join(folder, "x.key")), "typed-password");
        });
    });
});

/** Answers each question for a password on a pseudo-terminal. Gives all that it showed. */
function typeInTerminal(args: readonly string[], password: string): Promise<string> {
    const env: NodeJS.ProcessEnv = { ...process.env };
    delete env.COSIGN_PASSWORD;
    const command = commandLine(args)
        .map((word) => `'${word}'`)
        .join(" ");
    return new Promise((resolve, reject) => {
        const terminal = spawn("script", ["-q", "-e", "-c", command, "/dev/null"], { env });
        let shown = "";
        let answered = 0;
        terminal.stdout.on("data", (chunk: Buffer) => {
            shown += chunk.toString();
            const asked = shown.match(/password[^:\n]*: /g)?.length ?? 0;
            if (asked > answered) {
                answered += 1;
                terminal.stdin.write(`${password}\r`);
            }
        });
        terminal.on("error", reject).on("close", () => {
            resolve(shown);
        });
    });
}
