import { createHash, type KeyObject } from "node:crypto";

/** Half of SHA-256: enough that nobody finds a second key with the same label, and short enough for one. */
const LABEL_HEX_DIGITS = 32;

/** The fingerprint of a public key, in two forms. */
export interface Fingerprint {
    /** base64 of the SHA-256 of the key's PKIX DER: what cosign's bundles carry as `publicKey.hint`. 44 characters. */
    readonly fingerprint: string;
    /**
     * The first 32 hexadecimal digits of the same hash, for Kubernetes labels: base64 may hold characters that a label
     * value must not, and the whole hash in hexadecimal has 64 characters, one more than a label value may have.
     */
    readonly fingerprintLabel: string;
}

/** Fingerprints a public key. */
export function fingerprintOf(publicKey: KeyObject): Fingerprint {
    const digest = createHash("sha256")
        .update(publicKey.export({ type: "spki", format: "der" }))
        .digest();
    return {
        fingerprint: digest.toString("base64"),
        fingerprintLabel: digest.toString("hex").slice(0, LABEL_HEX_DIGITS),
    };
}
