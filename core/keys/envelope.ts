/**
 * The JSON inside cosign's encrypted PEM (secure-systems-lab/go-securesystemslib encrypted/encrypted.go): read,
 * checked, written.
 *
 * All checks happen here, before {@link open} derives a key: nothing is allocated for parameters that a stranger chose.
 */
import { decodeBase64 } from "../policy/go/base64";
import { KeyError, type KeyField } from "./errors";

const KDF = "scrypt";
const CIPHER = "nacl/secretbox";

/** The names in the JSON, but for those of scrypt's parameters. */
const FIELDS: ReadonlySet<string> = new Set(["kdf", "name", "params", "salt", "cipher", "nonce", "ciphertext"]);

/** Sizes of XSalsa20-Poly1305, in bytes. */
export const NONCE_BYTES = 24;
const TAG_BYTES = 16;

/** scrypt's cost (RFC 7914): memory is 128 · N · r bytes. */
export interface ScryptParameters {
    readonly N: number;
    readonly r: number;
    readonly p: number;
}

/** What new keys are written with: `Standard` in encrypted.go; about 0.25 s and 64 MiB. */
export const STANDARD_PARAMETERS: ScryptParameters = { N: 65536, r: 8, p: 1 };

/** `Legacy`, `Standard` and `OWASP`: `CheckParams` takes no others. */
const ACCEPTED_PARAMETERS: readonly ScryptParameters[] = [
    { N: 32768, r: 8, p: 1 },
    STANDARD_PARAMETERS,
    { N: 131072, r: 8, p: 1 },
];

/** An encrypted private key, taken apart. Nothing in it is secret without the password. */
export interface Envelope {
    readonly params: ScryptParameters;
    readonly salt: Buffer;
    /** 24 bytes. */
    readonly nonce: Buffer;
    /** The 16 bytes of the tag, then the encrypted PKCS#8 DER. */
    readonly ciphertext: Buffer;
}

/** Writes the JSON byte for byte as Go's `json.Marshal` does: compact, in the order of the struct's fields. */
export function encodeEnvelope({ params, salt, nonce, ciphertext }: Envelope): Buffer {
    const json = JSON.stringify({
        kdf: { name: KDF, params: { N: params.N, r: params.r, p: params.p }, salt: salt.toString("base64") },
        cipher: { name: CIPHER, nonce: nonce.toString("base64") },
        ciphertext: ciphertext.toString("base64"),
    });
    return Buffer.from(json, "utf8");
}

/**
 * Reads the JSON and refuses everything that cosign refuses. Unknown fields are ignored, as in Go.
 *
 * @throws {@link KeyError} any code `envelope-…`, with the field
 */
export function decodeEnvelope(body: Buffer): Envelope {
    const envelope = parseObject(body);
    const kdf = objectAt(envelope, "kdf");
    const cipher = objectAt(envelope, "cipher");
    if (kdf.name !== KDF) {
        throw new KeyError(
            "envelope-unknown-kdf",
            "kdf.name is not scrypt, the only key derivation of cosign. Encrypt the key with cosign import-key-pair or signed-images keys import.",
            "kdf.name",
        );
    }
    if (cipher.name !== CIPHER) {
        throw new KeyError(
            "envelope-unknown-cipher",
            "cipher.name is not nacl/secretbox, the only cipher of cosign. Encrypt the key with cosign import-key-pair or signed-images keys import.",
            "cipher.name",
        );
    }
    return {
        params: acceptedParameters(kdf.params),
        salt: bytesAt(kdf.salt, "kdf.salt"),
        nonce: bytesAt(cipher.nonce, "cipher.nonce", (bytes) => bytes.length === NONCE_BYTES),
        ciphertext: bytesAt(envelope.ciphertext, "ciphertext", (bytes) => bytes.length > TAG_BYTES),
    };
}

function acceptedParameters(value: unknown): ScryptParameters {
    const accepted = ACCEPTED_PARAMETERS.find(
        ({ N, r, p }) => isObject(value) && value.N === N && value.r === r && value.p === p,
    );
    if (accepted === undefined) {
        throw new KeyError(
            "envelope-scrypt-parameters",
            "kdf.params are not ones that cosign writes (N 32768, 65536 or 131072, r 8, p 1), and others could exhaust the memory. Do not trust this file; take the key from its source.",
            "kdf.params",
        );
    }
    return accepted;
}

function parseObject(body: Buffer): Record<string, unknown> {
    const text = body.toString("utf8");
    let value: unknown;
    try {
        value = JSON.parse(text);
    } catch {
        throw malformed("pem.body");
    }
    if (!isObject(value) || isReadOtherwiseByGo(text, value)) {
        throw malformed("pem.body");
    }
    return value;
}

/**
 * Go merges objects of the same name, takes names in whatever case, and wants whole numbers without a fraction or an
 * exponent (encoding/json), so that cosign would find another key in the file than this, or none.
 */
function isReadOtherwiseByGo(text: string, value: Record<string, unknown>): boolean {
    const withoutBlanks = (json: string) => json.replaceAll(/\s/g, "");
    return (
        withoutBlanks(text) !== withoutBlanks(JSON.stringify(value)) ||
        [value, value.kdf, value.cipher].filter(isObject).some(hasFieldInOtherCase)
    );
}

function hasFieldInOtherCase(object: Record<string, unknown>): boolean {
    // Both ways, because `ſ` has an upper case alone, and the Kelvin sign a lower one.
    return Object.keys(object).some((name) => !FIELDS.has(name) && FIELDS.has(name.toUpperCase().toLowerCase()));
}

function objectAt(parent: Record<string, unknown>, field: "kdf" | "cipher"): Record<string, unknown> {
    const value = parent[field];
    if (!isObject(value)) {
        throw malformed(field);
    }
    return value;
}

function bytesAt(value: unknown, field: KeyField, isRight: (bytes: Buffer) => boolean = () => true): Buffer {
    const bytes = typeof value === "string" ? decodeBase64(value) : undefined;
    if (bytes === undefined || !isRight(bytes)) {
        throw malformed(field);
    }
    return bytes;
}

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(field: KeyField): KeyError {
    return new KeyError(
        "envelope-malformed",
        field === "pem.body"
            ? "The block's content is not the JSON that cosign writes. Copy the whole file again."
            : `${field} is missing, or not what cosign writes there. Copy the whole file again.`,
        field,
    );
}
