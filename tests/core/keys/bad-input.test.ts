import { expect } from "chai";
import fc from "fast-check";

import {
    importKeyPair,
    inspect,
    KeyError,
    keyPairFrom,
    MAXIMUM_KEY_CHARACTERS,
    openPrivateKey,
    publicKeyOf,
    readPublicKey,
    type KeyErrorCode,
    type KeyText,
} from "../../../core/keys";
import { decodePem, encodePem } from "../../../core/keys/pem";
import { ENVELOPE, P256, pemOfJson, pkcs8Der, pkcs8Pem, refusal, spkiPem, UNSUPPORTED } from "./support";

const PASSWORD = "never-shown-password";

const PUBLIC = spkiPem(P256.publicKey);
const PLAIN = pkcs8Pem(P256.privateKey);
const SEC1 = P256.privateKey.export({ type: "sec1", format: "pem" }).toString();
const SEALED = pemOfJson(ENVELOPE);
const OPENSSL_ENCRYPTED = P256.privateKey
    .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: PASSWORD })
    .toString();
const OPENSSL_ENCRYPTED_SEC1 = P256.privateKey
    .export({ type: "sec1", format: "pem", cipher: "aes-256-cbc", passphrase: PASSWORD })
    .toString();

/** Self-signed, of a key that nobody has. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBkjCCATegAwIBAgIUBYXM80dYuqedhdgHMagffXrjk2QwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSc2lnbmVkLWltYWdlcyB0ZXN0MCAXDTI2MTEyMjIyMDczOFoY
DzIxMjYxMDI5MjIwNzM4WjAdMRswGQYDVQQDDBJzaWduZWQtaW1hZ2VzIHRlc3Qw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAT0XV/7AE9AsyMDGDaQqiSBETa1dL0W
2CSJzvXEq70EjNC4BrPUySnzYuMEkdxPuDwcu6HIP/P7XgbZXezl8621o1MwUTAd
BgNVHQ4EFgQUw2RP04C1O85Tgb/ioOfsCmovHFowHwYDVR0jBBgwFoAUw2RP04C1
O85Tgb/ioOfsCmovHFowDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBG
AiEAklMzMIzrJX78JcFSGTcwGX14gsW4WsRL+tcd5futUjUCIQDmuPL+zV5++bDA
PlH0awIjlc5z/C7BlKpSXL4qfpiMUA==
-----END CERTIFICATE-----
`;

interface BadInput {
    readonly name: string;
    readonly text: KeyText;
    /** What each of READERS says, in that order. Absent: it is what that reader reads. */
    readonly codes: readonly (KeyErrorCode | undefined)[];
}

function everywhere(name: string, text: KeyText, code: KeyErrorCode): BadInput {
    return { name, text, codes: [code, code, code] };
}

const lastBodyLine = /\n[^\n]*\n-----END/;

const BAD_INPUTS: readonly BadInput[] = [
    everywhere("nothing", "", "key-no-pem"),
    everywhere("text", "not a key\n", "key-no-pem"),
    everywhere("DER", pkcs8Der(P256.privateKey), "key-not-text"),
    everywhere("bytes that are not UTF-8", Buffer.from([0xc3, 0x28]), "key-not-text"),
    everywhere("UTF-16, as PowerShell writes it", Buffer.from(`\uFEFF${PLAIN}`, "utf16le"), "key-not-text"),
    everywhere("text that was decoded with losses", PLAIN.replace("M", "\uFFFD"), "key-not-text"),
    everywhere("a megabyte", `${PLAIN}${" ".repeat(1024 * 1024)}`, "key-too-large"),
    everywhere("a byte order mark", `\uFEFF${PLAIN}`, "key-no-pem"),
    everywhere("indentation", PLAIN.replaceAll(/^/gm, "    "), "key-no-pem"),
    everywhere("\\n instead of line ends", PLAIN.replaceAll("\n", "\\n"), "key-no-pem"),
    everywhere("a PEM block on one line", PLAIN.replaceAll("\n", " "), "key-no-pem"),
    everywhere("a PEM block without its END", PLAIN.slice(0, PLAIN.indexOf("-----END")), "key-truncated"),
    everywhere("a PEM block cut off in its body", PLAIN.slice(0, 100), "key-truncated"),
    everywhere("a PEM block of which a character is lost", PLAIN.replace("M", ""), "key-malformed"),
    everywhere("an END of another type", PLAIN.replace("END PRIVATE", "END PUBLIC"), "key-malformed"),
    everywhere("two PEM blocks", PUBLIC + PUBLIC, "key-several-blocks"),
    everywhere("a private key and its public half", PLAIN + PUBLIC, "key-several-blocks"),
    everywhere("text behind the END line", `${PLAIN}trailing\n`, "key-trailing-data"),
    everywhere("a certificate", CERTIFICATE, "key-is-certificate"),
    everywhere(
        "a certificate request",
        CERTIFICATE.replaceAll("CERTIFICATE", "CERTIFICATE REQUEST"),
        "key-is-certificate",
    ),
    everywhere("an OpenSSH key", encodePem("OPENSSH PRIVATE KEY", Buffer.from("openssh")), "key-unsupported-type"),
    everywhere("an OpenPGP key", encodePem("PGP PRIVATE KEY BLOCK", Buffer.from("pgp")), "key-unsupported-type"),
    everywhere("an old DSA key", encodePem("DSA PRIVATE KEY", Buffer.from("dsa")), "key-unsupported-type"),
    everywhere("only the parameters of a curve", encodePem("EC PARAMETERS", Buffer.from("ec")), "key-unsupported-type"),
    everywhere(
        "the parameters of a curve and a key",
        encodePem("EC PARAMETERS", Buffer.from("ec")) + SEC1,
        "key-several-blocks",
    ),
    { name: "a public key", text: PUBLIC, codes: [undefined, "key-is-public", "key-is-public"] },
    { name: "a private key in clear", text: PLAIN, codes: ["key-is-private", undefined, "key-not-encrypted"] },
    {
        name: "a private key in cosign's form",
        text: SEALED,
        codes: ["key-is-private", "key-already-encrypted", "password-wrong"],
    },
    {
        name: "an encrypted PKCS#8",
        text: OPENSSL_ENCRYPTED,
        codes: ["key-is-private", "key-encrypted-by-openssl", "key-encrypted-by-openssl"],
    },
    {
        name: "a PEM block that OpenSSL encrypted",
        text: OPENSSL_ENCRYPTED_SEC1,
        codes: ["key-is-private", "key-encrypted-by-openssl", "key-encrypted-by-openssl"],
    },
    {
        name: "a private key with bytes behind it",
        text: encodePem("PRIVATE KEY", Buffer.concat([pkcs8Der(P256.privateKey), Buffer.from("more")])),
        codes: ["key-is-private", "key-trailing-data", "key-not-encrypted"],
    },
    {
        name: "a private key without its last line",
        text: PLAIN.replace(lastBodyLine, "\n-----END"),
        codes: ["key-is-private", "key-truncated", "key-not-encrypted"],
    },
    {
        name: "a private key of another kind",
        text: pkcs8Pem(UNSUPPORTED.dsa?.privateKey ?? P256.privateKey),
        codes: ["key-is-private", "key-unsupported-algorithm", "key-not-encrypted"],
    },
    {
        name: "an encrypted key without its last line",
        text: SEALED.replace(lastBodyLine, "\n-----END"),
        codes: ["key-is-private", "key-already-encrypted", "envelope-malformed"],
    },
    {
        name: "text where the JSON should be",
        text: encodePem("ENCRYPTED COSIGN PRIVATE KEY", Buffer.from("no JSON")),
        codes: ["key-is-private", "key-already-encrypted", "envelope-malformed"],
    },
];

const READERS: readonly [name: string, read: (text: KeyText) => unknown][] = [
    ["readPublicKey", readPublicKey],
    ["importKeyPair", (text) => importKeyPair(text, PASSWORD)],
    ["openPrivateKey", (text) => openPrivateKey(text, PASSWORD)],
];

describe("bad input", () => {
    for (const { name, text, codes } of BAD_INPUTS) {
        for (const [index, [reader, read]] of READERS.entries()) {
            const code = codes[index];
            if (code === undefined) {
                continue;
            }
            it(`${reader} refuses ${name}: ${code}`, async () => {
                const error = await refusal(code, () => read(text));
                expectNoContent(error.message, text);
            });
        }
    }

    it("is refused with advice that fits: how a PEM text broke on its way", async () => {
        const broken: [text: string, advice: RegExp][] = [
            [`\uFEFF${PUBLIC}`, /byte order mark/],
            [PUBLIC.replaceAll("\n", "\\n"), /two characters \\n/],
            [PUBLIC.replaceAll(/^/gm, "  "), /indentation/],
            [PUBLIC.replace("-----END", "  -----END"), /indentation/],
            [encodePem("EC PARAMETERS", Buffer.from("ec")) + SEC1, /-noout/],
            [PLAIN, /keys public FILE/],
            [CERTIFICATE, /openssl x509 -pubkey -noout/],
        ];
        for (const [text, advice] of broken) {
            const error = await refusal(await codeOf(() => readPublicKey(text)), () => readPublicKey(text));
            expect(error.message).to.match(advice);
        }
    });

    it("is refused before anything is read where it is larger than any key", async () => {
        const start = performance.now();
        const hugeBytes = 256 * 1024 * 1024;
        await refusal("key-too-large", () => readPublicKey(Buffer.alloc(hugeBytes)));
        await refusal("key-too-large", () => inspect("A".repeat(MAXIMUM_KEY_CHARACTERS + 1)));
        expect(performance.now() - start).to.be.lessThan(2000);
    });

    it("is refused by the other readers as well", async () => {
        await refusal("key-is-public", () => publicKeyOf(PUBLIC, PASSWORD));
        await refusal("key-several-blocks", () => keyPairFrom(PLAIN + PLAIN, PASSWORD));
        await refusal("key-trailing-data", () => inspect(`${PUBLIC}trailing`));
        await refusal("envelope-malformed", () => inspect(pemOfJson({})));
    });

    it("shows nothing of a key or a password where the error is printed", async () => {
        const error = await refusal("password-wrong", () => openPrivateKey(SEALED, PASSWORD));
        expect(String(error) + JSON.stringify(error) + (error.stack ?? "")).to.not.include(PASSWORD);
    });

    it("is a certificate whose key OpenSSL does not know, in whatever byte it is broken", async () => {
        const certificate = decodePem(CERTIFICATE)?.body ?? Buffer.alloc(0);
        const ecPublicKeyOid = Buffer.from("06072a8648ce3d0201", "hex");
        const broken = Buffer.from(certificate);
        broken.writeUInt8(0x7f, certificate.indexOf(ecPublicKeyOid) + ecPublicKeyOid.length - 1);
        await refusal("key-malformed", () => inspect(encodePem("CERTIFICATE", broken)));
        fc.assert(
            fc.property(fc.nat(certificate.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
                const other = Buffer.from(certificate);
                other.writeUInt8(other.readUInt8(place) ^ change, place);
                try {
                    inspect(encodePem("CERTIFICATE", other));
                } catch (error) {
                    expect(error).to.be.instanceOf(KeyError);
                }
            }),
        );
    });

    it("is a certificate in a policy, and can be inspected", async () => {
        await refusal("key-is-certificate", () => readPublicKey(CERTIFICATE));
        expect(inspect(CERTIFICATE)).to.deep.include({ kind: "certificate", format: "X.509" });
        expect(inspect(CERTIFICATE).publicKey?.algorithm).to.equal("ecdsa-p256");
    });
});

async function codeOf(action: () => unknown): Promise<KeyErrorCode> {
    try {
        await action();
    } catch (error) {
        return (error as { code: KeyErrorCode }).code;
    }
    throw new Error("nothing was refused");
}

/** No eight characters of a body, in base64 or decoded, and not the password. */
function expectNoContent(message: string, text: KeyText): void {
    expect(message).to.not.include(PASSWORD);
    const body = text.toString().replaceAll(/-----[^-]*-----|\s/g, "");
    for (let start = 0; start + 8 <= Math.min(body.length, 4096); start++) {
        expect(message).to.not.include(body.slice(start, start + 8));
    }
}
