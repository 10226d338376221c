import { createPublicKey, type KeyObject } from "node:crypto";

import { HashAlgorithm } from "./spec";

/** The hash that cosign signs with, by the curve of an ECDSA key (sigstore's signature/algorithm_registry.go). */
const HASH_OF_CURVE: Readonly<Record<string, HashAlgorithm | undefined>> = {
    prime256v1: HashAlgorithm.Sha256,
    secp384r1: HashAlgorithm.Sha384,
    secp521r1: HashAlgorithm.Sha512,
};

/** What cosign hashes with when it signs with the private half of this key; SHA-256 where the key cannot be read. */
export function cosignHashOf(pem: string): HashAlgorithm {
    try {
        return cosignHashOfKey(createPublicKey(pem));
    } catch {
        return HashAlgorithm.Sha256;
    }
}

/** What cosign hashes with when it signs with the private half of this key, or with the private key itself. */
export function cosignHashOfKey(key: KeyObject): HashAlgorithm {
    return HASH_OF_CURVE[key.asymmetricKeyDetails?.namedCurve ?? ""] ?? HashAlgorithm.Sha256;
}

/** The hash that a policy names: the webhook trims it and takes any case (`signaturealgo.HashAlgorithm`). */
export function hashAlgorithmNamed(name: string): HashAlgorithm | undefined {
    const wanted = goTrim(name).toLowerCase();
    return Object.values(HashAlgorithm).find((algorithm) => algorithm === wanted);
}

/** Go's `strings.TrimSpace`: as JavaScript's `trim`, but a byte order mark is no space and U+0085 is one. */
function goTrim(text: string): string {
    return text
        .replace(/^[\u0085\s]+/u, (space) => (space.includes("\uFEFF") ? space.slice(space.indexOf("\uFEFF")) : ""))
        .replace(/[\u0085\s]+$/u, (space) =>
            space.includes("\uFEFF") ? space.slice(0, space.lastIndexOf("\uFEFF") + 1) : "",
        );
}
