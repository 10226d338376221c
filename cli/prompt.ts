/** Questions on a terminal whose answers are not shown. */
import { StringDecoder } from "node:string_decoder";

import { CliError, ExitCode } from "./errors";

import type { Surroundings } from "./command";

const ENTER = /[\r\n]/;
const INTERRUPT = "\u0003";
const END = "\u0004";
const BACKSPACES = ["\u0008", "\u007F"];
const KILL_LINE = "\u0015";

/**
 * Asks the questions one after the other; what is typed is not echoed.
 *
 * The terminal is in raw mode meanwhile, so that the keys which a terminal would handle itself are handled here:
 * backspace, Ctrl-U, Ctrl-D and Ctrl-C.
 *
 * @throws CliError when the user ends the program instead
 */
export async function askHidden(
    questions: readonly string[],
    { stdin, stderr }: Pick<Surroundings, "stdin" | "stderr">,
): Promise<string[]> {
    stdin.setRawMode?.(true);
    try {
        return await readAnswers(questions, stdin, stderr);
    } finally {
        stdin.setRawMode?.(false);
        // Else the program would wait for more to be typed.
        stdin.pause();
    }
}

function readAnswers(
    questions: readonly string[],
    stdin: Surroundings["stdin"],
    stderr: Surroundings["stderr"],
): Promise<string[]> {
    return new Promise((resolve, reject) => {
        const decoder = new StringDecoder("utf8");
        const answers: string[] = [];
        let typed: string[] = [];

        const finish = (settle: () => void) => {
            stdin.off("data", read).off("end", interrupted).off("error", interrupted);
            settle();
        };
        const interrupted = () => {
            finish(() => {
                stderr.write("\n");
                reject(new CliError("Interrupted: nothing was done.", ExitCode.Interrupted));
            });
        };
        const answer = () => {
            answers.push(typed.join(""));
            typed = [];
            stderr.write(`\n${questions[answers.length] ?? ""}`);
        };
        // All that is pasted at once comes in one piece, so that an answer may end in the middle.
        const read = (chunk: Buffer) => {
            for (const character of decoder.write(chunk)) {
                if (character === INTERRUPT || (character === END && typed.length === 0)) {
                    interrupted();
                    return;
                }
                typed = edit(typed, character);
                if (ENTER.test(character) || character === END) {
                    answer();
                }
                if (answers.length === questions.length) {
                    finish(() => {
                        resolve(answers);
                    });
                    return;
                }
            }
        };
        stdin.on("data", read).on("end", interrupted).on("error", interrupted);
        stderr.write(questions[0] ?? "");
    });
}

function edit(typed: readonly string[], character: string): string[] {
    if (BACKSPACES.includes(character)) {
        return typed.slice(0, -1);
    }
    if (character === KILL_LINE) {
        return [];
    }
    return ENTER.test(character) || character === END ? [...typed] : [...typed, character];
}
