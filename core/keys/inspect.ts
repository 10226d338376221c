/**
 * What a key file is, for people: `signed-images keys inspect`.
 */
import { createPublicKey, type KeyObject, X509Certificate } from "node:crypto";

import { decodeEnvelope, type ScryptParameters } from "./envelope";
import { KeyError } from "./errors";
import { encodingOf } from "./import";
import { readOnlyBlock, type KeyText } from "./key-text";
import { publicKeyOf } from "./key-pair";
import type { PemBlock } from "./pem";
import { kindOf, unsupportedType, type PemKind } from "./pem-kind";
import { parsePrivateKey } from "./private-key";
import { describe, readPublicKey, type PublicKeyInfo } from "./public-key";

/** What a key file is. Plain data without anything secret, fit for JSON. */
export interface KeyInspection {
    readonly kind: Exclude<PemKind, "unsupported">;
    /** The type in the PEM's BEGIN line. */
    readonly pemType: string;
    /** How the block's content is written. */
    readonly format: KeyFormat;
    /** How cosign encrypted it. Absent for everything else. */
    readonly encryption?: CosignEncryption;
    /** The key, or the public half of it. Absent where a password stands in front of it. */
    readonly publicKey?: PublicKeyInfo;
}

/** How a key is written. */
export type KeyFormat =
    "PKIX" | "PKCS#1" | "SEC1" | "PKCS#8" | "encrypted PKCS#8" | "encrypted PEM" | "cosign" | "X.509" | "PKCS#10";

/** The parameters of cosign's encrypted form, all of them public. */
export interface CosignEncryption extends ScryptParameters {
    readonly kdf: "scrypt";
    readonly cipher: "nacl/secretbox";
}

/**
 * Says what a key file is, as far as it tells without a password.
 *
 * @param text PEM, or the bytes of a PEM file
 * @throws {@link KeyError} for a file that is no key, or a broken one
 */
export function inspect(text: KeyText): KeyInspection {
    const block = readOnlyBlock(text);
    const kind = kindOf(block);
    const { type: pemType } = block;
    switch (kind) {
        case "public-key":
            return {
                kind,
                pemType,
                format: pemType === "PUBLIC KEY" ? "PKIX" : "PKCS#1",
                publicKey: readPublicKey(text),
            };
        case "cosign-private-key":
            return { kind, pemType, format: "cosign", encryption: encryptionOf(block) };
        case "plain-private-key":
            return { kind, pemType, ...inspectPlain(block) };
        case "openssl-encrypted-private-key":
            return {
                kind,
                pemType,
                format: pemType === "ENCRYPTED PRIVATE KEY" ? "encrypted PKCS#8" : "encrypted PEM",
            };
        case "certificate":
            return { kind, pemType, format: "X.509", publicKey: keyOfCertificate(block) };
        case "certificate-request":
            return { kind, pemType, format: "PKCS#10" };
        case "unsupported":
            throw unsupportedType(block);
    }
}

/**
 * As {@link inspect}, and with the password also what is inside a key in cosign's encrypted form.
 *
 * @throws {@link KeyError} as {@link inspect}, and `password-wrong`
 */
export async function inspectWithPassword(text: KeyText, password: string): Promise<KeyInspection> {
    const inspection = inspect(text);
    return inspection.kind === "cosign-private-key"
        ? { ...inspection, publicKey: await publicKeyOf(text, password) }
        : inspection;
}

function encryptionOf(block: PemBlock): CosignEncryption {
    const { N, r, p } = decodeEnvelope(block.body).params;
    return { kdf: "scrypt", N, r, p, cipher: "nacl/secretbox" };
}

function inspectPlain(block: PemBlock): Pick<KeyInspection, "format" | "publicKey"> {
    const encoding = encodingOf(block);
    const format = ({ pkcs1: "PKCS#1", sec1: "SEC1", pkcs8: "PKCS#8" } as const)[encoding];
    try {
        return { format, publicKey: describe(createPublicKey(parsePrivateKey(block.body, encoding))) };
    } finally {
        block.body.fill(0);
    }
}

function keyOfCertificate(block: PemBlock): PublicKeyInfo {
    let key: KeyObject;
    try {
        key = new X509Certificate(block.body).publicKey;
    } catch {
        throw new KeyError("key-malformed", "The certificate cannot be read. Copy the whole file again.", "pem.body");
    }
    return describe(key);
}
