/** Runs a command, and measures what it takes. */
import { spawn } from "node:child_process";

import { PeakMemory } from "./peak-memory";

/** A command and what comes in on its standard input. */
export interface Command {
    file: string;
    args: readonly string[];
    input?: string;
}

/** What a command left and took. */
export interface Measurement {
    succeeded: boolean;
    seconds: number;
    peakMiB: number;
    /** The end of what it said, for an error message. */
    lastWords: string;
}

const LAST_WORDS = 1000;
const MS_IN_SECOND = 1000;

/** @param home where the command finds no configuration of the user's */
export function measure({ file, args, input }: Command, home: string): Promise<Measurement> {
    return new Promise((resolve, reject) => {
        const started = performance.now();
        const child = spawn(file, args, {
            cwd: home,
            env: { PATH: process.env.PATH, HOME: home, TMPDIR: process.env.TMPDIR },
            stdio: ["pipe", "pipe", "pipe"],
        });
        const memory = child.pid === undefined ? undefined : new PeakMemory(child.pid);
        let lastWords = "";
        for (const stream of [child.stdout, child.stderr]) {
            stream.setEncoding("utf8").on("data", (piece: string) => {
                lastWords = `${lastWords}${piece}`.slice(-LAST_WORDS);
            });
        }
        child.once("error", reject);
        child.once("close", (exitCode) => {
            const seconds = (performance.now() - started) / MS_IN_SECOND;
            resolve({ succeeded: exitCode === 0, seconds, peakMiB: memory?.stop() ?? 0, lastWords });
        });
        // A command that fails may not wait for its input.
        child.stdin.on("error", () => undefined).end(input ?? "");
    });
}
