import { verify, type KeyObject } from "node:crypto";

import { coordinateBytesOf } from "../keys/public-key";
import { HashAlgorithm } from "../policy/spec";

import type { KeySigner } from "./check";

/** A public key as sigstore's `LoadVerifier` (pkg/signature/verifier.go) makes it verify. */
export interface Verifier {
    readonly key: KeyObject;
    readonly hashAlgorithm: HashAlgorithm;
    verify(message: Uint8Array, signature: Uint8Array): boolean;
}

/** Longest signature that is tried as two numbers without ASN.1: of P-521. */
const MAXIMUM_RAW_BYTES = 132;

/** What verifies signatures of the key; a sentence where policy-controller has nothing that does. */
export function loadVerifier({ publicKey, hashAlgorithm, neverVerifies }: Omit<KeySigner, "kind">): Verifier | string {
    if (neverVerifies !== undefined) {
        return neverVerifies;
    }
    const hash = hashAlgorithm ?? HashAlgorithm.Sha256;
    switch (publicKey.asymmetricKeyType) {
        case "ec":
            return verifier(publicKey, hash, verifyEcdsa);
        case "rsa":
            // rsaSupportedHashFuncs (pkg/signature/rsapss.go) has no SHA-224.
            return hash === HashAlgorithm.Sha224
                ? "invalid hash function specified: sha224 with an RSA key"
                : verifier(publicKey, hash, verifyRsa);
        case "ed25519":
            // Pure Ed25519, where cosign signs images with Ed25519ph.
            return verifier(publicKey, hash, (_hash, message, key, signature) => verify(null, message, key, signature));
        default:
            return "unsupported public key type";
    }
}

type Verify = (hash: string, message: Uint8Array, key: KeyObject, signature: Uint8Array) => boolean;

function verifier(key: KeyObject, hashAlgorithm: HashAlgorithm, check: Verify): Verifier {
    return {
        key,
        hashAlgorithm,
        verify(message, signature) {
            try {
                return check(hashAlgorithm, message, key, signature);
            } catch {
                return false; // OpenSSL throws for some signatures that cannot be any.
            }
        },
    };
}

/** PKCS #1 v1.5. */
function verifyRsa(hash: string, message: Uint8Array, key: KeyObject, signature: Uint8Array): boolean {
    return verify(hash, message, key, signature);
}

/** DER, and what is no DER as the two numbers one after the other (`VerifySignature` in pkg/signature/ecdsa.go). */
function verifyEcdsa(hash: string, message: Uint8Array, key: KeyObject, signature: Uint8Array): boolean {
    if (verify(hash, message, key, signature)) {
        return true;
    }
    const raw = rawSignature(key, Buffer.from(signature));
    return raw !== undefined && verify(hash, message, { key, dsaEncoding: "ieee-p1363" }, raw);
}

/** Two numbers of equal length, brought to the length that OpenSSL wants. */
function rawSignature(key: KeyObject, signature: Buffer): Buffer | undefined {
    const coordinate = coordinateBytesOf(key);
    const half = signature.length / 2;
    if (coordinate === undefined || half === 0 || half % 1 !== 0 || signature.length > MAXIMUM_RAW_BYTES) {
        return undefined;
    }
    return Buffer.concat([fit(signature.subarray(0, half), coordinate), fit(signature.subarray(half), coordinate)]);
}

/** The number in so many bytes: zeros in front added, or taken away. */
function fit(number: Buffer, bytes: number): Buffer {
    const padding = Buffer.alloc(Math.max(bytes - number.length, 0));
    return Buffer.concat([padding, number.subarray(Math.max(number.length - bytes, 0))]);
}
