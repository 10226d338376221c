import { createPublicKey, type KeyObject } from "node:crypto";

import { decodeEnvelope } from "./envelope";
import { readOnlyBlock, type KeyText } from "./key-text";
import { publicKeyOf, sealKeyPair, type CosignKeyPairPem } from "./key-pair";
import type { PemBlock } from "./pem";
import { kindOf, requireKind } from "./pem-kind";
import { parsePrivateKey, type PrivateKeyEncoding } from "./private-key";
import { describe, type PublicKeyInfo } from "./public-key";
import { reproducibleSaltAndNonce } from "./seal";

/**
 * Encrypts a private key that is in clear, as `cosign import-key-pair` does (`ImportKeyPair` in pkg/cosign/keys.go):
 * PEM `RSA PRIVATE KEY` (PKCS#1), `EC PRIVATE KEY` (SEC1) or `PRIVATE KEY` (PKCS#8), with RSA of 2048, 3072 or 4096
 * bits, P-256, P-384, P-521 or Ed25519.
 *
 * An Ed25519 key is imported, because cosign can sign blobs with it; `readPublicKey` of its public half says why
 * policy-controller accepts none of its signatures. cosign's checks for weak RSA keys (Infineon's, factors too close
 * together) are not repeated here.
 *
 * @param pem the content of the key file, in clear
 * @param password what to encrypt with
 * @throws {@link KeyError}
 */
export function importKeyPair(pem: KeyText, password: string): Promise<CosignKeyPairPem> {
    return encryptPlain(pem, (privateKey) => sealKeyPair(privateKey, password));
}

async function encryptPlain(
    pem: KeyText,
    encrypt: (privateKey: KeyObject) => Promise<CosignKeyPairPem>,
): Promise<CosignKeyPairPem> {
    const block = readOnlyBlock(pem);
    requireKind(block, "plain-private-key");
    try {
        return await encrypt(parsePrivateKey(block.body, encodingOf(block)));
    } finally {
        block.body.fill(0);
    }
}

/**
 * Makes a key pair of whatever private key there is: one in cosign's encrypted form is opened, to prove the password
 * and to learn its public half, and kept as it is; one in clear is encrypted, to the same bytes each time, so that a
 * stack that imports it has nothing to change at its next run.
 *
 * @param pem the content of the key file
 * @param password what the key is, or is to be, encrypted with
 * @throws {@link KeyError}
 */
export async function keyPairFrom(pem: KeyText, password: string): Promise<CosignKeyPairPem> {
    if (kindOf(readOnlyBlock(pem)) !== "cosign-private-key") {
        return encryptPlain(pem, (privateKey) => sealKeyPair(privateKey, password, reproducibleSaltAndNonce));
    }
    const privateKey = typeof pem === "string" ? pem : Buffer.from(pem).toString("utf8");
    return { privateKey, publicKey: (await publicKeyOf(pem, password)).pem };
}

/**
 * Refuses at once, without the password and without scrypt, what {@link keyPairFrom} would refuse of the key itself.
 *
 * @param pem the content of the key file
 * @returns the public half of a key in clear; nothing where a password stands in front of it
 * @throws {@link KeyError}
 */
export function checkImport(pem: KeyText): PublicKeyInfo | undefined {
    const block = readOnlyBlock(pem);
    if (kindOf(block) === "cosign-private-key") {
        decodeEnvelope(block.body);
        return undefined;
    }
    requireKind(block, "plain-private-key");
    try {
        return describe(createPublicKey(parsePrivateKey(block.body, encodingOf(block))));
    } finally {
        block.body.fill(0);
    }
}

/** How the DER of a `plain-private-key` block is written. */
export function encodingOf(block: PemBlock): PrivateKeyEncoding {
    switch (block.type) {
        case "RSA PRIVATE KEY":
            return "pkcs1";
        case "EC PRIVATE KEY":
            return "sec1";
        default:
            return "pkcs8";
    }
}
