import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const GRACE_MILLISECONDS = 3_000;
/** Enough to see a compiler's first complaint; a build that fetches modules prints one line for each. */
const KEPT_LINES = 400;

export interface CommandOptions {
    readonly folder: string;
    readonly environment: NodeJS.ProcessEnv;
    readonly signal?: AbortSignal;
    /** Called for each line on stderr. */
    readonly onErrorLine?: (line: string) => void;
}

export interface CommandOutcome {
    readonly succeeded: boolean;
    /** Such as `exit status 1` or `signal SIGKILL`. */
    readonly ending: string;
    readonly output: string;
    /** The last lines on stderr. */
    readonly errorLines: readonly string[];
}

/**
 * Runs a program to its end, in a process group of its own, with pipes of its own.
 *
 * A group, because `go build` runs a compiler for each package: whoever stops a build wants all of them gone. An abort
 * interrupts the group first (then `go` removes its work folder), and kills what is left after three seconds. It is
 * the caller's to look at the signal afterwards.
 *
 * @throws the error of `spawn`, such as ENOENT, where the program cannot be started.
 */
export async function runCommand(
    command: string,
    args: readonly string[],
    options: CommandOptions,
): Promise<CommandOutcome> {
    const child = spawn(command, args, {
        cwd: options.folder,
        env: options.environment,
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
    });
    const kill = (signal: NodeJS.Signals) => {
        signalGroup(child.pid, signal);
    };
    let deadline: NodeJS.Timeout | undefined;
    const onAbort = () => {
        kill("SIGINT");
        deadline = setTimeout(kill, GRACE_MILLISECONDS, "SIGKILL");
    };
    const onExit = () => {
        kill("SIGKILL");
    };
    process.once("exit", onExit);
    options.signal?.addEventListener("abort", onAbort, { once: true });
    try {
        const outcome = collect(child, options.onErrorLine);
        if (options.signal?.aborted) onAbort();
        return await outcome;
    } finally {
        clearTimeout(deadline);
        options.signal?.removeEventListener("abort", onAbort);
        process.removeListener("exit", onExit);
        // `go` may be gone before a compiler that it started.
        if (options.signal?.aborted) kill("SIGKILL");
    }
}

function collect(child: ReturnType<typeof spawn>, onErrorLine?: (line: string) => void): Promise<CommandOutcome> {
    const output: string[] = [];
    const errorLines: string[] = [];
    child.stdout?.setEncoding("utf8").on("data", (text: string) => output.push(text));
    if (child.stderr) {
        createInterface({ input: child.stderr }).on("line", (line) => {
            errorLines.push(line);
            if (errorLines.length > KEPT_LINES) errorLines.shift();
            onErrorLine?.(line);
        });
    }
    return new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (status, signal) => {
            const ending = signal ? `signal ${signal}` : `exit status ${status}`;
            resolve({ succeeded: status === 0, ending, output: output.join(""), errorLines });
        });
    });
}

function signalGroup(leader: number | undefined, signal: NodeJS.Signals): void {
    if (leader === undefined) return;
    try {
        process.kill(-leader, signal);
    } catch {
        // Nobody is left in the group.
    }
}
