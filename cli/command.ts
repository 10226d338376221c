import { parseArgs } from "node:util";

import { printable } from "../core/policy/printable";
import { UsageError } from "./errors";

import type { Readable, Writable } from "node:stream";
import type { ParseArgsOptionsConfig } from "node:util";
import type { ExitCode } from "./errors";

/** What a command touches of its process, so that a test can put something else there. */
export interface Surroundings {
    stdin: Readable & { readonly isTTY?: boolean; setRawMode?: (isRaw: boolean) => unknown };
    stdout: Writable & { readonly isTTY?: boolean };
    stderr: Writable & { readonly isTTY?: boolean };
    env: Readonly<Record<string, string | undefined>>;
}

/** One command of the program. */
export interface Command {
    /** As it is typed: `keys generate`. */
    readonly name: string;
    /** One line for the program's help. */
    readonly summary: string;
    /** What `--help` prints. */
    readonly help: string;
    run: (args: readonly string[], surroundings: Surroundings) => Promise<ExitCode>;
}

/** How a command shows what it has to say. */
export type OutputFormat = "text" | "json";

/** The options of `keys` commands that need a password, and what their help says of them. */
export const PASSWORD_OPTION = { "password-fd": { type: "string" } } as const;
export const PASSWORD_HELP = `The password comes from --password-fd N (the file descriptor is read to its end, without the last line end), else from
COSIGN_PASSWORD (also an empty one), else from a prompt on the terminal. It is never taken from the command line.`;

/**
 * Splits arguments into options and positionals.
 *
 * @throws UsageError for an option that there is not, without its value or twice
 */
export function parse<Options extends ParseArgsOptionsConfig>(args: readonly string[], options: Options) {
    try {
        const parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true, tokens: true });
        const single = parsed.tokens.flatMap((token) =>
            token.kind === "option" && options[token.name]?.multiple !== true ? [token.name] : [],
        );
        const doubled = single.find((name, index) => single.indexOf(name) !== index);
        if (doubled !== undefined) {
            throw new UsageError(`--${doubled} is given twice. Give it once.`);
        }
        return parsed;
    } catch (error) {
        if (error instanceof TypeError) {
            // The first sentence names the option; what follows is about something else.
            throw new UsageError(`${printable(error.message.split(/\.\s/)[0] ?? "").replace(/\.$/, "")}.`);
        }
        throw error;
    }
}

/** Reads `--output`. @throws UsageError */
export function outputFormat(value: string | undefined): OutputFormat {
    if (value === undefined || value === "text" || value === "json") {
        return value ?? "text";
    }
    throw new UsageError(`--output ${printable(value)} is neither text nor json.`);
}

/** The one FILE of a command. @throws UsageError */
export function onlyFile(positionals: readonly string[]): string {
    const [file, ...others] = positionals;
    if (file === undefined || file === "") {
        throw new UsageError("FILE is missing.");
    }
    if (others.length > 0) {
        throw new UsageError(`FILE is given ${positionals.length} times. Give one file.`);
    }
    return file;
}

/** An option that must be there. @throws UsageError */
export function required(value: string | undefined, option: string): string {
    if (value === undefined || value === "") {
        throw new UsageError(`${option} is missing.`);
    }
    return value;
}
