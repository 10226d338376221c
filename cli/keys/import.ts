import { importKeyPair, inspect } from "../../core/keys";
import { parse, PASSWORD_HELP, PASSWORD_OPTION, required } from "../command";
import { ExitCode, UsageError } from "../errors";
import { requirePassword } from "../password";
import { keyFiles, requireFree, writeKeyFiles } from "./files";
import { readKeyFile } from "./key-input";
import { reportWritten } from "./written";

import type { Command, Surroundings } from "../command";

const HELP = `Usage: signed-images keys import --from FILE --out PREFIX [--force] [--password-fd N]

Encrypts a private key that is in clear, as cosign import-key-pair does, and writes PREFIX.key, readable by its owner
only, and PREFIX.pub. FILE is PEM: PKCS#1, SEC1 or PKCS#8, with RSA of 2048, 3072 or 4096 bits, P-256, P-384, P-521 or
Ed25519; - is standard input. FILE stays as it is: destroy it afterwards.

Options:
  --from FILE      the private key in clear
  --out PREFIX     where to write: --out release writes release.key and release.pub
  --force          replace files that are there
  --password-fd N  read the new password from this file descriptor
  -h, --help       show this

${PASSWORD_HELP}

Exit code: 0, 1 for a key that cannot be imported, 2 for wrong arguments, no password, and files that cannot be read or
written.`;

/** `signed-images keys import` */
export const keysImport: Command = {
    name: "keys import",
    summary: "Encrypt a private key that is in clear",
    help: HELP,
    run,
};

async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
    const { values, positionals } = parse(args, {
        from: { type: "string" },
        out: { type: "string" },
        force: { type: "boolean", default: false },
        ...PASSWORD_OPTION,
    });
    if (positionals.length > 0) {
        throw new UsageError("keys import takes options only: --from FILE --out PREFIX.");
    }
    const from = required(values.from, "--from FILE");
    const files = keyFiles(required(values.out, "--out PREFIX"));
    requireFree(files, values.force);
    const text = await readKeyFile(from, values["password-fd"], surroundings);
    try {
        if (inspect(text).kind !== "plain-private-key") {
            // Refuses it, and nobody has been asked for a password.
            await importKeyPair(text, "");
        }
        const password = await requirePassword({ descriptor: values["password-fd"], isNew: true }, surroundings);
        const pair = await importKeyPair(text, password);
        await writeKeyFiles(files, pair, values.force);
        reportWritten(files, pair, password, surroundings);
    } finally {
        text.fill(0);
    }
    return ExitCode.Ok;
}
