/** Where passwords come from: a file descriptor, the environment, or a prompt; never the command line. */
import { fstatSync, read } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";

import { systemCode, systemReason } from "../core/system-error";
import { CliError, UsageError } from "./errors";
import { decodeUtf8 } from "./input";
import { askHidden } from "./prompt";

import type { Surroundings } from "./command";

/** What the real cosign reads as well. */
const PASSWORD_VARIABLE = "COSIGN_PASSWORD";

const MAXIMUM_PASSWORD_BYTES = 64 * 1024;
const RETRY_MS = 10;

const readFrom = promisify(read);

/** How the password is asked for. */
export interface PasswordRequest {
    /** `--password-fd`, as it was given. */
    descriptor: string | undefined;
    /** A new password is asked for twice, because nobody could tell a mistyped one. */
    isNew: boolean;
}

/**
 * The password, from the first place that has one.
 *
 * @throws CliError where there is none to be had
 */
export async function requirePassword(request: PasswordRequest, surroundings: Surroundings): Promise<string> {
    const password = await findPassword(request, surroundings);
    if (password === undefined) {
        throw new CliError(
            `There is no password: ${PASSWORD_VARIABLE} is not set, --password-fd is not given, and there is no terminal to ask on. Set ${PASSWORD_VARIABLE} (an empty one counts), or give --password-fd N.`,
        );
    }
    return password;
}

/** The same, with undefined where there is none to be had. */
export async function findPassword(request: PasswordRequest, surroundings: Surroundings): Promise<string | undefined> {
    if (request.descriptor !== undefined) {
        return withoutLineEnd(await readDescriptor(request.descriptor, `--password-fd ${request.descriptor}`));
    }
    const { env, stdin } = surroundings;
    if (env[PASSWORD_VARIABLE] !== undefined) {
        return env[PASSWORD_VARIABLE];
    }
    return stdin.isTTY === true ? ask(request, surroundings) : undefined;
}

async function ask({ isNew }: PasswordRequest, surroundings: Surroundings): Promise<string | undefined> {
    if (!isNew) {
        return (await askHidden(["Password of the private key: "], surroundings))[0];
    }
    const [password, again] = await askHidden(
        ["New password of the private key: ", "The same password again: "],
        surroundings,
    );
    if (password !== again) {
        throw new CliError("The two passwords differ: nothing was written. Start again.");
    }
    return password;
}

/**
 * What can be read from a file descriptor until its end.
 *
 * @param given how the user named it, for messages
 * @throws UsageError, CliError
 */
export async function readDescriptor(descriptor: string, given: string): Promise<string> {
    if (!/^\d{1,9}$/.test(descriptor)) {
        // What stands there may be the password itself.
        const option = given.startsWith("fd:") ? "fd://" : "--password-fd";
        throw new UsageError(`${option} takes the number of an open file descriptor, such as 3.`);
    }
    requireReadable(Number(descriptor), given);
    const bytes = await readWhole(Number(descriptor), given);
    const text = decodeUtf8(bytes);
    bytes.fill(0);
    if (text === undefined) {
        throw new CliError(`${given}: what is there is not UTF-8.`);
    }
    return text;
}

function withoutLineEnd(text: string): string {
    return text.replace(/\r?\n$/, "");
}

/** Node.js has descriptors of its own, of other types, from which a read might never come back. */
function requireReadable(descriptor: number, given: string): void {
    try {
        const stats = fstatSync(descriptor);
        if (stats.isFile() || stats.isFIFO() || stats.isSocket() || stats.isCharacterDevice()) {
            return;
        }
    } catch (error) {
        throw new CliError(`${given} cannot be read: ${systemReason(error)}.`);
    }
    throw new CliError(`${given} cannot be read: it is no file, pipe or socket.`);
}

async function readWhole(descriptor: number, given: string): Promise<Buffer> {
    const buffer = Buffer.alloc(MAXIMUM_PASSWORD_BYTES);
    let length = 0;
    while (length < buffer.length) {
        const bytesRead = await readSome(descriptor, given, buffer, length);
        if (bytesRead === 0) {
            return buffer.subarray(0, length);
        }
        length += bytesRead;
    }
    throw new CliError(`${given}: this is longer than a password or a key can be.`);
}

async function readSome(descriptor: number, given: string, buffer: Buffer, offset: number): Promise<number> {
    for (;;) {
        try {
            return (await readFrom(descriptor, buffer, offset, buffer.length - offset, null)).bytesRead;
        } catch (error) {
            // A pipe that does not block, and whose other end has written nothing yet.
            if (systemCode(error) !== "EAGAIN") {
                throw new CliError(`${given} cannot be read: ${systemReason(error)}.`);
            }
            await setTimeout(RETRY_MS);
        }
    }
}
