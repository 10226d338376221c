import { ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { SandboxError } from "./errors";
import { Watchdog } from "./watchdog";

export interface ProcessSpec {
    name: string;
    binary: string;
    args: readonly string[];
    /** The whole environment, beside PATH. */
    env?: Record<string, string>;
    workingDirectory: string;
    logFile: string;
}

export interface Exit {
    code: number | null;
    signal: NodeJS.Signals | null;
}

const TAIL_BYTES = 32 * 1024;
const MAX_LINE = 500;

/**
 * A child process with its own log file, known to the watchdog as long as it lives.
 *
 * It leads a process group of its own: a Ctrl-C at the terminal reaches only the parent, which then stops
 * its children in the right order.
 */
export class ManagedProcess {
    readonly name: string;
    readonly pid: number;
    readonly logFile: string;
    readonly startedAt = new Date();
    /** Settles when the process is gone; never rejects. */
    readonly exited: Promise<Exit>;
    /** Set once the process is gone. */
    exit: Exit | undefined;
    /** Whether its end was asked for. */
    stopping = false;

    private constructor(spec: ProcessSpec, pid: number, child: ChildProcess, watchdog: Watchdog) {
        this.name = spec.name;
        this.pid = pid;
        this.logFile = spec.logFile;
        this.exited = new Promise((resolve) => {
            child.once("exit", (code, signal) => {
                this.exit = { code, signal };
                watchdog.remove(pid);
                resolve(this.exit);
            });
        });
    }

    /** @throws SandboxError `binary-missing` when the binary cannot be executed. */
    static async start(spec: ProcessSpec, watchdog: Watchdog): Promise<ManagedProcess> {
        const log = openSync(spec.logFile, "a", 0o600);
        try {
            const child = spawn(spec.binary, spec.args, {
                cwd: spec.workingDirectory,
                detached: true,
                env: { PATH: process.env.PATH ?? "", HOME: spec.workingDirectory, ...spec.env },
                stdio: ["ignore", log, log],
            });
            if (child.pid === undefined) {
                const [cause] = (await once(child, "error")) as [Error];
                throw new SandboxError(
                    "binary-missing",
                    `${spec.name} cannot be started from ${spec.binary}: ${cause.message}`,
                    { cause },
                );
            }
            watchdog.add(child.pid);
            return new ManagedProcess(spec, child.pid, child, watchdog);
        } finally {
            closeSync(log);
        }
    }

    /** SIGTERM, then SIGKILL when it is still there after the grace period; a grace of 0 kills at once. */
    async stop(graceMs: number): Promise<Exit> {
        this.stopping = true;
        if (graceMs > 0) {
            this.signal("SIGTERM");
            const patience = new AbortController();
            await Promise.race([
                this.exited,
                delay(graceMs, undefined, { signal: patience.signal }).catch(() => undefined),
            ]);
            patience.abort();
        }
        this.signal("SIGKILL");
        return this.exited;
    }

    /** The last lines of its log. */
    lastWords(lines = 15): string {
        const file = openSync(this.logFile, "r");
        try {
            const size = fstatSync(file).size;
            const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
            readSync(file, buffer, 0, buffer.length, size - buffer.length);
            const last = buffer.toString("utf8").trimEnd().split("\n").slice(-lines);
            return last.map((line) => (line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line)).join("\n");
        } finally {
            closeSync(file);
        }
    }

    /** How it ended, for people. */
    describeExit(): string {
        if (this.exit === undefined) {
            return "is running";
        }
        return this.exit.signal === null
            ? `ended with exit status ${this.exit.code ?? "unknown"}`
            : `was ended by ${this.exit.signal}`;
    }

    /** How it ended, with its last lines, for people. */
    obituary(lines = 15): string {
        return (
            `${this.name} (pid ${this.pid}) ${this.describeExit()}. The last lines of ${basename(this.logFile)}:\n` +
            this.lastWords(lines).replace(/^/gm, "    ")
        );
    }

    deathError(): SandboxError {
        return new SandboxError("process-died", this.obituary());
    }

    private signal(signal: NodeJS.Signals): void {
        if (this.exit !== undefined) {
            return;
        }
        try {
            process.kill(-this.pid, signal);
        } catch {
            // It ended meanwhile.
        }
    }
}
