/** Reading what a command is given: a file, or standard input. */
import { isUtf8 } from "node:buffer";
import { closeSync, openSync, readSync } from "node:fs";

import { printable } from "../core/policy/printable";
import { systemReason } from "../core/system-error";
import { CliError } from "./errors";

import type { Readable } from "node:stream";

/** The name of standard input, as an argument. */
export const STDIN = "-";

/** Far above any file of policies, and little enough to be parsed in seconds. */
const MAXIMUM_INPUT_BYTES = 10 * 1024 * 1024;

const PIECE_BYTES = 64 * 1024;

/**
 * The bytes of a file, or of standard input for `-`.
 *
 * @throws CliError for one that cannot be read, or is larger than 10 MB
 */
export async function readInput(file: string, stdin: Readable): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    try {
        for await (const chunk of file === STDIN ? stdin : piecesOf(file)) {
            const buffer = Buffer.from(chunk as Uint8Array);
            chunks.push(buffer);
            bytes += buffer.length;
            if (bytes > MAXIMUM_INPUT_BYTES) {
                throw new CliError(`${inputName(file)} is larger than 10 MB. Give it in parts.`);
            }
        }
    } catch (error) {
        throw error instanceof CliError
            ? error
            : new CliError(`${inputName(file)} cannot be read: ${systemReason(error)}.`);
    }
    const whole = Buffer.concat(chunks);
    // The content may be a private key, and the copies are of no more use.
    chunks.forEach((chunk) => chunk.fill(0));
    return whole;
}

/** At once: a stream of a file takes longer to load than a file of policies to read. */
function* piecesOf(file: string): Generator<Buffer> {
    const descriptor = openSync(file, "r");
    const piece = Buffer.alloc(PIECE_BYTES);
    try {
        for (let length = readSync(descriptor, piece); length > 0; length = readSync(descriptor, piece)) {
            yield piece.subarray(0, length);
        }
    } finally {
        piece.fill(0);
        closeSync(descriptor);
    }
}

/** A file, or standard input for `-`, as text. @throws CliError also for what is not UTF-8 */
export async function readText(file: string, stdin: Readable): Promise<string> {
    const text = decodeUtf8(await readInput(file, stdin));
    if (text === undefined) {
        throw new CliError(`${inputName(file)} is not UTF-8.`);
    }
    return text;
}

/** How messages call an input. */
export function inputName(file: string): string {
    return file === STDIN ? "standard input" : printable(file);
}

/** UTF-8 as text, or undefined for bytes that are something else. */
export function decodeUtf8(bytes: Buffer): string | undefined {
    return isUtf8(bytes) ? bytes.toString().replace(/^\uFEFF/, "") : undefined;
}
