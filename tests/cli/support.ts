import { spawn } from "node:child_process";
import * as path from "node:path";
import { PassThrough, Readable, Writable } from "node:stream";

import { runProgram } from "../../cli/program";
import { PROJECT_FOLDER } from "../support/project";

import type { LintedPolicyJson } from "../../cli/lint-policies";

/** What a run of the program left. */
export interface Outcome {
    exitCode: number | null;
    stdout: string;
    stderr: string;
}

export interface Given {
    /** What comes in on standard input, which ends then. */
    stdin?: string | Buffer;
    /** @default only what a program needs to start; no COSIGN_PASSWORD */
    env?: Readonly<Record<string, string>>;
    /** What can be read from descriptor 3. Only for a real program. */
    descriptor3?: string;
}

/** Runs the real program as a child process. */
export function spawnProgram(args: readonly string[], given: Given = {}): Promise<Outcome> {
    const [program, ...rest] = commandLine(args) as [string, ...string[]];
    return collect(program, rest, given);
}

/** What lets Node load TypeScript. */
export const LOADER = path.join(PROJECT_FOLDER, "node_modules/tsx/dist/cjs/index.cjs");

/** The words that start the real program. */
export function commandLine(args: readonly string[]): string[] {
    return [process.execPath, "--require", LOADER, path.join(PROJECT_FOLDER, "cli/main.ts"), ...args];
}

function collect(program: string, args: readonly string[], { stdin, env, descriptor3 }: Given): Promise<Outcome> {
    return new Promise((resolve, reject) => {
        const child = spawn(program, args, {
            cwd: PROJECT_FOLDER,
            env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
            stdio: ["pipe", "pipe", "pipe", "pipe"],
        });
        const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
        child.stdout.on("data", (chunk: Buffer) => chunks.stdout.push(chunk));
        child.stderr.on("data", (chunk: Buffer) => chunks.stderr.push(chunk));
        child.on("error", reject).on("close", (exitCode) => {
            const [stdout, stderr] = [chunks.stdout, chunks.stderr].map((list) => Buffer.concat(list).toString());
            resolve({ exitCode, stdout: stdout ?? "", stderr: stderr ?? "" });
        });
        child.stdin.end(stdin ?? "");
        const third = child.stdio[3];
        if (third instanceof Writable) {
            third.end(descriptor3 ?? "");
        }
    });
}

/** Runs the program in this process. */
export async function runInProcess(args: readonly string[], { stdin = "", env = {} }: Given = {}): Promise<Outcome> {
    const [stdout, stderr] = [new TextSink(), new TextSink()];
    const input = Readable.from([Buffer.from(stdin)]);
    const exitCode = await runProgram(args, { stdin: input, stdout, stderr, env });
    return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

/** Runs the program in this process, on a terminal on which somebody types. */
export async function runOnTerminal(
    args: readonly string[],
    typed: readonly (string | Buffer)[],
    env: Given["env"] = {},
): Promise<Outcome & { rawModes: readonly boolean[] }> {
    const rawModes: boolean[] = [];
    const stdin = Object.assign(new PassThrough(), {
        isTTY: true,
        setRawMode: (isRaw: boolean) => rawModes.push(isRaw),
    });
    typed.forEach((text) => stdin.write(text));
    const [stdout, stderr] = [Object.assign(new TextSink(), { isTTY: true }), new TextSink()];
    const exitCode = await runProgram(args, { stdin, stdout, stderr, env });
    return { exitCode, stdout: stdout.text, stderr: stderr.text, rawModes };
}

/** The findings of `lint --output json`. */
export function lintedPolicies({ stdout }: Outcome): LintedPolicyJson[] {
    return JSON.parse(stdout) as LintedPolicyJson[];
}

class TextSink extends Writable {
    public text = "";

    public override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
        this.text += chunk.toString();
        done();
    }
}
