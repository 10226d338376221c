import { attestImage } from "../../core/signatures/sign/attest-image";
import { keySigner } from "../../core/signatures/sign/signer";
import { PREDICATE_TYPE_NAMES } from "../../core/signatures/predicate-types";
import { outputFormat, parse, required } from "../command";
import { readInput } from "../input";
import { KEY_HELP, PASSWORD_FROM_HELP, readSigningKey } from "./key-source";
import { imagesOf, keyRequest, SIGNING_HELP, SIGNING_OPTIONS, sourceOf } from "./options";
import { runOnImages } from "./run";

import type { Command, Surroundings } from "../command";
import type { ExitCode } from "../errors";

const HELP = `Usage: signed-images attest --key SOURCE --type TYPE --predicate FILE [OPTION …] IMAGE…

Attests something of images in cosign's legacy form, the one that the attestations of a policy are verified in with a key.
What this key has attested already stays as it is.

Options:
  --type TYPE             what FILE is: a URI, or one of
                          ${PREDICATE_TYPE_NAMES.join(", ")}
  --predicate FILE        the predicate alone, as JSON (any text for custom); - is standard input
${SIGNING_HELP}
  -h, --help              show this

${KEY_HELP}

${PASSWORD_FROM_HELP}

Exit code: 0, 1 where an image could not be attested and for a key that cannot be used, 2 for wrong arguments, and for files,
keys and passwords that cannot be read.`;

const OPTIONS = {
    ...SIGNING_OPTIONS,
    type: { type: "string" },
    predicate: { type: "string" },
} as const;

/** `signed-images attest` */
export const attest: Command = {
    name: "attest",
    summary: "Attest something of images so that policy-controller verifies it",
    help: HELP,
    run,
};

async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
    const { values, positionals } = parse(args, OPTIONS);
    const images = imagesOf(positionals);
    const source = sourceOf(values);
    const output = outputFormat(values.output);
    const type = required(values.type, "--type");
    const content = await readInput(required(values.predicate, "--predicate"), surroundings.stdin);
    const signer = keySigner(await readSigningKey(keyRequest(values), surroundings));
    return runOnImages(
        {
            images,
            isRecursive: values.recursive === true,
            output,
            done: "attested",
            work: (registry, image) => attestImage(registry, image, signer, { type, content }, source),
        },
        surroundings,
    );
}
