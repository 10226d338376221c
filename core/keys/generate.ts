import { generateKeyPair as generateKeyPairOf } from "node:crypto";
import { promisify } from "node:util";

import { sealKeyPair, type CosignKeyPairPem } from "./key-pair";

const generate = promisify(generateKeyPairOf);

/**
 * Makes a new key pair as `cosign generate-key-pair` does: ECDSA on P-256, which every verifier takes without further
 * settings.
 *
 * Takes about 0.25 s and 64 MiB (scrypt), off the event loop.
 *
 * @param password what cosign will ask for (`COSIGN_PASSWORD`); the empty one is legal, and as good as no encryption
 * @returns both halves as PEM, byte for byte in the form that cosign writes
 * @throws {@link KeyError} `password-not-unicode`
 */
export async function generateKeyPair(password: string): Promise<CosignKeyPairPem> {
    const { privateKey } = await generate("ec", { namedCurve: "P-256" });
    return sealKeyPair(privateKey, password);
}
