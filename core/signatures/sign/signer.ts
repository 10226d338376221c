import { createPublicKey, sign, type KeyObject } from "node:crypto";

import { cosignHashOfKey } from "../../policy/key-hash";
import { factsOf, supportedAlgorithm } from "../../keys/algorithm";
import { SigningError } from "./errors";

import type { HashAlgorithm } from "../../policy/spec";

/** A key that signs. */
export interface Signer {
    readonly publicKey: KeyObject;
    /** What it hashes with: cosign's choice for the key, which an authority must name where it is not SHA-256. */
    readonly hashAlgorithm: HashAlgorithm;
    sign(message: Uint8Array): Buffer;
}

/**
 * Signs as cosign does: ECDSA in DER, RSA with PKCS #1 v1.5, the hash by the key's size.
 *
 * @throws KeyError `key-unsupported-algorithm`; SigningError `key-never-accepted` for Ed25519
 */
export function keySigner(privateKey: KeyObject): Signer {
    const publicKey = createPublicKey(privateKey);
    const { policyControllerRefusal } = factsOf(supportedAlgorithm(publicKey));
    if (policyControllerRefusal !== undefined) {
        throw new SigningError("key-never-accepted", policyControllerRefusal);
    }
    const hashAlgorithm = cosignHashOfKey(publicKey);
    return { publicKey, hashAlgorithm, sign: (message) => sign(hashAlgorithm, message, privateKey) };
}
