import { createHash } from "node:crypto";

/** Of go-digest, which go-containerregistry checks digests with: hexadecimal digits by algorithm. */
const HEX_DIGITS = new Map([
    ["sha256", 64],
    ["sha384", 96],
    ["sha512", 128],
]);

/** Whether a text is a digest that bytes can be checked against. */
export function isDigest(text: string): boolean {
    const { algorithm, hex } = parts(text);
    return HEX_DIGITS.get(algorithm) === hex.length && /^[a-f0-9]+$/.test(hex);
}

/** Whether bytes have a digest. False where it is none. */
export function hasDigest(bytes: Buffer, digest: string): boolean {
    return isDigest(digest) && digestOf(bytes, parts(digest).algorithm) === digest;
}

export function digestOf(bytes: Buffer, algorithm = "sha256"): string {
    return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}

function parts(digest: string): { algorithm: string; hex: string } {
    const colon = digest.indexOf(":");
    return { algorithm: digest.slice(0, Math.max(colon, 0)), hex: digest.slice(colon + 1) };
}
