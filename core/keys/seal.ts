/**
 * Encrypting and decrypting with a password, as go-securesystemslib does: scrypt, then XSalsa20-Poly1305
 * ("nacl/secretbox").
 */
import { randomBytes, scrypt, type ScryptOptions } from "node:crypto";
import { promisify } from "node:util";

import { secretbox } from "@noble/ciphers/salsa.js";

import { NONCE_BYTES, STANDARD_PARAMETERS, type Envelope, type ScryptParameters } from "./envelope";
import { KeyError } from "./errors";
import { passwordBytes } from "./password";

const SALT_BYTES = 32;
const BOX_KEY_BYTES = 32;

/** The asynchronous form: derivation takes about 0.25 s, which the event loop spends elsewhere. */
const deriveKey = promisify<Uint8Array, Uint8Array, number, ScryptOptions, Buffer>(scrypt);

/**
 * Encrypts with a fresh salt and nonce.
 *
 * @throws {@link KeyError} `password-not-unicode`
 */
export async function seal(plaintext: Uint8Array, password: string): Promise<Envelope> {
    const salt = randomBytes(SALT_BYTES);
    const nonce = randomBytes(NONCE_BYTES);
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
