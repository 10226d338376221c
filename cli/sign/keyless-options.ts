/** Signing without a key: the options that `sign` and `attest` share. */
import { printable } from "../../core/policy/printable";
import { UsageError } from "../errors";
import { readToken } from "./key-source";

import type { KeylessOptions } from "../../core/signatures/sign/keyless";
import type { Surroundings } from "../command";

export const KEYLESS_OPTIONS = {
    keyless: { type: "boolean" },
    "identity-token": { type: "string" },
    "fulcio-url": { type: "string" },
    "rekor-url": { type: "string" },
    "timestamp-url": { type: "string" },
} as const;

export const KEYLESS_HELP = `Without a key:
  --keyless               sign with a certificate for the identity of the CI that this runs in
  --identity-token SOURCE the identity token, env://VARIABLE or fd://N, where the CI's own is not wanted
  --fulcio-url URL        who gives the certificate; https://fulcio.sigstore.dev if not given
  --rekor-url URL         the transparency log, or none; https://rekor.sigstore.dev if not given
  --timestamp-url URL     a time-stamping authority; none if not given`;

const KEYLESS_ONLY = ["identity-token", "fulcio-url", "rekor-url", "timestamp-url"] as const;

/** The values of those options, and of `--key`. */
export type KeylessValues = Readonly<
    Partial<Record<"key" | "password-from" | (typeof KEYLESS_ONLY)[number], string> & { keyless: boolean }>
>;

/** Whether to sign without a key. @throws UsageError for options of both ways */
export function isKeyless(values: KeylessValues): boolean {
    if (values.keyless === true) {
        const other = (["key", "password-from"] as const).find((name) => values[name] !== undefined);
        if (other !== undefined) {
            throw new UsageError(`--keyless and --${other} are two ways to sign. Give one.`);
        }
        return true;
    }
    const unused = KEYLESS_ONLY.find((name) => values[name] !== undefined);
    if (unused !== undefined) {
        throw new UsageError(`--${unused} is for --keyless.`);
    }
    return false;
}

/** @throws UsageError, CliError */
export async function keylessOptions(values: KeylessValues, surroundings: Surroundings): Promise<KeylessOptions> {
    const token = values["identity-token"];
    const rekorUrl = values["rekor-url"];
    return {
        identityToken: token === undefined ? undefined : await readToken(token, surroundings),
        fulcioUrl: url(values["fulcio-url"], "--fulcio-url"),
        rekorUrl: rekorUrl === "none" ? rekorUrl : url(rekorUrl, "--rekor-url"),
        timestampUrl: url(values["timestamp-url"], "--timestamp-url"),
    };
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
