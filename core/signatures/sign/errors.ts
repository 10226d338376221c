/** Why nothing was signed. Stable names: the CLI's output carries them. */
export type SigningErrorCode =
    /** policy-controller accepts no signature of such a key. */
    | "key-never-accepted"
    /** No authority of the policies that were given has the key. */
    | "key-in-no-authority"
    /** The tag stands for another image than it did when the digest was read. */
    | "tag-moved"
    /** Nothing that can be signed: not a reference, or no image. */
    | "not-an-image"
    /** What lies under the signature tag is no list of signatures, and is left alone. */
    | "signature-list-malformed"
    /** As many signatures as cosign reads: one more, and none is. */
    | "signature-list-full"
    /** Others sign the same image without end, and each time without this signature. */
    | "signature-lost"
    /** The registry changed what was stored. */
    | "registry-rewrites"
    /** The predicate is not what its type says. */
    | "predicate-malformed"
    /** An identity token that has run out, or is for somebody else, or is no token. */
    | "identity-token"
    /** A service of Sigstore gave no certificate, entry or timestamp. */
    | "sigstore-service";

/** The message says what is wrong and what to do. It never holds a key, a password or a token. */
export class SigningError extends Error {
    public override readonly name = "SigningError";

    public constructor(
        public readonly code: SigningErrorCode,
        message: string,
    ) {
        super(message);
    }
}
