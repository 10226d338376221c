/**
 * Key pairs in cosign's two files: writing them, and opening the private one.
 */
import { createPublicKey, type KeyObject } from "node:crypto";

import { decodeEnvelope, encodeEnvelope } from "./envelope";
import { KeyError } from "./errors";
import { readOnlyBlock, type KeyText } from "./key-text";
import { encodePem } from "./pem";
import { requireKind, SIGSTORE_PRIVATE_KEY } from "./pem-kind";
import { isSec1, parsePrivateKey } from "./private-key";
import { describe, type PublicKeyInfo } from "./public-key";
import { freshSaltAndNonce, open, type reproducibleSaltAndNonce, seal } from "./seal";

/** A key pair in the two files that cosign writes. */
export interface CosignKeyPairPem {
    /** `cosign.key`: a PEM block `ENCRYPTED SIGSTORE PRIVATE KEY`. */
    readonly privateKey: string;
    /** `cosign.pub`: a PEM block `PUBLIC KEY` (PKIX). */
    readonly publicKey: string;
}

/**
 * Writes a private key as cosign does (`marshalKeyPair` in pkg/cosign/keys.go): PKCS#8, encrypted with the password,
 * and its public half.
 *
 * @param chooseSaltAndNonce for a caller that must write the same bytes each time
 * @throws {@link KeyError} `password-not-unicode`
 */
export async function sealKeyPair(
    privateKey: KeyObject,
    password: string,
    chooseSaltAndNonce: typeof reproducibleSaltAndNonce = freshSaltAndNonce,
): Promise<CosignKeyPairPem> {
    const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "der" });
    const pkcs8 = privateKey.export({ type: "pkcs8", format: "der" });
    try {
        const sealed = await seal(pkcs8, password, chooseSaltAndNonce(pkcs8, password));
        return {
            privateKey: encodePem(SIGSTORE_PRIVATE_KEY, encodeEnvelope(sealed)),
            publicKey: encodePem("PUBLIC KEY", publicKey),
        };
    } finally {
        pkcs8.fill(0);
    }
}

/**
 * Opens a private key in cosign's encrypted form, of either PEM type (`LoadPrivateKey` in pkg/cosign/keys.go), to sign
 * with it.
 *
 * Takes about 0.25 s and 64 MiB for a key of today (scrypt, off the event loop). Everything that can be refused without
 * the password is refused before that.
 *
 * @param encryptedPem the content of `cosign.key`
 * @param password what the key was encrypted with; empty for a key without one
 * @returns the private key; a Node.js KeyObject prints and serialises without its content
 * @throws {@link KeyError}
 */
export async function openPrivateKey(encryptedPem: KeyText, password: string): Promise<KeyObject> {
    const block = readOnlyBlock(encryptedPem);
    requireKind(block, "cosign-private-key");
    const plaintext = await open(decodeEnvelope(block.body), password);
    try {
        if (isSec1(plaintext)) {
            throw new KeyError(
                "key-legacy-sec1",
                "This key was written by a very old cosign, with SEC1 inside, which cosign no longer reads either. Generate a new key pair and sign with it: signed-images keys generate.",
                "ciphertext",
            );
        }
        return parsePrivateKey(plaintext, "pkcs8");
    } finally {
        plaintext.fill(0);
    }
}

/**
 * The public half of a private key in cosign's encrypted form, as `cosign public-key` writes it.
 *
 * @param encryptedPem the content of `cosign.key`
 * @param password what the key was encrypted with
 * @throws {@link KeyError} as {@link openPrivateKey}
 */
export async function publicKeyOf(encryptedPem: KeyText, password: string): Promise<PublicKeyInfo> {
    return describe(createPublicKey(await openPrivateKey(encryptedPem, password)));
}
