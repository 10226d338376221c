import type { KeyErrorCode } from "../../../core/keys";
import { encodePem } from "../../../core/keys/pem";
import { ENVELOPE, P256, pemOfJson, pkcs8Der, pkcs8Pem, spkiPem, UNSUPPORTED } from "./support";

/** What may stand where a private key to import is needed, and cannot be imported whatever the password is. */
export interface UnusableKey {
    readonly name: string;
    readonly text: string;
    readonly code: KeyErrorCode;
}

const PLAIN = pkcs8Pem(P256.privateKey);
const OPENSSL_ENCRYPTED = { cipher: "aes-256-cbc", passphrase: "of OpenSSL" } as const;

/** One for each way in which a private key goes wrong. */
export const UNUSABLE_KEYS: readonly UnusableKey[] = [
    { name: "a public key", text: spkiPem(P256.publicKey), code: "key-is-public" },
    { name: "a truncated PEM", text: PLAIN.slice(0, 100), code: "key-truncated" },
    { name: "text behind the key", text: `${PLAIN}garbage\n`, code: "key-trailing-data" },
    {
        name: "bytes behind the key",
        text: encodePem("PRIVATE KEY", Buffer.concat([pkcs8Der(P256.privateKey), Buffer.from("garbage")])),
        code: "key-trailing-data",
    },
    { name: "what is left of bytes that are not UTF-8", text: PLAIN.replace("M", "\uFFFD"), code: "key-not-text" },
    {
        name: "an encrypted PKCS#8",
        text: P256.privateKey.export({ type: "pkcs8", format: "pem", ...OPENSSL_ENCRYPTED }).toString(),
        code: "key-encrypted-by-openssl",
    },
    ...["dsa", "ecdsa-p224", "rsa-1024"].map((algorithm) => ({
        name: algorithm,
        text: pkcs8Pem((UNSUPPORTED[algorithm] ?? P256).privateKey),
        code: "key-unsupported-algorithm" as const,
    })),
    {
        name: "hostile scrypt parameters",
        text: pemOfJson({ ...ENVELOPE, kdf: { ...ENVELOPE.kdf, params: { N: 2 ** 30, r: 8, p: 1 } } }),
        code: "envelope-scrypt-parameters",
    },
    {
        name: "an unknown key derivation",
        text: pemOfJson({ ...ENVELOPE, kdf: { ...ENVELOPE.kdf, name: "argon2id" } }),
        code: "envelope-unknown-kdf",
    },
    {
        name: "an unknown cipher",
        text: pemOfJson({ ...ENVELOPE, cipher: { ...ENVELOPE.cipher, name: "aes-256-gcm" } }),
        code: "envelope-unknown-cipher",
    },
];
