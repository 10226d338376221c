/** Which command is meant, its help, and what its errors look like. */
import { ClusterError } from "../core/cluster/errors";
import { KeyError } from "../core/keys/errors";
import { printable } from "../core/policy/printable";
import { SigningError } from "../core/signatures/sign/errors";
import { COMMANDS } from "./commands";
import { CliError, ExitCode, UsageError } from "./errors";
import { packageVersion } from "./version";

import type { Command, Surroundings } from "./command";

const help = (): string => `Usage: signed-images COMMAND …

Commands:
${Array.from(COMMANDS.values(), (load) => load())
    .map(({ name, summary }) => `  ${name.padEnd(16)}${summary}`)
    .join("\n")}

Options:
  -h, --help     show this, or the help of a command
  --version      show the version

Exit code: 0 for success, 1 for a policy, a key or an image that is not in order, 2 for wrong arguments and files that
cannot be read or written, 3 where not everything could be found out.`;

/** Runs the program with these arguments, without its own name. Errors of the user are written to stderr. */
export async function runProgram(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
    const named = Array.from(COMMANDS.keys()).find((name) => name.split(" ").every((word, i) => args[i] === word));
    const command = COMMANDS.get(named ?? "")?.();
    try {
        return await (command === undefined ? runWithout(args, surroundings) : runCommand(command, args, surroundings));
    } catch (error) {
        const prefix = command === undefined ? "signed-images" : `signed-images ${command.name}`;
        if (error instanceof KeyError || error instanceof SigningError) {
            surroundings.stderr.write(`${prefix}: ${error.message} [${error.code}]\n`);
            return ExitCode.Failed;
        }
        if (error instanceof ClusterError) {
            surroundings.stderr.write(`${prefix}: ${error.message} [${error.code}]\n`);
            return ExitCode.Usage;
        }
        if (error instanceof CliError) {
            const hint = error instanceof UsageError ? `\nSee ${prefix} --help.` : "";
            surroundings.stderr.write(`${prefix}: ${error.message}${hint}\n`);
            return error.exitCode;
        }
        throw error;
    }
}

async function runCommand(command: Command, args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
    const rest = args.slice(command.name.split(" ").length);
    if (asksForHelp(rest)) {
        surroundings.stdout.write(`${command.help}\n`);
        return ExitCode.Ok;
    }
    return command.run(rest, surroundings);
}

/** Arguments that name no command. */
function runWithout(args: readonly string[], { stdout }: Surroundings): ExitCode {
    const [first, second] = args;
    if (first === "--version") {
        stdout.write(`${packageVersion()}\n`);
        return ExitCode.Ok;
    }
    if (asksForHelp(first === "keys" ? args.slice(1, 2) : args.slice(0, 1))) {
        stdout.write(`${help()}\n`);
        return ExitCode.Ok;
    }
    const names = Array.from(COMMANDS.keys()).join(", ");
    if (first === undefined || (first === "keys" && second === undefined)) {
        throw new UsageError(`A command is missing. There are: ${names}.`);
    }
    if (first.startsWith("-")) {
        throw new UsageError(`There is no option ${printable(first)} in front of a command.`);
    }
    const typed = first === "keys" ? `keys ${second ?? ""}` : first;
    throw new UsageError(`There is no command ${printable(typed)}. There are: ${names}.`);
}

/** Before `--`, behind which everything is a file. */
function asksForHelp(args: readonly string[]): boolean {
    const end = args.indexOf("--");
    return args.slice(0, end === -1 ? undefined : end).some((arg) => arg === "--help" || arg === "-h");
}
