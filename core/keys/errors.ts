/** Why a key or a password was refused. Stable names: callers and the JSON output of the CLI rely on them. */
export type KeyErrorCode =
    /** More text than any key needs; nothing of it was read. */
    | "key-too-large"
    /** No text: the bytes are not valid UTF-8, as in a DER, a PKCS#12 or a UTF-16 file. */
    | "key-not-text"
    /** No PEM block where Go's decoder looks for one. */
    | "key-no-pem"
    /** A PEM block or a DER structure that ends too early. */
    | "key-truncated"
    /** More than one PEM block, where every reader counts only the first. */
    | "key-several-blocks"
    /** Something behind the END line, or behind the key inside the block. */
    | "key-trailing-data"
    /** A public key where a private key is needed. */
    | "key-is-public"
    /** A private key where a public key is needed. */
    | "key-is-private"
    /** A certificate or a certificate request. */
    | "key-is-certificate"
    /** A private key in clear where cosign's encrypted form is needed. */
    | "key-not-encrypted"
    /** A private key in cosign's encrypted form where a plain one is needed. */
    | "key-already-encrypted"
    /** A private key that OpenSSL encrypted: PKCS#8, or the older PEM headers. */
    | "key-encrypted-by-openssl"
    /** A PEM type that is no key for cosign, such as OPENSSH PRIVATE KEY. */
    | "key-unsupported-type"
    /** The block's content is not the key that its type claims. */
    | "key-malformed"
    /** An algorithm, curve, size or exponent that cosign does not sign with. */
    | "key-unsupported-algorithm"
    /** A legacy cosign key with SEC1 inside, which cosign itself no longer reads. */
    | "key-legacy-sec1"
    /** The JSON inside cosign's encrypted PEM is not what it should be. */
    | "envelope-malformed"
    /** A key derivation function other than scrypt. */
    | "envelope-unknown-kdf"
    /** A cipher other than nacl/secretbox. */
    | "envelope-unknown-cipher"
    /** scrypt parameters that are not in cosign's own list: refused before any memory is allocated for them. */
    | "envelope-scrypt-parameters"
    /** A wrong password or changed bytes; the authentication tag does not tell the two apart. */
    | "password-wrong"
    /** A password without a UTF-8 form (half of a surrogate pair): no other program could be given it. */
    | "password-not-unicode";

/**
 * The part of the input that an error is about. `kdf`, `cipher` and `ciphertext` are fields of cosign's encrypted form.
 */
export type KeyField =
    | "pem"
    | "pem.type"
    | "pem.body"
    | "kdf"
    | "kdf.name"
    | "kdf.params"
    | "kdf.salt"
    | "cipher"
    | "cipher.name"
    | "cipher.nonce"
    | "ciphertext"
    | "password";

/**
 * Thrown by every function of this folder, and nothing else is.
 *
 * The message says what is wrong and what to do. It never quotes key material or a password, and there is never a
 * `cause`: what OpenSSL and `JSON.parse` throw can quote what they read.
 */
export class KeyError extends Error {
    public override readonly name = "KeyError";

    /**
     * @param code the stable name of the reason
     * @param message what is wrong, then what to do
     * @param field the part of the input that is wrong
     */
    public constructor(
        public readonly code: KeyErrorCode,
        message: string,
        public readonly field: KeyField = "pem",
    ) {
        super(message);
    }
}
