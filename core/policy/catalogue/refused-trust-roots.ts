import type { RuleTexts } from "./types";

/** What the API server or the webhook refuses in a TrustRoot. */
export const REFUSED_TRUST_ROOTS = {
    "trust-root-kind-count": [
        "exactly one of repository, remote and sigstoreKeys makes a trust root",
        "The webhook counts them before it looks at anything else.",
        "Keep one.",
    ],
    "trust-root-mirror-missing": [
        "the TUF repository has no URL",
        "The controller reads it over the network.",
        "Write the URL.",
    ],
    "trust-root-mirror-fs-missing": [
        "the TUF repository has no files",
        "They come with the object.",
        "Write a gzipped tar archive in base64.",
    ],
    "trust-root-mirror-fs-invalid": [
        "a TUF client refuses these files",
        "The webhook runs a whole TUF client over them: signatures, versions, hashes and dates, from the given root to the targets.",
        "Fetch the repository again, and pack it unchanged.",
    ],
    "trust-root-root-missing": [
        "a TUF repository needs its first root.json",
        "Trust begins with it.",
        "Write it in base64.",
    ],
    "trust-root-root-invalid": [
        "this is no root.json of a TUF repository",
        "It is a JSON object with signatures.",
        "Write it in base64: base64 -w0 root.json.",
    ],
    "trust-root-authorities-missing": [
        "sigstoreKeys needs its list of certificate authorities",
        "The list must be there; empty, it needs time-stamping authorities or logs beside it.",
        "List the authorities, or write an empty list.",
    ],
    "trust-root-bytes-missing": [
        "certificates or a key are missing",
        "The API server refuses the null that the webhook's decoder puts in their place.",
        "Write the PEM in base64.",
    ],
    "trust-root-entry-incomplete": [
        "a field of the entry is missing",
        "Authorities have subject, uri and certChain; logs baseURL, hashAlgorithm and publicKey.",
        "Fill it in.",
    ],
    "trust-root-chain-invalid": [
        "the time-stamping certificates cannot be used",
        "The chain is PEM, with at most one certificate that is no authority.",
        "Write that certificate, its authorities, and the root last.",
    ],
} as const satisfies Record<string, RuleTexts>;
