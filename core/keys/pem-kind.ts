/**
 * What a PEM block is by its type, and what to say where another kind was needed.
 */
import { KeyError } from "./errors";
import type { PemBlock } from "./pem";

/** What `marshalKeyPair` writes and what `LoadPrivateKey` reads besides (pkg/cosign/keys.go). */
export const SIGSTORE_PRIVATE_KEY = "ENCRYPTED SIGSTORE PRIVATE KEY";
const COSIGN_PRIVATE_KEY = "ENCRYPTED COSIGN PRIVATE KEY";

/** What a PEM block holds, as far as its type and headers tell. */
export type PemKind =
    | "public-key"
    | "cosign-private-key"
    | "plain-private-key"
    | "openssl-encrypted-private-key"
    | "certificate"
    | "certificate-request"
    | "unsupported";

const KIND_OF_TYPE: ReadonlyMap<string, PemKind> = new Map<string, PemKind>([
    ["PUBLIC KEY", "public-key"],
    ["RSA PUBLIC KEY", "public-key"],
    [SIGSTORE_PRIVATE_KEY, "cosign-private-key"],
    [COSIGN_PRIVATE_KEY, "cosign-private-key"],
    ["PRIVATE KEY", "plain-private-key"],
    ["RSA PRIVATE KEY", "plain-private-key"],
    ["EC PRIVATE KEY", "plain-private-key"],
    ["ENCRYPTED PRIVATE KEY", "openssl-encrypted-private-key"],
    ["CERTIFICATE", "certificate"],
    ["X509 CERTIFICATE", "certificate"],
    ["TRUSTED CERTIFICATE", "certificate"],
    ["CERTIFICATE REQUEST", "certificate-request"],
    ["NEW CERTIFICATE REQUEST", "certificate-request"],
]);

const ADVICE_OF_UNSUPPORTED_TYPE: ReadonlyMap<string, string> = new Map([
    [
        "OPENSSH PRIVATE KEY",
        "It is in OpenSSH's own format. Rewrite a copy of it as PKCS#8: ssh-keygen -p -m PKCS8 -f COPY.",
    ],
    [
        "PGP PRIVATE KEY BLOCK",
        "It is an OpenPGP key, which cosign cannot use. Generate a key: signed-images keys generate.",
    ],
    [
        "PGP PUBLIC KEY BLOCK",
        "It is an OpenPGP key, which cosign cannot use. Generate a key: signed-images keys generate.",
    ],
    ["DSA PRIVATE KEY", "It is a DSA key, which cosign cannot use. Generate a key: signed-images keys generate."],
    ["EC PARAMETERS", "It holds only the curve's parameters. Give the EC PRIVATE KEY block that belongs to them."],
]);

/** What the block is. Headers matter only where OpenSSL's older encryption puts them (`x509.IsEncryptedPEMBlock`). */
export function kindOf(block: PemBlock): PemKind {
    const kind = KIND_OF_TYPE.get(block.type) ?? "unsupported";
    return kind === "plain-private-key" && block.headers.includes("DEK-Info") ? "openssl-encrypted-private-key" : kind;
}

/**
 * Asks for one kind of block.
 *
 * @throws {@link KeyError} `key-is-public`, `key-is-private`, `key-is-certificate`, `key-not-encrypted`,
 * `key-already-encrypted`, `key-encrypted-by-openssl`, `key-unsupported-type`
 */
export function requireKind(block: PemBlock, wanted: "public-key" | "cosign-private-key" | "plain-private-key"): void {
    const found = kindOf(block);
    if (found !== wanted) {
        throw wrongKind(block, found, wanted);
    }
}

/** The error for a block of which nothing can be said but its type. */
export function unsupportedType(block: PemBlock, wanted?: PemKind): KeyError {
    return new KeyError(
        "key-unsupported-type",
        ADVICE_OF_UNSUPPORTED_TYPE.get(block.type) ??
            `The PEM type is none that cosign knows. Give a block ${typesOf(wanted).join(" or ")}.`,
        "pem.type",
    );
}

/** The PEM types of one kind; of all keys, where no kind was asked for. */
function typesOf(wanted: PemKind | undefined): string[] {
    return [...KIND_OF_TYPE]
        .filter(([type, kind]) => kind === wanted || (wanted === undefined && type.endsWith(" KEY")))
        .map(([type]) => type);
}

function wrongKind(block: PemBlock, found: PemKind, wanted: PemKind): KeyError {
    const wantsPublic = wanted === "public-key";
    switch (found) {
        case "public-key":
            return new KeyError(
                "key-is-public",
                "This is a public key, where the private half is needed. Give the file that ends in .key.",
                "pem.type",
            );
        case "certificate":
        case "certificate-request":
            return new KeyError("key-is-certificate", certificateAdvice(found, wantsPublic), "pem.type");
        case "unsupported":
            return unsupportedType(block, wanted);
        default:
            return wantsPublic
                ? new KeyError(
                      "key-is-private",
                      "This is a private key, where the public half is needed: who can read it here could sign. Write its public half: signed-images keys public FILE. Where it was stored in clear, replace the key.",
                      "pem.type",
                  )
                : wrongPrivateKey(found);
    }
}

function certificateAdvice(found: "certificate" | "certificate-request", wantsPublic: boolean): string {
    if (!wantsPublic) {
        return "This is a certificate, where a private key is needed. Give the private key that belongs to it.";
    }
    const command =
        found === "certificate" ? "openssl x509 -pubkey -noout -in FILE" : "openssl req -pubkey -noout -in FILE";
    return `This is a certificate, not a public key. Write the key inside it: ${command}.`;
}

function wrongPrivateKey(found: PemKind): KeyError {
    switch (found) {
        case "cosign-private-key":
            return new KeyError(
                "key-already-encrypted",
                "This key is in cosign's encrypted form already. Use it as it is, with its password.",
                "pem.type",
            );
        case "openssl-encrypted-private-key":
            return new KeyError(
                "key-encrypted-by-openssl",
                "This key is encrypted by OpenSSL, not by cosign. Decrypt it (openssl pkey -in FILE -out PLAIN), import PLAIN (signed-images keys import), and destroy PLAIN.",
                "pem.type",
            );
        default:
            return new KeyError(
                "key-not-encrypted",
                "This private key is in clear, where cosign's encrypted form is needed. Import it: signed-images keys import --from FILE --out PREFIX.",
                "pem.type",
            );
    }
}
