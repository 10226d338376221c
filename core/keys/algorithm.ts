/**
 * The algorithms that cosign signs with, and what policy-controller makes of them.
 *
 * cosign's list is `goodkey.ValidatePubKey` (sigstore/sigstore pkg/cryptoutils/goodkey) and the hashes are those of
 * `supportedAlgorithms` (pkg/signature/algorithm_registry.go).
 */
import type { KeyObject } from "node:crypto";

import { KeyError } from "./errors";

/** An algorithm that cosign signs with. */
export type KeyAlgorithm =
    "ecdsa-p256" | "ecdsa-p384" | "ecdsa-p521" | "rsa-2048" | "rsa-3072" | "rsa-4096" | "ed25519";

/** What follows from a key's algorithm. */
export interface AlgorithmFacts {
    /** The hash that cosign signs images with; that of Ed25519 is part of Ed25519ph. */
    readonly signatureHash: "sha256" | "sha384" | "sha512";
    /**
     * What `key.hashAlgorithm` of an authority must be set to. policy-controller verifies with SHA-256 unless it is set
     * (`KeyRef.UnmarshalJSON` in pkg/webhook/clusterimagepolicy/clusterimagepolicy_types.go).
     *
     * @default undefined: SHA-256, nothing to set
     */
    readonly hashAlgorithm?: "sha384" | "sha512";
    /**
     * Why policy-controller refuses every image signature that cosign makes with such a key. Absent: it accepts them.
     */
    readonly policyControllerRefusal?: string;
}

const FACTS: Readonly<Record<KeyAlgorithm, AlgorithmFacts>> = {
    "ecdsa-p256": { signatureHash: "sha256" },
    "ecdsa-p384": { signatureHash: "sha384", hashAlgorithm: "sha384" },
    "ecdsa-p521": { signatureHash: "sha512", hashAlgorithm: "sha512" },
    "rsa-2048": { signatureHash: "sha256" },
    "rsa-3072": { signatureHash: "sha256" },
    "rsa-4096": { signatureHash: "sha256" },
    ed25519: {
        signatureHash: "sha512",
        policyControllerRefusal:
            "cosign signs images with Ed25519ph and policy-controller verifies pure Ed25519, so no signature of this key would be accepted. Use an ECDSA key on P-256: signed-images keys generate.",
    },
};

/** Names of OpenSSL for the curves of Go's crypto/x509 (`namedCurveFromOID`). */
const NAME_OF_CURVE: ReadonlyMap<string, string> = new Map([
    ["secp224r1", "p224"],
    ["prime256v1", "p256"],
    ["secp384r1", "p384"],
    ["secp521r1", "p521"],
]);

/** The one exponent that cosign imports (letsencrypt/boulder goodkey/good_key.go). */
const RSA_EXPONENT = 65537n;

/** What follows from the algorithm. */
export function factsOf(algorithm: KeyAlgorithm): AlgorithmFacts {
    return FACTS[algorithm];
}

/**
 * A key's algorithm by name, in the form of {@link KeyAlgorithm} also for those outside of it: `rsa-1024`,
 * `ecdsa-p224`, `dsa`.
 */
export function algorithmName(key: KeyObject): string {
    const details = key.asymmetricKeyDetails;
    switch (key.asymmetricKeyType) {
        case "rsa":
            return `rsa-${details?.modulusLength ?? 0}`;
        case "ec": {
            const curve = details?.namedCurve ?? "with-explicit-parameters";
            return `ecdsa-${NAME_OF_CURVE.get(curve) ?? curve}`;
        }
        default:
            return key.asymmetricKeyType ?? "unknown";
    }
}

/**
 * A key's algorithm, if cosign signs with it.
 *
 * @throws {@link KeyError} `key-unsupported-algorithm`
 */
export function supportedAlgorithm(key: KeyObject): KeyAlgorithm {
    const name = algorithmName(key);
    if (!isKeyAlgorithm(name)) {
        throw unsupportedAlgorithm(`${name} is no algorithm that cosign signs with`);
    }
    const exponent = key.asymmetricKeyDetails?.publicExponent;
    if (exponent !== undefined && exponent !== RSA_EXPONENT) {
        throw unsupportedAlgorithm("cosign takes RSA keys only with the public exponent 65537");
    }
    return name;
}

function isKeyAlgorithm(name: string): name is KeyAlgorithm {
    return Object.hasOwn(FACTS, name);
}

/** The error for such a key. `reason` is the part of the message that differs. */
export function unsupportedAlgorithm(reason: string): KeyError {
    return new KeyError(
        "key-unsupported-algorithm",
        `This key cannot be used: ${reason}. Use ECDSA on P-256 (signed-images keys generate), P-384 or P-521, or RSA of 2048, 3072 or 4096 bits.`,
        "pem.body",
    );
}
