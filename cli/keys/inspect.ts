import { inspect, inspectWithPassword } from "../../core/keys";
import { onlyFile, outputFormat, parse, PASSWORD_HELP, PASSWORD_OPTION } from "../command";
import { ExitCode } from "../errors";
import { findPassword } from "../password";
import { inspectionText, policyControllerAdvice } from "./inspection-text";
import { readKeyFile } from "./key-input";

import type { Command, Surroundings } from "../command";

const HELP = `Usage: signed-images keys inspect [--output text|json] [--password-fd N] FILE

Says what a key file is: its kind and format, the algorithm and fingerprint of its public half, and what
policy-controller needs set for it. FILE is PEM; - is standard input. Private bytes are never shown.

Options:
  --output text|json  json: one object; policyController says in it what text says in words
  --password-fd N     read the password of a private key in cosign's form from this file descriptor
  -h, --help          show this

${PASSWORD_HELP}
Without a password, a private key in cosign's form tells neither algorithm nor fingerprint; that is no error.

Exit code: 0, 1 for a file that is no key that can be used, 2 for wrong arguments and files that cannot be read.`;

/** `signed-images keys inspect` */
export const keysInspect: Command = { name: "keys inspect", summary: "Say what a key file is", help: HELP, run };

async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
    const { values, positionals } = parse(args, { output: { type: "string" }, ...PASSWORD_OPTION });
    const format = outputFormat(values.output);
    const file = onlyFile(positionals);
    const descriptor = values["password-fd"];
    const text = await readKeyFile(file, descriptor, surroundings);
    try {
        let inspection = inspect(text);
        if (inspection.kind === "cosign-private-key") {
            const password = await findPassword({ descriptor, isNew: false }, surroundings);
            inspection = password === undefined ? inspection : await inspectWithPassword(text, password);
        }
        const output =
            format === "json"
                ? JSON.stringify({ ...inspection, policyController: policyControllerAdvice(inspection) }, undefined, 2)
                : inspectionText(inspection);
        surroundings.stdout.write(`${output}\n`);
    } finally {
        text.fill(0);
    }
    return ExitCode.Ok;
}
