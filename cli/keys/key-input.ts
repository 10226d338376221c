import { UsageError } from "../errors";
import { readInput, STDIN } from "../input";

import type { Surroundings } from "../command";

/**
 * The bytes of a key file.
 *
 * @throws CliError where it cannot be read
 */
export async function readKeyFile(
    file: string,
    descriptor: string | undefined,
    { stdin }: Surroundings,
): Promise<Buffer> {
    if (file === STDIN && descriptor === "0") {
        throw new UsageError("--password-fd 0 and - are both standard input. Use another descriptor.");
    }
    return readInput(file, stdin);
}
