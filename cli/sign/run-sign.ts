import { signImageInBundle } from "../../core/signatures/sign/sign-bundle";
import { signImage, signImageKeyless } from "../../core/signatures/sign/sign-image";
import { keySigner } from "../../core/signatures/sign/signer";
import { outputFormat, parse, printable } from "../command";
import { UsageError, type ExitCode } from "../errors";
import { readSigningKey, readToken } from "./key-source";
import { imagesOf, keyRequest, SIGNING_OPTIONS, sourceOf } from "./options";
import { runOnImages, type ImageWork } from "./run";

import type { Surroundings } from "../command";
import type { KeylessOptions } from "../../core/signatures/sign/keyless";
import type { SimpleSigningOptions } from "../../core/signatures/sign/sign-image";

const OPTIONS = {
    ...SIGNING_OPTIONS,
    annotation: { type: "string", short: "a", multiple: true },
    policy: { type: "string", multiple: true },
    format: { type: "string" },
    keyless: { type: "boolean" },
    "identity-token": { type: "string" },
    "fulcio-url": { type: "string" },
    "rekor-url": { type: "string" },
    "timestamp-url": { type: "string" },
} as const;

type Values = ReturnType<typeof parseSign>["values"];

/** Runs `signed-images sign`. */
export async function runSign(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
    const { values, positionals } = parseSign(args);
    const images = imagesOf(positionals);
    const options = { ...sourceOf(values), annotations: annotationsOf(values.annotation ?? []) };
    const output = outputFormat(values.output);
    const isKeyless = values.keyless === true;
    requireOneWay(values, isKeyless);
    const work = isKeyless
        ? keylessWork(await keylessOptions(values, surroundings), options)
        : await keyWork(values, options, surroundings);
    const run = { images, isRecursive: values.recursive === true, output, done: "signed", work };
    return runOnImages({ ...run, policyFiles: values.policy ?? [] }, surroundings);
}

function parseSign(args: readonly string[]) {
    return parse(args, OPTIONS);
}

async function keyWork(values: Values, options: SimpleSigningOptions, surroundings: Surroundings): Promise<ImageWork> {
    const isInBundle = isBundleFormat(values);
    const signer = keySigner(await readSigningKey(keyRequest(values), surroundings));
    if (!isInBundle) {
        return (registry, image) => signImage(registry, image, signer, options);
    }
    surroundings.stderr.write(`${BUNDLE_WARNING}\n`);
    return (registry, image) => signImageInBundle(registry, image, signer, options.annotations);
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

function keylessWork(keyless: KeylessOptions, options: SimpleSigningOptions): ImageWork {
    return (registry, image) => signImageKeyless(registry, image, keyless, options);
}

async function keylessOptions(values: Values, surroundings: Surroundings): Promise<KeylessOptions> {
    const token = values["identity-token"];
    const rekorUrl = values["rekor-url"];
    return {
        identityToken: token === undefined ? undefined : await readToken(token, surroundings),
        fulcioUrl: url(values["fulcio-url"], "--fulcio-url"),
        rekorUrl: rekorUrl === "none" ? rekorUrl : url(rekorUrl, "--rekor-url"),
        timestampUrl: url(values["timestamp-url"], "--timestamp-url"),
    };
}

const BUNDLE_WARNING =
    "signed-images sign: no released policy-controller verifies the signature of a key in a bundle (no signatures found). Sign without --format bundle as well, if a cluster is to admit the image.";

const KEYLESS_ONLY = ["identity-token", "fulcio-url", "rekor-url", "timestamp-url"] as const;

function requireOneWay(values: Values, isKeyless: boolean): void {
    if (isKeyless && values.key !== undefined) {
        throw new UsageError("--keyless and --key are two ways to sign. Give one.");
    }
    if (isKeyless && values.format !== undefined) {
        throw new UsageError("--format is for --key: without one, signatures are in the legacy form.");
    }
    const unused = isKeyless ? undefined : KEYLESS_ONLY.find((name) => values[name] !== undefined);
    if (unused !== undefined) {
        throw new UsageError(`--${unused} is for --keyless.`);
    }
}

function url(text: string | undefined, option: string): string | undefined {
    if (text === undefined) {
        return undefined;
    }
    if (!/^https?:$/.test(URL.parse(text)?.protocol ?? "")) {
        throw new UsageError(`${option} ${printable(text)} is no URL.`);
    }
    return text.replace(/\/+$/, "");
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
