/**
 * Policies and trust roots that are sound but for the text of one field, which is put together of pieces that mean
 * something to the webhook's reader of that field.
 */
import fc from "fast-check";

import { CA } from "./certificates";
import {
    base64,
    CHAINS,
    EXPRESSIONS,
    GLOBS,
    HASHES,
    KEYS,
    KMS,
    PEMS,
    PRIVATE_KEY,
    REPOSITORIES,
    TUF_ROOTS,
    URLS,
} from "./samples";
import { policyOf, trustRootOf, withAuthorities, withIdentity, withSpec } from "./support";

import type { Document } from "./arbitraries";
import type { Samples } from "./samples";

const KEY = { key: { data: KEYS.p256 } };
const AUTHORITY = { subject: { organization: "o", commonName: "c" }, uri: "https://ca.example", certChain: base64(CA) };

/** Texts of pieces. */
function of(...pieces: string[]): fc.Arbitrary<string> {
    return fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 8 }).map((parts) => parts.join(""));
}

/** A sample with some characters taken out, put in or replaced. */
function like({ good, odd }: Samples, ...insertions: string[]): fc.Arbitrary<string> {
    const change = fc.tuple(fc.nat(400), fc.nat(2), fc.constantFrom("", ...insertions));
    return fc
        .tuple(fc.constantFrom(...good, ...odd), fc.array(change, { minLength: 1, maxLength: 3 }))
        .map(([sample, changes]) =>
            changes.reduce((text, [place, length, insertion]) => {
                const at = text.length === 0 ? 0 : place % text.length;
                return text.slice(0, at) + insertion + text.slice(at + length);
            }, sample),
        );
}

const URL_PIECES = [
    "https",
    "http",
    ":",
    "//",
    "/",
    "?",
    "#",
    "@",
    "[",
    "]",
    "%",
    "%41",
    "%zz",
    ".",
    "a",
    "1",
    " ",
    "\u00e4",
    "*",
    "::1",
    "%25",
    "\t",
    "\u007f",
    "&",
    "=",
    "+",
    "~",
    "|",
    "\\",
    '"',
    "<",
    "^",
    "`",
    "{",
    "-",
    "_",
    ";",
];
const url = fc.oneof(of(...URL_PIECES), like(URLS, ...URL_PIECES));

const EXPRESSION_PIECES = [
    "a",
    ".",
    "*",
    "+",
    "?",
    "(",
    ")",
    "[",
    "]",
    "^",
    "$",
    "|",
    "\\",
    "{",
    "}",
    "{2}",
    "{1,2}",
    "{2,1}",
    "{,2}",
    "{1001}",
    "-",
    "(?:",
    "(?i)",
    "(?-s:",
    "(?P<n>",
    "(?<n>",
    "(?P=n)",
    "(?=",
    "(?<=",
    "(?#",
    "\\d",
    "\\pL",
    "\\p{Greek}",
    "\\p{^Greek}",
    "\\PN",
    "\\x41",
    "\\x{10FFFF}",
    "\\x{110000}",
    "\\u0041",
    "\\Q",
    "\\E",
    "\\b",
    "\\B",
    "\\A",
    "\\z",
    "\\Z",
    "\\G",
    "\\C",
    "\\1",
    "\\01",
    "\\8",
    "\\_",
    "\\<",
    "\\a",
    "\\v",
    "\\e",
    "[[:alpha:]]",
    "[[:word:]]",
    "[:alpha:]",
    "[[:foo:]]",
    "[^",
    "[]",
    "[^]a]",
    "a-",
    "&&",
    "??",
    "*?",
    "++",
    "\u00e4",
    "\n",
];
const expression = fc.oneof(of(...EXPRESSION_PIECES), like(EXPRESSIONS, ...EXPRESSION_PIECES));

const REPOSITORY_PIECES = [
    "ghcr.io",
    "docker.io",
    "index.docker.io",
    "localhost",
    "/",
    ":",
    "5000",
    "acme",
    "a",
    "A",
    "_",
    "-",
    ".",
    "@",
    "library",
    "[::1]",
    "[",
    "]",
    "%41",
    "%",
    "?",
    "#",
    " ",
    "//",
    "https://",
    "\u00e4",
    "gcr.io",
    "sha256",
    "*",
    "+",
    "~",
    "\\",
];
const repository = fc.oneof(of(...REPOSITORY_PIECES), like(REPOSITORIES, ...REPOSITORY_PIECES));

const KMS_PIECES = [
    "awskms://",
    "azurekms://",
    "gcpkms://",
    "hashivault://",
    "/",
    ":",
    "arn:aws:kms:us-east-2:111122223333:",
    "arn:aws-us-gov:kms:us-gov-west-1:111122223333:",
    "key/",
    "alias/",
    "1234abcd-12ab-34cd-56ef-1234567890ab",
    "localhost",
    "80",
    "[::1]",
    "[",
    "]",
    "a",
    "_",
    "-",
    " ",
    "A",
    "\n",
    "\u2028",
    "\u00e4",
    "%",
    "?",
    "#",
    "projects/p/locations/l/keyRings/r/cryptoKeys/k",
    "/cryptoKeyVersions/1",
    "vault.azure.net/",
];
const kms = fc.oneof(of(...KMS_PIECES), like(KMS, ...KMS_PIECES));

const glob = fc.oneof(
    of(
        "*",
        "**",
        "a",
        "A",
        ".",
        "/",
        ":",
        "@",
        "-",
        "_",
        "[",
        "]",
        "^",
        "\\",
        "?",
        "{",
        "}",
        ",",
        "ghcr.io",
        " ",
        "\u00e4",
        "\n",
        "!",
        "+",
        "%",
        "\u0085",
    ),
    like(GLOBS, "[", "]", "\\", "-"),
);
const hash = fc.oneof(
    of(
        "sha",
        "256",
        "384",
        "SHA",
        "512",
        "224",
        " ",
        "\t",
        "\n",
        "-",
        "_",
        "\u0085",
        "\u00a0",
        "\ufeff",
        "\u2003",
        "\u2028",
        "\u017f",
        "\u212a",
        "3",
        "1",
    ),
    like(HASHES, " ", "\u017f", "\u200b", "\v", "\f", "\r"),
);
const pem = like(
    PEMS,
    "\n",
    "\r\n",
    " ",
    "-",
    "=",
    ":",
    "A",
    "*",
    "-----BEGIN PUBLIC KEY-----",
    "-----END PUBLIC KEY-----",
    "\n-----BEGIN PUBLIC KEY-----\n",
    "Proc-Type: 4,ENCRYPTED\n",
    "\n\n",
    "a: b\n",
    "\t",
    "\u0000",
    PRIVATE_KEY,
    KEYS.ed25519,
);
const chain = like(
    { good: CHAINS.good.map(decoded), odd: CHAINS.odd.map(decoded) },
    "\n",
    " ",
    "-",
    "=",
    "A",
    "-----BEGIN CERTIFICATE-----",
    "-----END CERTIFICATE-----",
    KEYS.p256,
    CA,
).map(base64);
const rootJson = fc
    .oneof(
        like(
            { good: TUF_ROOTS.good.map(decoded), odd: TUF_ROOTS.odd.map(decoded) },
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            '"',
            "null",
            "1",
            "1e999",
            "-0",
            "01",
            "\\u0041",
            "\\ud800",
            " ",
            "\n",
            "\u0001",
            "\ufeff",
            '"signatures":null',
            '"signatures":1,',
            "true",
            "NaN",
            "//",
        ),
    )
    .map(base64);
const encoded = fc.oneof(
    of("A", "AA", "=", "==", "QUJD", "\n", "\r", " ", "-", "_", "+", "/", "*"),
    like(CHAINS, "=", "\n", "-", " "),
);
const program = of(
    "https",
    "http",
    "://",
    "HTTPS",
    "example.com",
    "/",
    "?",
    "#",
    "@",
    ":",
    "443",
    "[::1]",
    " ",
    "%",
    "%zz",
    "user",
    "\\",
    "//",
    "opaque",
);

const ONE_FIELD: readonly fc.Arbitrary<Document>[] = [
    url.map((text) => withAuthorities({ ...KEY, ctlog: { url: text } })),
    url.map((text) => withAuthorities({ keyless: { url: text, identities: [{ issuer: "i", subject: "s" }] } })),
    url.map((mirror) => trustRootOf({ remote: { mirror, root: base64('{"signatures":[]}') } })),
    expression.map((subjectRegExp) => withIdentity({ issuer: "i", subjectRegExp })),
    repository.map((oci) => withAuthorities({ ...KEY, source: [{ oci }] })),
    kms.map((text) => withAuthorities({ key: { kms: text } })),
    glob.map((text) => withSpec({ images: [{ glob: text }] })),
    hash.map((hashAlgorithm) => withAuthorities({ key: { data: KEYS.p256, hashAlgorithm } })),
    pem.map((data) => withAuthorities({ key: { data } })),
    chain.map((certChain) =>
        trustRootOf({
            sigstoreKeys: { certificateAuthorities: [], timestampAuthorities: [{ ...AUTHORITY, certChain }] },
        }),
    ),
    encoded.map((certChain) =>
        trustRootOf({ sigstoreKeys: { certificateAuthorities: [{ ...AUTHORITY, certChain }] } }),
    ),
    rootJson.map((root) => trustRootOf({ remote: { root, mirror: "https://tuf.example" } })),
    program.map((text) => withSpec({ policy: { type: "rego", remote: { url: text, sha256sum: "0".repeat(64) } } })),
    of("a", "A", "0", "-", ".", "_", "a".repeat(63), "\u00e4", " ", "/").map((name) => ({
        ...policyOf(withSpec({}).spec),
        metadata: { name },
    })),
];

function decoded(text: string): string {
    return Buffer.from(text, "base64").toString("utf8");
}

/** A ClusterImagePolicy or TrustRoot with one such text. */
export const manifestWithOddText: fc.Arbitrary<Document> = fc.oneof(...ONE_FIELD);
