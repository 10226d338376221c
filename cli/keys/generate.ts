import { generateKeyPair } from "../../core/keys";
import { parse, PASSWORD_HELP, PASSWORD_OPTION, required } from "../command";
import { ExitCode, UsageError } from "../errors";
import { requirePassword } from "../password";
import { keyFiles, requireFree, writeKeyFiles } from "./files";
import { reportWritten } from "./written";

import type { Command, Surroundings } from "../command";

const HELP = `Usage: signed-images keys generate --out PREFIX [--force] [--password-fd N]

Makes a new key pair as cosign does (ECDSA on P-256) and writes PREFIX.key, encrypted with the password and readable by
its owner only, and PREFIX.pub.

Options:
  --out PREFIX     where to write: --out release writes release.key and release.pub
  --force          replace files that are there
  --password-fd N  read the password from this file descriptor
  -h, --help       show this

${PASSWORD_HELP}

Exit code: 0, or 2 for wrong arguments, no password, and files that are there or cannot be written.`;

/** `signed-images keys generate` */
export const keysGenerate: Command = { name: "keys generate", summary: "Make a new key pair", help: HELP, run };

async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
    const { values, positionals } = parse(args, {
        out: { type: "string" },
        force: { type: "boolean", default: false },
        ...PASSWORD_OPTION,
    });
    if (positionals.length > 0) {
        throw new UsageError("keys generate takes options only: --out PREFIX.");
    }
    const files = keyFiles(required(values.out, "--out PREFIX"));
    requireFree(files, values.force);
    const password = await requirePassword({ descriptor: values["password-fd"], isNew: true }, surroundings);
    const pair = await generateKeyPair(password);
    await writeKeyFiles(files, pair, values.force);
    reportWritten(files, pair, password, surroundings);
    return ExitCode.Ok;
}
