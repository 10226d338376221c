/**
 * Encrypting and decrypting with a password, as go-securesystemslib does: scrypt, then XSalsa20-Poly1305
 * ("nacl/secretbox").
 */
import { hkdfSync, randomBytes, scrypt, type ScryptOptions } from "node:crypto";
import { promisify } from "node:util";

import { secretbox } from "@noble/ciphers/salsa.js";

import { NONCE_BYTES, STANDARD_PARAMETERS, type Envelope, type ScryptParameters } from "./envelope";
import { KeyError } from "./errors";
import { passwordBytes } from "./password";

const SALT_BYTES = 32;
const BOX_KEY_BYTES = 32;

/** The asynchronous form: derivation takes about 0.25 s, which the event loop spends elsewhere. */
const deriveKey = promisify<Uint8Array, Uint8Array, number, ScryptOptions, Buffer>(scrypt);

/** What makes one encryption differ from another. Neither is secret. */
export interface SaltAndNonce {
    /** 32 bytes. */
    readonly salt: Buffer;
    /** 24 bytes. */
    readonly nonce: Buffer;
}

/** Drawn anew, as cosign does. */
export function freshSaltAndNonce(): SaltAndNonce {
    return { salt: randomBytes(SALT_BYTES), nonce: randomBytes(NONCE_BYTES) };
}

/**
 * The same for the same key under the same password, for a caller that has to write the same bytes at each run.
 *
 * As a synthetic IV (RFC 5297, 1.3): bytes repeat only where key and password do, and who has neither learns nothing
 * from them, because HKDF is keyed with the private key itself. DER says its own length, so that no two pairs of key
 * and password run together to the same input.
 */
export function reproducibleSaltAndNonce(pkcs8: Uint8Array, password: string): SaltAndNonce {
    const secret = Buffer.concat([pkcs8, passwordBytes(password)]);
    const bytes = Buffer.from(hkdfSync("sha256", secret, "", "signed-images salt and nonce", SALT_BYTES + NONCE_BYTES));
    secret.fill(0);
    return { salt: bytes.subarray(0, SALT_BYTES), nonce: bytes.subarray(SALT_BYTES) };
}

/** Encrypts. @throws {@link KeyError} `password-not-unicode` */
export async function seal(
    plaintext: Uint8Array,
    password: string,
    { salt, nonce }: SaltAndNonce = freshSaltAndNonce(),
): Promise<Envelope> {
    const key = await boxKey(password, salt, STANDARD_PARAMETERS);
    try {
        return {
            params: STANDARD_PARAMETERS,
            salt,
            nonce,
            ciphertext: Buffer.from(secretbox(key, nonce).seal(plaintext)),
        };
    } finally {
        key.fill(0);
    }
}

/**
 * Decrypts. The caller wipes what comes back.
 *
 * @throws {@link KeyError} `password-wrong`, `password-not-unicode`
 */
export async function open(envelope: Envelope, password: string): Promise<Buffer> {
    const key = await boxKey(password, envelope.salt, envelope.params);
    try {
        const plaintext = secretbox(key, envelope.nonce).open(envelope.ciphertext);
        // The same memory, so that wiping it leaves no copy.
        return Buffer.from(plaintext.buffer, plaintext.byteOffset, plaintext.byteLength);
    } catch {
        throw new KeyError(
            "password-wrong",
            "The password does not open this key, or the key's bytes were changed. Check the password, also for a newline at its end; a key without a password has the empty one.",
            "password",
        );
    } finally {
        key.fill(0);
    }
}

async function boxKey(password: string, salt: Uint8Array, { N, r, p }: ScryptParameters): Promise<Buffer> {
    const scryptMemoryBytes = 128 * N * r + 1024 * 1024;
    const bytes = passwordBytes(password);
    try {
        return await deriveKey(bytes, salt, BOX_KEY_BYTES, { N, r, p, maxmem: scryptMemoryBytes });
    } finally {
        bytes.fill(0);
    }
}
