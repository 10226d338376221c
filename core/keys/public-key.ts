/**
 * Public keys, as policy-controller reads them from `key.data` and from Secrets.
 *
 * It reads them with `cryptoutils.UnmarshalPEMToPublicKey` (sigstore/sigstore pkg/cryptoutils/publickey.go), so with
 * Go's crypto/x509, which is stricter than OpenSSL: named curves and uncompressed points only, canonical DER, nothing
 * behind it.
 */
import { createPublicKey, type KeyObject } from "node:crypto";

import {
    algorithmName,
    factsOf,
    supportedAlgorithm,
    unsupportedAlgorithm,
    type AlgorithmFacts,
    type KeyAlgorithm,
} from "./algorithm";
import { requireWholeDer } from "./der";
import { KeyError } from "./errors";
import { fingerprintOf, type Fingerprint } from "./fingerprint";
import { readFirstBlock, readOnlyBlock, type KeyText } from "./key-text";
import { encodePem, type PemBlock } from "./pem";
import { requireKind } from "./pem-kind";

/** What there is to know of a public key. Plain data, nothing of it secret. */
export interface PublicKeyInfo extends Fingerprint, AlgorithmFacts {
    /** The algorithm with its curve or size in bits. */
    readonly algorithm: KeyAlgorithm;
    /** The key as PKIX PEM in cosign's own form, whatever form it was read from. */
    readonly pem: string;
}

/** A public key as the cluster takes it, which may be one that this package would refuse. */
export interface ClusterPublicKey extends Fingerprint {
    /** The key itself, to verify with. */
    readonly key: KeyObject;
    /** Its algorithm by name; also such as `rsa-1024`, `ecdsa-p224` or `dsa`. */
    readonly algorithm: string;
    /** Why no signature is ever accepted, although the policy is. Absent: signatures are verified. */
    readonly neverVerifies?: string;
}

/** Go's `namedCurveFromOID` (crypto/x509/x509.go), in OpenSSL's names, with the bytes of a coordinate. */
const COORDINATE_BYTES: ReadonlyMap<string, number> = new Map([
    ["secp224r1", 28],
    ["prime256v1", 32],
    ["secp384r1", 48],
    ["secp521r1", 66],
]);

/** What Go's `ParsePKIXPublicKey` knows. */
const TYPES_OF_GO: readonly string[] = ["rsa", "ec", "ed25519", "x25519", "dsa"];

/** crypto/rsa refuses smaller keys since Go 1.24 (`checkKeySize`). */
const MINIMUM_RSA_BITS = 1024;

/** crypto/rsa refuses larger exponents (`checkPublicKey`). */
const MAXIMUM_RSA_EXPONENT = 2n ** 31n - 1n;

/** Go's `int`, in which an exponent is read, on every platform that policy-controller is built for. */
const MAXIMUM_GO_INT = 2n ** 63n - 1n;

/**
 * Reads a public key that a policy may trust: PEM `PUBLIC KEY` (PKIX) or `RSA PUBLIC KEY` (PKCS#1), one block, an
 * algorithm that cosign signs with.
 *
 * Whatever it takes, policy-controller takes, except that {@link AlgorithmFacts.policyControllerRefusal} says why it
 * will accept no signature of an Ed25519 key. Some of what it refuses the cluster would take: see
 * {@link readPublicKeyAsCluster}.
 *
 * @param text PEM, or the bytes of a PEM file
 * @throws {@link KeyError} with any code `key-…` but `key-is-public`
 */
export function readPublicKey(text: KeyText): PublicKeyInfo {
    return describe(parsePublicKey(readOnlyBlock(text)));
}

/**
 * Reads a public key exactly as policy-controller does, for a verdict on a policy that somebody else wrote: the first
 * block that decodes, whatever surrounds it, and every algorithm that Go knows.
 *
 * @param text the value of `key.data`, or of the one entry of the Secret
 * @throws {@link KeyError} where admission refuses the policy
 */
export function readPublicKeyAsCluster(text: KeyText): ClusterPublicKey {
    const key = parsePublicKey(readFirstBlock(text));
    return { key, algorithm: algorithmName(key), ...fingerprintOf(key), neverVerifies: whyNeverVerified(key) };
}

/** Describes a public key object. @throws {@link KeyError} `key-unsupported-algorithm` */
export function describe(key: KeyObject): PublicKeyInfo {
    const algorithm = supportedAlgorithm(key);
    return {
        algorithm,
        ...factsOf(algorithm),
        ...fingerprintOf(key),
        pem: encodePem("PUBLIC KEY", key.export({ type: "spki", format: "der" })),
    };
}

function parsePublicKey(block: PemBlock): KeyObject {
    requireKind(block, "public-key");
    requireWholeDer(block.body);
    const type = block.type === "RSA PUBLIC KEY" ? "pkcs1" : "spki";
    const key = createKey(block.body, type);
    if (!isNumberToGo(key, type)) {
        throw malformed();
    }
    if (!isKnownToGo(key)) {
        throw unsupportedAlgorithm(`Go cannot read ${algorithmName(key)}`);
    }
    if (!isCanonical(key, block.body)) {
        throw new KeyError(
            "key-malformed",
            "Go cannot read this form of the key: it wants a named curve, an uncompressed point and canonical DER. Write the key anew: openssl ec -pubin -pubout -param_enc named_curve -conv_form uncompressed -in FILE.",
            "pem.body",
        );
    }
    return key;
}

function createKey(der: Buffer, type: "pkcs1" | "spki"): KeyObject {
    try {
        return createPublicKey({ key: der, format: "der", type });
    } catch {
        throw malformed();
    }
}

function malformed(): KeyError {
    return new KeyError(
        "key-malformed",
        "The block holds no public key that can be read. Copy the whole file again, or write the public key anew: signed-images keys public FILE.",
        "pem.body",
    );
}

/** Whether Go's crypto/x509 reads the numbers of an RSA key: its reader of PKCS#1 wants a smaller exponent than that of PKIX. */
function isNumberToGo(key: KeyObject, type: "pkcs1" | "spki"): boolean {
    if (key.asymmetricKeyType !== "rsa") {
        return true;
    }
    const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
    const largest = type === "pkcs1" ? MAXIMUM_RSA_EXPONENT : MAXIMUM_GO_INT;
    return modulusLength > 0 && publicExponent > 0n && publicExponent <= largest;
}

function isKnownToGo(key: KeyObject): boolean {
    const type = key.asymmetricKeyType ?? "";
    return TYPES_OF_GO.includes(type) && (type !== "ec" || coordinateBytesOf(key) !== undefined);
}

/**
 * Whether the DER is the one that Go takes for this key. OpenSSL reads more than one form of some keys, but writes all
 * except elliptic curve keys in one form; of those it keeps the form of the curve and of the point.
 */
function isCanonical(key: KeyObject, der: Buffer): boolean {
    // PKCS#1 is the end of the PKIX DER of the same key.
    if (!key.export({ type: "spki", format: "der" }).subarray(-der.length).equals(der)) {
        return false;
    }
    const coordinateBytes = coordinateBytesOf(key);
    if (coordinateBytes === undefined) {
        return true;
    }
    // The point ends the DER: 0x04 and both coordinates (SEC 1, 2.3.3). A curve by name takes less than two more
    // coordinates, explicit parameters take at least six.
    return der.at(-1 - 2 * coordinateBytes) === 4 && der.length < 4 * coordinateBytes;
}

/** The size of a coordinate on one of Go's curves; undefined for every other key. */
export function coordinateBytesOf(key: KeyObject): number | undefined {
    return COORDINATE_BYTES.get(key.asymmetricKeyDetails?.namedCurve ?? "");
}

function whyNeverVerified(key: KeyObject): string | undefined {
    const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
    switch (key.asymmetricKeyType) {
        case "dsa":
        case "x25519":
            return "policy-controller has no verifier for such a key: unsupported public key type";
        case "rsa":
            return modulusLength < MINIMUM_RSA_BITS ||
                publicExponent < 3n ||
                publicExponent % 2n === 0n ||
                publicExponent > MAXIMUM_RSA_EXPONENT
                ? "Go's crypto/rsa refuses a key of this size or exponent"
                : undefined;
        default:
            return undefined;
    }
}
