/** Values for the fields of a policy, good ones and odd ones. What is odd may still be valid: that is the point of it. */
import { generateKeyPairSync } from "node:crypto";

import { CA, LEAF, OTHER_LEAF } from "./certificates";

import type { KeyObject } from "node:crypto";

/** Values that are fine, and values that deserve a second look. */
export interface Samples {
    good: readonly string[];
    odd: readonly string[];
}

export const GLOBS: Samples = {
    good: ["ghcr.io/acme/app@*", "ghcr.io/acme/**", "index.docker.io/library/nginx@*", "**"],
    odd: [
        ...["*", "*/*", "ghcr.io/acme/app", "ghcr.io/acme/app:1.2", "***", "-", "", "https://ghcr.io/x", "ghcr.io/a,b"],
        ...["app[1]", "a?c", "{a,b}", "a b", "\u00e4", "x\n", "ghcr.io/\\*", "[", "a#b", "$", "^x"],
    ],
};

export const URLS: Samples = {
    good: ["https://fulcio.example.com", "https://rekor.example.com:8443/api", "https://example.com"],
    odd: [
        ...[
            "",
            "http://example.com",
            "example.com",
            "localhost:8080",
            "https://",
            "ftp://x",
            "HTTPS://EXAMPLE.COM",
            "*",
        ],
        ...[
            "//example.com",
            "https:example.com",
            "https://user:pw@host/",
            "https://[::1]:80",
            "https://h#",
            "https://h?",
        ],
        ...[
            "https://exa mple.com",
            "https://a:b:c/",
            ":x",
            "%zz",
            "https://host:port",
            "a\tb",
            "https://[::1",
            "1://x",
        ],
    ],
};

export const HASHES: Samples = {
    good: ["sha256", "sha384", "sha512", "sha224"],
    odd: [
        "SHA256",
        " sha256 ",
        "sha-256",
        "sha1",
        "md5",
        "sha3845",
        "\u0085sha256",
        "\ufeffsha256",
        "sha256\u2029",
        "",
    ],
};

export const EXPRESSIONS: Samples = {
    good: ["^https://github\\.com/acme/", ".*@example\\.com$", "^a+$"],
    odd: [
        ...["(?P<n>a)", "(?P<n>a)(?P<n>b)", "\\p{Greek}", "(?i)ACME", "[[:alpha:]]", "\\Q(\\E", "a{1000}", "(?s).", ""],
        ...[
            "(?=x)",
            "(?<n>a)\\k<n>",
            "(?<!x)",
            "[",
            "a**",
            "x{1001}",
            "\\p{Foo}",
            "\\Z",
            "(",
            "*a",
            "\\",
            "(?#x)",
            "[z-a]",
        ],
    ],
};

export const REPOSITORIES: Samples = {
    good: ["ghcr.io/acme/signatures", "registry.example.com:5000/acme/signatures"],
    odd: [
        ...[
            "ghcr.io",
            "localhost:5000",
            "acme/app",
            "acme",
            "a",
            "docker.io/library/nginx",
            "GHCR.IO/acme/app",
            "ghcr.io//a",
        ],
        ...[
            "ghcr.io/Acme/app",
            "ghcr.io/acme/app:1",
            "ghcr.io/acme/app@sha256:abc",
            "https://ghcr.io/acme",
            "docker.io/nginx",
        ],
        ...[
            "index.docker.io/nginx",
            "ghcr.io/",
            "ghcr.io/a",
            "/acme",
            "ghcr.io:x/acme/app",
            "a b",
            "UPPER",
            "user@host/acme",
        ],
        ...[
            "x:y",
            ".",
            ":",
            "::",
            ":5000/aa",
            "[::1]:5000/aa",
            "[::1]",
            "ghcr.io/\u00e4\u00e4",
            "\u00e4",
            "",
            "\ufffd",
        ],
        `ghcr.io/${"a".repeat(256)}`,
    ],
};

const ACCOUNT = "arn:aws:kms:us-east-2:111122223333";
const KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab";

export const KMS: Samples = {
    good: [
        `awskms:///${ACCOUNT}:key/${KEY_ID}`,
        `awskms://localhost:4566/${ACCOUNT}:alias/ExampleAlias`,
        "azurekms://vault.vault.azure.net/key",
        "gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1",
        "hashivault://key",
    ],
    odd: [
        ...[`awskms:///${KEY_ID}`, "awskms:///alias/ExampleAlias", `awskms://${ACCOUNT}:key/${KEY_ID}`, "awskms://x"],
        ...[`awskms://arnold:80/${ACCOUNT}:key/${KEY_ID}`, `awskms://localhost/${ACCOUNT}:key/${KEY_ID}`, "awskms://"],
        ...[`awskms://[::1]:80/${ACCOUNT}:key/${KEY_ID}`, `awskms://[::1]/${ACCOUNT}:alias/x/y`],
        ...[
            `awskms://[a:80/${ACCOUNT}:alias/x`,
            `awskms://a]:80/${ACCOUNT}:alias/x`,
            `awskms://[a]b:80/${ACCOUNT}:alias/x`,
        ],
        ...["awskms:///arn:aws-eu:kms:us-east-2:111122223333:alias/x", "awskms:///arn:aws:kms:us-east-2:1:alias/x"],
        ...[`awskms:///${ACCOUNT}:key/mrk-${KEY_ID.replaceAll("-", "")}`, `awskms:///${ACCOUNT}:alias/x\u2028y`],
        ...[`awskms:///${ACCOUNT}:alias/`, `awskms://a:b:c/${ACCOUNT}:alias/x`, `awskms:///${ACCOUNT}:alias/x\ny`],
        ...[
            "azurekms://",
            "azurekms://v",
            "gcpkms://x",
            "hashivault://",
            "openbao://key",
            "AWSKMS:///x",
            "k8s://ns/name",
            "",
        ],
    ],
};

export const PREDICATE_TYPES: Samples = {
    good: ["https://slsa.dev/provenance/v1", "https://cosign.sigstore.dev/attestation/v1"],
    odd: [
        "custom",
        "spdx",
        "vuln",
        "openvex",
        "slsaprovenance1",
        "/path",
        "x:y",
        "no uri",
        "%",
        "",
        "*",
        "//x",
        "https://a#b",
    ],
};

function pem(key: KeyObject, type: "spki" | "pkcs1" = "spki"): string {
    return key.export({ type, format: "pem" }).toString();
}

function curve(namedCurve: string): KeyObject {
    return generateKeyPairSync("ec", { namedCurve }).publicKey;
}

const P256_PAIR = generateKeyPairSync("ec", { namedCurve: "P-256" });
const RSA = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;

/** Public keys by what they are. */
export const KEYS = {
    p224: pem(curve("P-224")),
    p256: pem(P256_PAIR.publicKey),
    p384: pem(curve("P-384")),
    p521: pem(curve("P-521")),
    secp256k1: pem(curve("secp256k1")),
    rsa2048: pem(RSA),
    rsa1024: pem(generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey),
    rsaPkcs1: pem(RSA, "pkcs1"),
    rsaPss: pem(generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).publicKey),
    ed25519: pem(generateKeyPairSync("ed25519").publicKey),
    ed448: pem(generateKeyPairSync("ed448").publicKey),
    x25519: pem(generateKeyPairSync("x25519").publicKey),
} as const;

/** The private half of `KEYS.p256`. */
export const PRIVATE_KEY = P256_PAIR.privateKey.export({ type: "pkcs8", format: "pem" }).toString();

export const PEMS: Samples = {
    good: [KEYS.p256, KEYS.rsa2048, KEYS.rsaPkcs1, KEYS.p384],
    odd: [
        ...Object.values(KEYS),
        ...[PRIVATE_KEY, CA, "", "text", "-----BEGIN PUBLIC KEY-----\n", CA + KEYS.p256, `\ufeff${KEYS.p256}`],
        "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
        ...[KEYS.p256.replaceAll("\n", "\r\n"), KEYS.p256.trim(), `junk\n${KEYS.p256}junk`, KEYS.p256 + KEYS.p384],
        ...[
            KEYS.p256.replaceAll("\n", ""),
            KEYS.p256.replaceAll("\n", "\n  "),
            `  ${KEYS.p256}`,
            PRIVATE_KEY + KEYS.p256,
        ],
        ...[KEYS.p256.replace("A", "*"), KEYS.p256.slice(0, 100), KEYS.p256.replaceAll("\n", "\\n")],
        ...[
            KEYS.p256.replaceAll("PUBLIC KEY", "EC PUBLIC KEY"),
            KEYS.rsaPkcs1.replaceAll("RSA PUBLIC KEY", "PUBLIC KEY"),
        ],
        KEYS.rsa2048.replaceAll("PUBLIC KEY", "RSA PUBLIC KEY"),
    ],
};

/** Bytes as a TrustRoot has them. */
export function base64(text: string): string {
    return Buffer.from(text, "utf8").toString("base64");
}

export const CHAINS: Samples = {
    good: [base64(CA), base64(LEAF + CA)],
    odd: [
        ...["", base64("text"), base64(LEAF + OTHER_LEAF + CA), base64(`${CA}\n\n`), base64(`${CA}junk`)],
        ...[base64(`junk\n${CA}`), "%%%", "YQ", base64(KEYS.p256)],
    ],
};

const LOG_KEY = base64(KEYS.p256);

export const LOG_KEYS: Samples = {
    good: [LOG_KEY],
    odd: ["", base64("text"), base64(KEYS.ed25519), base64(CA), "YQ=", `${LOG_KEY.slice(0, 40)}\n${LOG_KEY.slice(40)}`],
};

export const TUF_ROOTS: Samples = {
    good: [base64('{"signed":{},"signatures":[]}')],
    odd: [
        ...[
            "",
            "YQ=",
            base64("{}"),
            base64("null"),
            base64("[]"),
            base64('{"signatures":null}'),
            base64("{"),
            base64("1"),
        ],
        ...[base64('{"signatures":1,"x":1e999}'), base64('\ufeff{"signatures":1}'), base64('{"signatures":1}{}')],
    ],
};
