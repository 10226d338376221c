import { attestImage, attestImageKeyless } from "../../core/signatures/sign/attest-image";
import { keySigner } from "../../core/signatures/sign/signer";
import { outputFormat, parse, required } from "../command";
import { readInput } from "../input";
import { readSigningKey } from "./key-source";
import { isKeyless, KEYLESS_OPTIONS, keylessOptions, type KeylessValues } from "./keyless-options";
import { imagesOf, keyRequest, SIGNING_OPTIONS, sourceOf, type SigningValues } from "./options";
import { runOnImages, type ImageWork } from "./run";

import type { SignatureSource } from "../../core/signatures";
import type { Predicate } from "../../core/signatures/sign/predicate";
import type { Surroundings } from "../command";
import type { ExitCode } from "../errors";

const OPTIONS = {
    ...SIGNING_OPTIONS,
    ...KEYLESS_OPTIONS,
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
    const predicate = { type, content };
    const work = isKeyless(values)
        ? await keylessWork(values, predicate, source, surroundings)
        : await keyWork(values, predicate, source, surroundings);
    return runOnImages(
        {
            images,
            isRecursive: values.recursive === true,
            output,
            done: "attested",
            policyFiles: values.policy ?? [],
            registryCas: values["registry-ca"] ?? [],
            work,
        },
        surroundings,
    );
}

async function keyWork(
    values: SigningValues,
    predicate: Predicate,
    source: SignatureSource,
    surroundings: Surroundings,
): Promise<ImageWork> {
    const signer = keySigner(await readSigningKey(keyRequest(values), surroundings));
    return {
        key: signer.publicKey,
        run: (registry, image) => attestImage(registry, image, signer, predicate, source),
    };
}

async function keylessWork(
    values: KeylessValues,
    predicate: Predicate,
    source: SignatureSource,
    surroundings: Surroundings,
): Promise<ImageWork> {
    const keyless = await keylessOptions(values, surroundings);
    return { run: (registry, image) => attestImageKeyless(registry, image, keyless, predicate, source) };
}
