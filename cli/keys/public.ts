import { inspect, publicKeyOf, readPublicKey } from "../../core/keys";
import { onlyFile, parse, PASSWORD_HELP, PASSWORD_OPTION } from "../command";
import { ExitCode } from "../errors";
import { requirePassword } from "../password";
import { readKeyFile } from "./key-input";

import type { Command, Surroundings } from "../command";

const HELP = `Usage: signed-images keys public [--password-fd N] FILE

Prints the public key, as PEM in cosign's form, of a public key or of a private key that cosign encrypted. FILE is PEM;
- is standard input.

Options:
  --password-fd N  read the password of the private key from this file descriptor
  -h, --help       show this

${PASSWORD_HELP}

Exit code: 0, 1 for a file that is no such key and for a wrong password, 2 for wrong arguments, no password, and files
that cannot be read.`;

/** `signed-images keys public` */
export const keysPublic: Command = { name: "keys public", summary: "Print the public half of a key", help: HELP, run };

async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
    const { values, positionals } = parse(args, PASSWORD_OPTION);
    const file = onlyFile(positionals);
    const text = await readKeyFile(file, values["password-fd"], surroundings);
    try {
        surroundings.stdout.write(await publicPem(text, values["password-fd"], surroundings));
    } finally {
        text.fill(0);
    }
    return ExitCode.Ok;
}

async function publicPem(text: Buffer, descriptor: string | undefined, surroundings: Surroundings): Promise<string> {
    switch (inspect(text).kind) {
        case "cosign-private-key":
            return (await publicKeyOf(text, await requirePassword({ descriptor, isNew: false }, surroundings))).pem;
        case "plain-private-key":
        case "openssl-encrypted-private-key":
            // Refuses it and says what to do; no password would help.
            return (await publicKeyOf(text, "")).pem;
        default:
            return readPublicKey(text).pem;
    }
}
