import { createHook } from "node:async_hooks";
import { generateKeyPairSync, type KeyObject, type KeyPairKeyObjectResult } from "node:crypto";

import { expect } from "chai";

import { KeyError, type KeyAlgorithm, type KeyErrorCode } from "../../../core/keys";
import { encodeEnvelope } from "../../../core/keys/envelope";
import { encodePem } from "../../../core/keys/pem";
import { seal } from "../../../core/keys/seal";

/** One key pair of each algorithm that cosign signs with, made anew for each test run. */
export const KEYS: Readonly<Record<KeyAlgorithm, KeyPairKeyObjectResult>> = {
    "ecdsa-p256": generateKeyPairSync("ec", { namedCurve: "P-256" }),
    "ecdsa-p384": generateKeyPairSync("ec", { namedCurve: "P-384" }),
    "ecdsa-p521": generateKeyPairSync("ec", { namedCurve: "P-521" }),
    "rsa-2048": generateKeyPairSync("rsa", { modulusLength: 2048 }),
    "rsa-3072": generateKeyPairSync("rsa", { modulusLength: 3072 }),
    "rsa-4096": generateKeyPairSync("rsa", { modulusLength: 4096 }),
    ed25519: generateKeyPairSync("ed25519"),
};

export const ALGORITHMS = Object.keys(KEYS) as KeyAlgorithm[];

export const P256 = KEYS["ecdsa-p256"];

/** Keys that OpenSSL makes and cosign does not sign with. */
export const UNSUPPORTED: Readonly<Record<string, KeyPairKeyObjectResult>> = {
    "ecdsa-p224": generateKeyPairSync("ec", { namedCurve: "secp224r1" }),
    "ecdsa-secp256k1": generateKeyPairSync("ec", { namedCurve: "secp256k1" }),
    "rsa-1024": generateKeyPairSync("rsa", { modulusLength: 1024 }),
    "rsa-2048 with the exponent 3": generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 3 }),
    "rsa-pss": generateKeyPairSync("rsa-pss", { modulusLength: 2048 }),
    ed448: generateKeyPairSync("ed448"),
    x25519: generateKeyPairSync("x25519"),
    dsa: generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 }),
};

export function pkcs8Pem(key: KeyObject): string {
    return key.export({ type: "pkcs8", format: "pem" }).toString();
}

export function spkiPem(key: KeyObject): string {
    return key.export({ type: "spki", format: "pem" }).toString();
}

export function pkcs8Der(key: KeyObject): Buffer {
    return key.export({ type: "pkcs8", format: "der" });
}

/** The PEM forms in which OpenSSL writes this private key. */
export function plainForms(key: KeyObject): Record<string, string> {
    const forms: Record<string, string> = { "PKCS#8": pkcs8Pem(key) };
    if (key.asymmetricKeyType === "rsa") {
        forms["PKCS#1"] = key.export({ type: "pkcs1", format: "pem" }).toString();
    }
    if (key.asymmetricKeyType === "ec") {
        forms.SEC1 = key.export({ type: "sec1", format: "pem" }).toString();
    }
    return forms;
}

/** cosign's encrypted PEM around any bytes. */
export async function sealedPem(plaintext: Buffer, password: string): Promise<string> {
    return encodePem("ENCRYPTED SIGSTORE PRIVATE KEY", encodeEnvelope(await seal(plaintext, password)));
}

/** cosign's encrypted PEM around any JSON. */
export function pemOfJson(value: unknown): string {
    return encodePem("ENCRYPTED SIGSTORE PRIVATE KEY", Buffer.from(JSON.stringify(value)));
}

/** What `json.Marshal` of Go writes for a key; only as good as its parts. */
export const ENVELOPE = {
    kdf: { name: "scrypt", params: { N: 65536, r: 8, p: 1 }, salt: Buffer.alloc(32, 1).toString("base64") },
    cipher: { name: "nacl/secretbox", nonce: Buffer.alloc(24, 2).toString("base64") },
    ciphertext: Buffer.alloc(154, 3).toString("base64"),
};

/** A PEM text whose lines are joined otherwise than with LF. */
export function withLineEnds(pem: string, lineEnd: string): string {
    return pem.replaceAll("\n", lineEnd);
}

/** Expects a KeyError of this code that says what to do, and returns it. */
export async function refusal(code: KeyErrorCode, action: () => unknown): Promise<KeyError> {
    let error: unknown;
    try {
        await action();
    } catch (thrown) {
        error = thrown;
    }
    expect(error, "refused with a KeyError").to.be.instanceOf(KeyError);
    const keyError = error as KeyError;
    expect(keyError.code, keyError.message).to.equal(code);
    expect(keyError.cause).to.equal(undefined);
    // What is wrong, then what to do.
    expect(keyError.message).to.match(/^\S.*\. (?:\S.*\.)+$/s);
    return keyError;
}

/** Runs the action and counts the scrypt jobs that node:crypto was given meanwhile. */
export async function countScrypt(action: () => Promise<unknown>): Promise<number> {
    let jobs = 0;
    const hook = createHook({
        init: (_id, type) => {
            jobs += type === "SCRYPTREQUEST" ? 1 : 0;
        },
    }).enable();
    try {
        await action();
    } finally {
        hook.disable();
    }
    return jobs;
}
