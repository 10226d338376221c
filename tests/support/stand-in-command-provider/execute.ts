import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import type { CommandInputs } from "./inputs";

/** What a run left, as the resource has it. */
export interface Written {
    stdout: string;
    stderr: string;
}

const DEFAULT_INTERPRETER = ["/bin/sh", "-c"];

/**
 * Runs a command to its end.
 *
 * @param previous what the run before left
 * @param log hears what `logging` wants to be shown
 */
export async function execute(
    command: string,
    inputs: CommandInputs,
    previous: Partial<Written>,
    log: (text: string) => void,
): Promise<Written> {
    const [program, ...args] = interpreterOf(inputs);
    const child = spawn(program, [...args, command], {
        cwd: inputs.dir,
        env: { ...process.env, ...inputs.environment, ...previousOutput(inputs, previous) },
        stdio: ["pipe", "pipe", "pipe"],
    });
    // A command that reads nothing may be gone before it was given everything.
    child.stdin.on("error", () => undefined).end(inputs.stdin ?? "");
    const all: string[] = [];
    const { logging = "stdoutAndStderr" } = inputs;
    const collect = (stream: Readable, name: "stdout" | "stderr") => {
        const chunks: string[] = [];
        stream.setEncoding("utf8").on("data", (chunk: string) => {
            chunks.push(chunk);
            all.push(chunk);
            if (logging === name || logging === "stdoutAndStderr") {
                log(chunk);
            }
        });
        return chunks;
    };
    const [stdout, stderr] = [collect(child.stdout, "stdout"), collect(child.stderr, "stderr")];

    const failure = await new Promise<string | undefined>((resolve) => {
        child.on("error", (problem) => {
            resolve(problem.message);
        });
        child.on("close", (status, signal) => {
            resolve(status === 0 ? undefined : signal === null ? `exit status ${status ?? ""}` : `signal: ${signal}`);
        });
    });
    if (failure !== undefined) {
        throw new Error(`${failure}: running ${JSON.stringify(command)}:\n${all.join("")}`);
    }
    return { stdout: withoutLastLineFeed(stdout), stderr: withoutLastLineFeed(stderr) };
}

function interpreterOf({ interpreter = [] }: CommandInputs): [string, ...string[]] {
    const [program, ...args] = interpreter.length > 0 ? interpreter : DEFAULT_INTERPRETER;
    if (program === undefined) {
        throw new Error("unreachable: there is a default interpreter");
    }
    return [program, ...args];
}

function previousOutput({ addPreviousOutputInEnv = true }: CommandInputs, { stdout, stderr }: Partial<Written>) {
    return {
        ...(addPreviousOutputInEnv && stdout ? { PULUMI_COMMAND_STDOUT: stdout } : {}),
        ...(addPreviousOutputInEnv && stderr ? { PULUMI_COMMAND_STDERR: stderr } : {}),
    };
}

function withoutLastLineFeed(chunks: readonly string[]): string {
    return chunks.join("").replace(/\n$/, "");
}
