import { expect } from "chai";

import { generateKeyPair, inspect, inspectWithPassword, readPublicKey } from "../../../core/keys";
import { encodePem } from "../../../core/keys/pem";
import { KEYS, P256, pkcs8Der, plainForms, refusal, spkiPem } from "./support";

describe("inspecting a key file", () => {
    it("tells a public key", () => {
        expect(inspect(spkiPem(KEYS["ecdsa-p384"].publicKey))).to.deep.equal({
            kind: "public-key",
            pemType: "PUBLIC KEY",
            format: "PKIX",
            publicKey: readPublicKey(spkiPem(KEYS["ecdsa-p384"].publicKey)),
        });
        const pkcs1 = KEYS["rsa-2048"].publicKey.export({ type: "pkcs1", format: "pem" }).toString();
        expect(inspect(pkcs1)).to.include({ pemType: "RSA PUBLIC KEY", format: "PKCS#1" });
    });

    it("tells cosign's encryption without the password, and the key with it", async () => {
        const pair = await generateKeyPair("hello");
        const closed = inspect(pair.privateKey);
        expect(closed).to.deep.equal({
            kind: "cosign-private-key",
            pemType: "ENCRYPTED SIGSTORE PRIVATE KEY",
            format: "cosign",
            encryption: { kdf: "scrypt", N: 65536, r: 8, p: 1, cipher: "nacl/secretbox" },
        });
        expect(await inspectWithPassword(pair.privateKey, "hello")).to.deep.equal({
            ...closed,
            publicKey: readPublicKey(pair.publicKey),
        });
        await refusal("password-wrong", () => inspectWithPassword(pair.privateKey, "Hello"));
    });

    it("tells a private key in clear, of which only the public half comes out", () => {
        for (const { privateKey, publicKey } of Object.values(KEYS)) {
            for (const [format, pem] of Object.entries(plainForms(privateKey))) {
                const inspection = inspect(pem);
                expect(inspection).to.deep.include({
                    kind: "plain-private-key",
                    format,
                    publicKey: readPublicKey(spkiPem(publicKey)),
                });
                expect(JSON.stringify(inspection)).to.not.include(
                    pkcs8Der(privateKey).toString("base64").slice(48, 90),
                );
            }
        }
    });

    it("tells a private key that OpenSSL encrypted", () => {
        const options = { format: "pem", cipher: "aes-256-cbc", passphrase: "hello" } as const;
        const pkcs8 = P256.privateKey.export({ ...options, type: "pkcs8" }).toString();
        const sec1 = P256.privateKey.export({ ...options, type: "sec1" }).toString();
        expect(inspect(pkcs8)).to.deep.equal({
            kind: "openssl-encrypted-private-key",
            pemType: "ENCRYPTED PRIVATE KEY",
            format: "encrypted PKCS#8",
        });
        expect(inspect(sec1)).to.include({ kind: "openssl-encrypted-private-key", format: "encrypted PEM" });
    });

    it("refuses a certificate that is none, and a type that is no key's", async () => {
        await refusal("key-malformed", () => inspect(encodePem("CERTIFICATE", Buffer.from("text"))));
        const error = await refusal("key-unsupported-type", () =>
            inspect(encodePem("DIARY OF SECRETS", Buffer.from("text"))),
        );
        expect(error.message).to.not.include("DIARY");
    });

    it("tells a certificate request without reading it", () => {
        expect(inspect(encodePem("CERTIFICATE REQUEST", Buffer.from("text")))).to.include({ format: "PKCS#10" });
    });
});
