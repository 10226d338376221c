import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { abortedError, SandboxError, type SandboxErrorCode } from "./errors";
import { onTermination } from "./termination";
import { Sandbox, type SandboxBinaries, type SandboxProcess } from "./sandbox";

/** What a host says of its sandbox once it runs. */
export interface HostedSandboxFacts {
    kubeconfig: string;
    registry: string;
    directory: string;
    logs: string;
    processes: readonly SandboxProcess[];
}

type HostMessage =
    | { kind: "report"; line: string }
    | { kind: "ready"; facts: HostedSandboxFacts }
    /** The start failed, or a process of the control plane died later. */
    | { kind: "failed"; code: SandboxErrorCode | undefined; message: string };

type OwnerMessage = { kind: "start"; binaries: SandboxBinaries } | { kind: "stop" } | { kind: "keep" };

/** How long the host may take to stop everything. */
const STOP_TIMEOUT_MS = 20_000;

/**
 * A sandbox in a process of its own, so that it can outlive the program that started it.
 *
 * It ends with that program, however the program ends, unless it was told to stay.
 */
export class HostedSandbox {
    private constructor(
        private readonly host: ChildProcess,
        public readonly facts: HostedSandboxFacts,
    ) {}

    /** @throws SandboxError as `Sandbox.start`. */
    public static async start(options: {
        binaries: SandboxBinaries;
        report: (line: string) => void;
        /** Hears, after the start, that the sandbox is of no use any more. */
        onFailure: (failure: Error) => void;
        signal: AbortSignal;
    }): Promise<HostedSandbox> {
        const host = fork(__filename, {
            // A group of its own: a Ctrl-C at the terminal is for the owner, which stops the host in its own order.
            detached: true,
            stdio: ["ignore", "ignore", "ignore", "ipc"],
            cwd: path.parse(__filename).root,
        });
        const abort = () => {
            tell(host, { kind: "stop" });
        };
        options.signal.addEventListener("abort", abort, { once: true });
        try {
            tell(host, { kind: "start", binaries: options.binaries });
            const facts = await untilReady(host, options.report);
            host.on("message", (message: HostMessage) => {
                if (message.kind === "failed") {
                    options.onFailure(failureOf(message));
                }
            });
            return new HostedSandbox(host, facts);
        } catch (problem) {
            await ended(host);
            throw options.signal.aborted ? abortedError() : problem;
        } finally {
            options.signal.removeEventListener("abort", abort);
        }
    }

    /** The process that a user ends to stop the sandbox. */
    public get pid(): number | undefined {
        return this.host.pid;
    }

    /** Stops everything; can be called again. */
    public async stop(): Promise<void> {
        tell(this.host, { kind: "stop" });
        await ended(this.host);
    }

    /** Lets the sandbox live on when this program ends. */
    public release(): void {
        tell(this.host, { kind: "keep" });
        this.host.disconnect();
        this.host.unref();
    }
}

function tell(host: ChildProcess, message: OwnerMessage): void {
    if (host.connected) {
        host.send(message);
    }
}

async function untilReady(host: ChildProcess, report: (line: string) => void): Promise<HostedSandboxFacts> {
    return new Promise((resolve, reject) => {
        host.on("message", (message: HostMessage) => {
            switch (message.kind) {
                case "report":
                    report(message.line);
                    break;
                case "ready":
                    resolve(message.facts);
                    break;
                case "failed":
                    reject(failureOf(message));
                    break;
            }
        });
        host.once("exit", (code, signal) => {
            reject(
                new SandboxError("process-died", `The sandbox's own process ended (${signal ?? code ?? "unknown"}).`),
            );
        });
        host.once("error", reject);
    });
}

function failureOf({ code, message }: HostMessage & { kind: "failed" }): Error {
    return code === undefined ? new Error(message) : new SandboxError(code, message);
}

async function ended(host: ChildProcess): Promise<void> {
    if (host.exitCode !== null || host.signalCode !== null) {
        return;
    }
    const timer = setTimeout(() => host.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await once(host, "exit");
    clearTimeout(timer);
}

/** The host's side. */
function serve(): void {
    const ending = new AbortController();
    let sandbox: Promise<Sandbox> | undefined;
    let stays = false;
    const say = (message: HostMessage) => {
        if (process.connected) {
            process.send?.(message);
        }
    };
    const sayFailed = (problem: unknown) => {
        const code = problem instanceof SandboxError ? problem.code : undefined;
        say({ kind: "failed", code, message: problem instanceof Error ? problem.message : String(problem) });
    };
    const stop = async () => {
        ending.abort();
        await sandbox?.then((running) => running.stop()).catch(() => undefined);
        process.exit();
    };
    onTermination(stop);
    process.on("disconnect", () => {
        if (!stays) {
            void stop();
        }
    });
    process.on("message", (message: OwnerMessage) => {
        switch (message.kind) {
            case "start":
                sandbox = Sandbox.start({
                    binaries: message.binaries,
                    signal: ending.signal,
                    onFailure: sayFailed,
                    report: (line) => {
                        say({ kind: "report", line });
                    },
                });
                sandbox.then(
                    ({ kubeconfig, registry, directory, logs, processes }) => {
                        say({ kind: "ready", facts: { kubeconfig, registry, directory, logs, processes } });
                    },
                    (problem: unknown) => {
                        sayFailed(problem);
                        process.disconnect();
                    },
                );
                break;
            case "stop":
                void stop();
                break;
            case "keep":
                stays = true;
                break;
        }
    });
}

if (require.main === module) {
    serve();
}
