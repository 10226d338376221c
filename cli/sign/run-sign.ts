import { printable } from "../../core/policy/printable";
import { signImageInBundle } from "../../core/signatures/sign/sign-bundle";
import { signImage, signImageKeyless } from "../../core/signatures/sign/sign-image";
import { keySigner } from "../../core/signatures/sign/signer";
import { outputFormat, parse } from "../command";
import { UsageError, type ExitCode } from "../errors";
import { readSigningKey } from "./key-source";
import { isKeyless, KEYLESS_OPTIONS, keylessOptions } from "./keyless-options";
import { imagesOf, keyRequest, SIGNING_OPTIONS, sourceOf } from "./options";
import { runOnImages, type ImageWork } from "./run";

import type { Surroundings } from "../command";
import type { SimpleSigningOptions } from "../../core/signatures/sign/sign-image";

const OPTIONS = {
    ...SIGNING_OPTIONS,
    ...KEYLESS_OPTIONS,
    annotation: { type: "string", short: "a", multiple: true },
    policy: { type: "string", multiple: true },
    format: { type: "string" },
} as const;

type Values = ReturnType<typeof parseSign>["values"];

/** Runs `signed-images sign`. */
export async function runSign(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
    const { values, positionals } = parseSign(args);
    const images = imagesOf(positionals);
    const options = { ...sourceOf(values), annotations: annotationsOf(values.annotation ?? []) };
    const output = outputFormat(values.output);
    const work = isKeyless(values)
        ? await keylessWork(values, options, surroundings)
        : await keyWork(values, options, surroundings);
    const run = { images, isRecursive: values.recursive === true, output, done: "signed", work };
    const registryCas = values["registry-ca"] ?? [];
    return runOnImages({ ...run, policyFiles: values.policy ?? [], registryCas }, surroundings);
}

function parseSign(args: readonly string[]) {
    return parse(args, OPTIONS);
}

async function keyWork(values: Values, options: SimpleSigningOptions, surroundings: Surroundings): Promise<ImageWork> {
    const isInBundle = isBundleFormat(values);
    const signer = keySigner(await readSigningKey(keyRequest(values), surroundings));
    const key = signer.publicKey;
    if (!isInBundle) {
        return { key, run: (registry, image) => signImage(registry, image, signer, options) };
    }
    surroundings.stderr.write(`${BUNDLE_WARNING}\n`);
    return { key, run: (registry, image) => signImageInBundle(registry, image, signer, options.annotations) };
}

/** @throws UsageError */
function isBundleFormat({ format = "legacy", source, "tag-prefix": tagPrefix }: Values): boolean {
    if (format !== "legacy" && format !== "bundle") {
        throw new UsageError(`--format ${printable(format)} is neither legacy nor bundle.`);
    }
    if (format === "bundle" && (source !== undefined || tagPrefix !== undefined)) {
        throw new UsageError("A bundle lies beside its image: --source and --tag-prefix are for the legacy form.");
    }
    return format === "bundle";
}

async function keylessWork(
    values: Values,
    options: SimpleSigningOptions,
    surroundings: Surroundings,
): Promise<ImageWork> {
    if (values.format !== undefined) {
        throw new UsageError("--format is for --key: without one, signatures are in the legacy form.");
    }
    const keyless = await keylessOptions(values, surroundings);
    return { run: (registry, image) => signImageKeyless(registry, image, keyless, options) };
}

const BUNDLE_WARNING =
    "signed-images sign: no released policy-controller verifies the signature of a key in a bundle (no signatures found). Sign without --format bundle as well, if a cluster is to admit the image.";

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
