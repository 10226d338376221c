import type { KeyInspection } from "../../core/keys";

/** What policy-controller makes of a key, as JSON has it. */
export interface PolicyControllerAdvice {
    /** Whether it accepts image signatures of this key. Null where a password hides the algorithm. */
    acceptsSignatures: boolean | null;
    /** What `key.hashAlgorithm` of the authority must be set to. Null: nothing is to be set, or it is not known. */
    hashAlgorithm: string | null;
    /** The same as a sentence, and what else is to be done. */
    advice: string;
}

const KINDS: Readonly<Record<KeyInspection["kind"], string>> = {
    "public-key": "public key",
    "cosign-private-key": "private key, encrypted as cosign does",
    "plain-private-key": "private key, in clear: who can read this file can sign",
    "openssl-encrypted-private-key": "private key, encrypted by OpenSSL",
    certificate: "certificate",
    "certificate-request": "certificate request",
};

/** What must be done before an authority can name the key. */
const STEPS: Readonly<Record<KeyInspection["kind"], string>> = {
    "public-key": "",
    "cosign-private-key": " Give the policy its public half: signed-images keys public FILE.",
    "plain-private-key":
        " cosign signs with it once it is encrypted: signed-images keys import --from FILE --out PREFIX.",
    "openssl-encrypted-private-key":
        " Decrypt it (openssl pkey -in FILE -out PLAIN), import PLAIN (signed-images keys import), and destroy PLAIN.",
    certificate: " Give the policy the key inside it: openssl x509 -pubkey -noout -in FILE.",
    "certificate-request": " Give the policy the key inside it: openssl req -pubkey -noout -in FILE.",
};

/** What has to be set for policy-controller. */
export function policyControllerAdvice({ kind, publicKey }: KeyInspection): PolicyControllerAdvice {
    const step = STEPS[kind];
    if (publicKey === undefined) {
        const unknown =
            kind === "cosign-private-key"
                ? "The password would tell the algorithm, and with it what is to be set."
                : "What is to be set depends on the algorithm, which this file does not tell.";
        return { acceptsSignatures: null, hashAlgorithm: null, advice: `${unknown}${step}` };
    }
    const { hashAlgorithm, policyControllerRefusal } = publicKey;
    if (policyControllerRefusal !== undefined) {
        return { acceptsSignatures: false, hashAlgorithm: null, advice: policyControllerRefusal };
    }
    const setting =
        hashAlgorithm === undefined
            ? "Nothing is to be set: SHA-256 is what it verifies with."
            : `Set key.hashAlgorithm: ${hashAlgorithm} in the authority, or every signature is refused.`;
    return { acceptsSignatures: true, hashAlgorithm: hashAlgorithm ?? null, advice: `${setting}${step}` };
}

/** An inspection for people, one fact a line. */
export function inspectionText(inspection: KeyInspection): string {
    const { kind, format, pemType, encryption, publicKey } = inspection;
    const facts: [string, string | undefined][] = [
        ["kind", KINDS[kind]],
        ["format", `${format} (${pemType})`],
        [
            "encryption",
            encryption &&
                `${encryption.kdf} (N=${encryption.N}, r=${encryption.r}, p=${encryption.p}), ${encryption.cipher}`,
        ],
        ["algorithm", publicKey?.algorithm],
        ["fingerprint", publicKey?.fingerprint],
        ["as a label", publicKey?.fingerprintLabel],
        ["policy-controller", policyControllerAdvice(inspection).advice],
    ];
    return facts.flatMap(([name, fact]) => (fact === undefined ? [] : [`${`${name}:`.padEnd(19)}${fact}`])).join("\n");
}
