import { constants, createPublicKey, verify } from "node:crypto";

import { decodePem } from "../../keys/pem";
import { readPublicKeyAsCluster } from "../../keys/public-key";
import { canonicalJson } from "./json";

import type { KeyObject, VerifyKeyObjectInput } from "node:crypto";

/** A key of a repository, in the names of TUF. */
export interface TufKey {
    keytype: string;
    scheme: string;
    keyval: { public: string };
    keyid_hash_algorithms?: unknown;
}

/** Whether a signature is right. */
type Verify = (payload: Buffer, signature: Buffer) => boolean;

/** A key that both TUF clients can use. For ECDSA the newer one hashes as the scheme says, and reads a second form of signatures. */
export interface Verifier {
    /** What two keys have in common exactly if they are the same, whatever their ids are. */
    identity: string;
    older: Verify;
    newer: Verify;
}

/** Reads a key; undefined for one that not both clients can use. Each then refuses the whole repository. */
export function verifierOf(key: TufKey): Verifier | undefined {
    const { keytype, scheme, keyval, keyid_hash_algorithms: algorithms } = key;
    const checks = keytype === "ed25519" ? ed25519(keyval.public) : withPem(keytype, scheme, keyval.public);
    return checks && { identity: String(canonicalJson([keytype, scheme, keyval, algorithms ?? null])), ...checks };
}

type Checks = Omit<Verifier, "identity">;

function same(check: Verify): Checks {
    return { older: check, newer: check };
}

function ed25519(text: string): Checks | undefined {
    if (!/^[0-9a-f]{64}$/i.test(text)) {
        return undefined;
    }
    const jwk = { kty: "OKP", crv: "Ed25519", x: Buffer.from(text, "hex").toString("base64url") };
    return same(checkWith(null, { key: createPublicKey({ key: jwk, format: "jwk" }) }));
}

const PEM_TYPES: ReadonlyMap<string, string> = new Map([
    ["rsa", "rsa"],
    ["ecdsa", "ec"],
    ["ecdsa-sha2-nistp256", "ec"],
]);

function withPem(keytype: string, scheme: string, text: string): Checks | undefined {
    const { key, neverVerifies } = readPem(text) ?? {};
    if (key === undefined || key.asymmetricKeyType !== PEM_TYPES.get(keytype)) {
        return undefined;
    }
    if (neverVerifies !== undefined) {
        return same(() => false);
    }
    if (keytype === "rsa") {
        const padding = constants.RSA_PKCS1_PSS_PADDING;
        return same(checkWith("sha256", { key, padding, saltLength: constants.RSA_PSS_SALTLEN_AUTO }));
    }
    const hash = scheme === "ecdsa-sha2-nistp384" ? "sha384" : "sha256";
    const [der, numbers] = [checkWith(hash, { key }), checkWith(hash, { key, dsaEncoding: "ieee-p1363" })];
    return {
        older: checkWith("sha256", { key }),
        newer: (payload, signature) => der(payload, signature) || numbers(payload, signature),
    };
}

function readPem(text: string): { key: KeyObject; neverVerifies?: string } | undefined {
    try {
        const key = readPublicKeyAsCluster(text);
        // The older client reads no other type.
        return decodePem(text)?.type === "PUBLIC KEY" ? key : undefined;
    } catch {
        return undefined;
    }
}

function checkWith(hash: string | null, key: VerifyKeyObjectInput): Verify {
    return (payload, signature) => {
        try {
            return verify(hash, payload, key, signature);
        } catch {
            return false;
        }
    };
}
