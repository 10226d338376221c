import { signImage } from "../../core/signatures/sign/sign-image";
import { keySigner } from "../../core/signatures/sign/signer";
import { outputFormat, parse, printable } from "../command";
import { UsageError } from "../errors";
import { KEY_HELP, PASSWORD_FROM_HELP, readSigningKey } from "./key-source";
import { imagesOf, keyRequest, SIGNING_HELP, SIGNING_OPTIONS, sourceOf } from "./options";
import { runOnImages } from "./run";

import type { Command, Surroundings } from "../command";
import type { ExitCode } from "../errors";

const HELP = `Usage: signed-images sign --key SOURCE [OPTION …] IMAGE…

Signs images in cosign's legacy form, the one that policy-controller verifies with a key, and adds the signature to those
that are there. A tag is read once, and its digest is signed and printed. What this key has signed already stays as it is.

Options:
${SIGNING_HELP}
  -a, --annotation NAME=VALUE
                          something that is signed with the digest; may be given more than once
  -h, --help              show this

${KEY_HELP}

${PASSWORD_FROM_HELP}

Exit code: 0, 1 where an image could not be signed and for a key that cannot be used, 2 for wrong arguments, and for a key or
a password that cannot be read.`;

const OPTIONS = {
    ...SIGNING_OPTIONS,
    annotation: { type: "string", short: "a", multiple: true },
} as const;

/** `signed-images sign` */
export const sign: Command = {
    name: "sign",
    summary: "Sign images so that policy-controller verifies them",
    help: HELP,
    run,
};

async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
    const { values, positionals } = parse(args, OPTIONS);
    const images = imagesOf(positionals);
    const source = sourceOf(values);
    const annotations = annotationsOf(values.annotation ?? []);
    const output = outputFormat(values.output);
    const signer = keySigner(await readSigningKey(keyRequest(values), surroundings));
    return runOnImages(
        {
            images,
            isRecursive: values.recursive === true,
            output,
            done: "signed",
            work: (registry, image) => signImage(registry, image, signer, { ...source, annotations }),
        },
        surroundings,
    );
}

function annotationsOf(given: readonly string[]): Readonly<Record<string, string>> {
    const pairs = given.map((text) => {
        const equals = text.indexOf("=");
        if (equals <= 0) {
            throw new UsageError(`--annotation ${printable(text)} is not NAME=VALUE.`);
        }
        return [text.slice(0, equals), text.slice(equals + 1)] as const;
    });
    return Object.fromEntries(pairs);
}
