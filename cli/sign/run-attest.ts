import { attestImage } from "../../core/signatures/sign/attest-image";
import { keySigner } from "../../core/signatures/sign/signer";
import { outputFormat, parse, required } from "../command";
import { readInput } from "../input";
import { readSigningKey } from "./key-source";
import { imagesOf, keyRequest, SIGNING_OPTIONS, sourceOf } from "./options";
import { runOnImages } from "./run";

import type { Surroundings } from "../command";
import type { ExitCode } from "../errors";

const OPTIONS = {
    ...SIGNING_OPTIONS,
    type: { type: "string" },
    predicate: { type: "string" },
    policy: { type: "string", multiple: true },
} as const;

/** Runs `signed-images attest`. */
export async function runAttest(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
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
            policyFiles: values.policy ?? [],
            work: (registry, image) => attestImage(registry, image, signer, { type, content }, source),
        },
        surroundings,
    );
}
