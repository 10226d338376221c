/**
 * Private keys in clear: from DER to a KeyObject that is sound and in the one form that Go writes.
 */
import { createPrivateKey, createPublicKey, sign, verify, type JsonWebKey, type KeyObject } from "node:crypto";

import { factsOf, supportedAlgorithm, unsupportedAlgorithm, type KeyAlgorithm } from "./algorithm";
import { requireWholeDer } from "./der";
import { KeyError } from "./errors";

/** How a private key is written in DER: RFC 8017 A.1.2, SEC 1 C.4, RFC 5208. */
export type PrivateKeyEncoding = "pkcs1" | "sec1" | "pkcs8";

const TYPE_OF_ENCODING = { pkcs1: "rsa", sec1: "ec" } as const;

/** What the self-test signs. */
const PROBE = Buffer.from("signed-images: do both halves of this key belong together?");

/**
 * Reads a private key in clear.
 *
 * @throws {@link KeyError} `key-malformed`, `key-truncated`, `key-trailing-data`, `key-unsupported-algorithm`
 */
export function parsePrivateKey(der: Buffer, encoding: PrivateKeyEncoding): KeyObject {
    requireWholeDer(der);
    const parsed = createKey(der, encoding);
    if (parsed === undefined) {
        throw new KeyError(
            "key-malformed",
            "The block holds no private key of the form that its type claims. Copy the whole file again, or write the key as PKCS#8: openssl pkey -in FILE.",
            "pem.body",
        );
    }
    const algorithm = supportedAlgorithm(parsed);
    const key = canonical(parsed);
    if (key === undefined || !isSound(key, algorithm)) {
        throw new KeyError(
            "key-malformed",
            "The numbers of this private key do not belong together. Copy the whole file again; where it came so, generate a new key.",
            "pem.body",
        );
    }
    return key;
}

/** Whether it is an elliptic curve key as SEC1, and not PKCS#8. */
export function isSec1(der: Buffer): boolean {
    return createKey(der, "sec1") !== undefined;
}

function createKey(der: Buffer, encoding: PrivateKeyEncoding): KeyObject | undefined {
    if (encoding !== "pkcs8" && createKey(der, "pkcs8") !== undefined) {
        return undefined; // Asked for PKCS#1 or SEC1, OpenSSL takes PKCS#8 as well; Go does not.
    }
    try {
        const key = createPrivateKey({ key: der, format: "der", type: encoding });
        return encoding === "pkcs8" || key.asymmetricKeyType === TYPE_OF_ENCODING[encoding] ? key : undefined;
    } catch {
        return undefined;
    }
}

/**
 * Go writes a key in one form. OpenSSL keeps what it has read: an elliptic curve key without its public point, with a
 * compressed one, or with explicit curve parameters. A JSON Web Key has no room for such differences.
 */
function canonical(key: KeyObject): KeyObject | undefined {
    const rewritten = rewrite(key);
    if (rewritten !== undefined && key.asymmetricKeyType === "ec" && pkcs8Bytes(key) > pkcs8Bytes(rewritten)) {
        throw unsupportedAlgorithm("Go and cosign read only curves by name, and it has explicit curve parameters");
    }
    return rewritten;
}

function rewrite(key: KeyObject): KeyObject | undefined {
    try {
        return createPrivateKey({ key: key.export({ format: "jwk" }), format: "jwk" });
    } catch {
        return undefined;
    }
}

function pkcs8Bytes(key: KeyObject): number {
    const der = key.export({ type: "pkcs8", format: "der" });
    der.fill(0);
    return der.length;
}

/**
 * OpenSSL reads a key without asking whether its numbers fit; Go asks (`Validate` in crypto/rsa/rsa.go), and cosign
 * with it.
 */
function isSound(key: KeyObject, algorithm: KeyAlgorithm): boolean {
    if (key.asymmetricKeyType === "rsa" && !isSoundRsa(key.export({ format: "jwk" }))) {
        return false;
    }
    const hash = algorithm === "ed25519" ? null : factsOf(algorithm).signatureHash;
    try {
        return verify(hash, PROBE, createPublicKey(key), sign(hash, PROBE, key));
    } catch {
        return false;
    }
}

/** The relations of RFC 8017, 3.2. Without them OpenSSL would still sign, by falling back from the CRT to `d`. */
function isSoundRsa(jwk: JsonWebKey): boolean {
    const [n, e, d, p, q, dp, dq, qi] = [jwk.n, jwk.e, jwk.d, jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi].map(toInteger);
    if (!n || !e || !d || !p || !q || !dp || !dq || !qi || p <= 1n || q <= 1n) {
        return false;
    }
    return (
        p * q === n &&
        (d * e) % (p - 1n) === 1n &&
        (d * e) % (q - 1n) === 1n &&
        dp === d % (p - 1n) &&
        dq === d % (q - 1n) &&
        (qi * q) % p === 1n
    );
}

function toInteger(base64url: string | undefined): bigint | undefined {
    return base64url ? BigInt(`0x${Buffer.from(base64url, "base64url").toString("hex")}`) : undefined;
}
