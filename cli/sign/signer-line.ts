/** How a key comes in on standard input: one line of JSON, so that it is in no command line, environment or file. */
import { fromJson } from "../../core/json";
import { decodeUtf8, readInput, STDIN } from "../input";
import { CliError } from "../errors";

import type { Surroundings } from "../command";

/** A private key in cosign's encrypted form, and what opens it. */
export interface SignerLine {
    privateKey: string;
    password: string;
}

/**
 * Reads `{"privateKey": PEM, "password": TEXT}` from standard input.
 *
 * @throws CliError that quotes nothing of what was read
 */
export async function readSignerLine({ stdin }: Surroundings): Promise<SignerLine> {
    const bytes = await readInput(STDIN, stdin);
    const line = fromJson(decodeUtf8(bytes) ?? "");
    bytes.fill(0);
    if (isSignerLine(line)) {
        return line;
    }
    throw new CliError('Standard input is not one line of JSON, {"privateKey": PEM, "password": TEXT}.');
}

function isSignerLine(value: unknown): value is SignerLine {
    return (
        typeof value === "object" &&
        value !== null &&
        ["privateKey", "password"].every((name) => typeof (value as Record<string, unknown>)[name] === "string")
    );
}
