import { sign, verify } from "node:crypto";

import { expect } from "chai";
import fc from "fast-check";

import { readPublicKey, generateKeyPair, openPrivateKey, publicKeyOf, type CosignKeyPairPem } from "../../../core/keys";
import { decodeEnvelope } from "../../../core/keys/envelope";
import { decodePem, encodePem } from "../../../core/keys/pem";
import { countScrypt, P256, pkcs8Der, refusal, sealedPem, withLineEnds } from "./support";

const PASSWORD = "correct horse battery staple";

/** As `json.Marshal` of Go writes `data` of go-securesystemslib: the order of fields, no blanks. */
const COSIGN_JSON =
    /^\{"kdf":\{"name":"scrypt","params":\{"N":65536,"r":8,"p":1\},"salt":"[A-Za-z0-9+/]{43}="\},"cipher":\{"name":"nacl\/secretbox","nonce":"[A-Za-z0-9+/]{32}"\},"ciphertext":"[A-Za-z0-9+/]{206}=="\}$/;

describe("a generated key pair", () => {
    let pair: CosignKeyPairPem;

    before(async () => {
        pair = await generateKeyPair(PASSWORD);
    });

    it("has cosign's PEM: 64 characters a line and a newline at the end", () => {
        expect(pair.privateKey).to.match(
            /^-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n(?:[A-Za-z0-9+/]{64}\n)+[A-Za-z0-9+/]{1,63}={0,2}\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n$/,
        );
        expect(pair.publicKey).to.match(/^-----BEGIN PUBLIC KEY-----\n.{64}\n.{60}\n-----END PUBLIC KEY-----\n$/);
    });

    it("has cosign's JSON inside, around PKCS#8 of 138 bytes as Go writes it", () => {
        expect(decodePem(pair.privateKey)?.body.toString()).to.match(COSIGN_JSON);
    });

    it("is ECDSA on P-256, and both halves belong together", async () => {
        const privateKey = await openPrivateKey(pair.privateKey, PASSWORD);
        const message = Buffer.from("message");
        expect(verify("sha256", message, pair.publicKey, sign("sha256", message, privateKey))).to.equal(true);
        expect(await publicKeyOf(pair.privateKey, PASSWORD)).to.deep.equal(readPublicKey(pair.publicKey));
        expect(readPublicKey(pair.publicKey).algorithm).to.equal("ecdsa-p256");
    });

    it("is another one each time, with another salt and nonce", async () => {
        const other = await generateKeyPair(PASSWORD);
        expect(other.publicKey).to.not.equal(pair.publicKey);
        const [first, second] = [pair, other].map(({ privateKey }) =>
            decodeEnvelope(decodePem(privateKey)?.body ?? Buffer.alloc(0)),
        );
        expect(first?.salt.equals(second?.salt ?? Buffer.alloc(0))).to.equal(false);
        expect(first?.nonce.equals(second?.nonce ?? Buffer.alloc(0))).to.equal(false);
    });

    it("leaves the event loop free while scrypt runs", async () => {
        let ticks = 0;
        const timer = setInterval(() => (ticks += 1), 10);
        expect(await countScrypt(() => generateKeyPair(PASSWORD))).to.equal(1);
        clearInterval(timer);
        expect(ticks).to.be.greaterThan(3);
    });

    it("opens with its own password and with no other", async () => {
        const password = fc.oneof(
            fc.constantFrom("", " ", "\n", "hello", "pässwörd", "密码", "🔑", "e\u0301", "\u00e9", "trailing\n"),
            fc.string({ unit: "grapheme", maxLength: 40 }),
        );
        const passwords = fc.uniqueArray(password, { minLength: 2, maxLength: 2 });
        await fc.assert(
            fc.asyncProperty(passwords, async ([own = "", other = ""]) => {
                const made = await generateKeyPair(own);
                const [opened] = await Promise.all([
                    publicKeyOf(made.privateKey, own),
                    refusal("password-wrong", () => openPrivateKey(made.privateKey, other)),
                ]);
                expect(opened.pem).to.equal(made.publicKey);
            }),
            { numRuns: 4 },
        );
    }).timeout(60_000);

    it("is not made with a password that has no UTF-8 form", async () => {
        const error = await refusal("password-not-unicode", () => generateKeyPair("secret\ud83d"));
        expect(error.field).to.equal("password");
        expect(error.message).to.not.include("secret");
    });
});

describe("an encrypted private key", () => {
    let pem: string;

    before(async () => {
        pem = await sealedPem(pkcs8Der(P256.privateKey), PASSWORD);
    });

    it("is read with cosign's older PEM type", async () => {
        const older = pem.replaceAll("SIGSTORE", "COSIGN");
        expect((await openPrivateKey(older, PASSWORD)).equals(P256.privateKey)).to.equal(true);
    });

    it("is read with Windows line ends, with text in front, and as bytes", async () => {
        const forms = [withLineEnds(pem, "\r\n"), `release key\n${pem}`, Buffer.from(pem), `${pem}\n\n`];
        for (const form of forms) {
            expect((await openPrivateKey(form, PASSWORD)).equals(P256.privateKey)).to.equal(true);
        }
    });

    it("does not decrypt with any changed byte of salt, nonce or ciphertext", async () => {
        const body = decodePem(pem)?.body.toString() ?? "";
        const envelope = JSON.parse(body) as { kdf: { salt: string }; cipher: { nonce: string }; ciphertext: string };
        const changed = fc.record({
            field: fc.constantFrom("salt", "nonce", "ciphertext"),
            at: fc.nat(),
            bit: fc.integer({ min: 0, max: 7 }),
        });
        await fc.assert(
            fc.asyncProperty(changed, async ({ field, at, bit }) => {
                const flip = (base64: string) => {
                    const bytes = Buffer.from(base64, "base64");
                    bytes.writeUInt8(bytes.readUInt8(at % bytes.length) ^ (1 << bit), at % bytes.length);
                    return bytes.toString("base64");
                };
                const { kdf, cipher, ciphertext } = envelope;
                const tampered = {
                    kdf: { ...kdf, salt: field === "salt" ? flip(kdf.salt) : kdf.salt },
                    cipher: { ...cipher, nonce: field === "nonce" ? flip(cipher.nonce) : cipher.nonce },
                    ciphertext: field === "ciphertext" ? flip(ciphertext) : ciphertext,
                };
                const tamperedPem = encodePem("ENCRYPTED SIGSTORE PRIVATE KEY", Buffer.from(JSON.stringify(tampered)));
                await refusal("password-wrong", () => openPrivateKey(tamperedPem, PASSWORD));
            }),
            { numRuns: 6 },
        );
    }).timeout(60_000);

    it("is refused with SEC1 inside, as cosign refuses it", async () => {
        const legacy = await sealedPem(P256.privateKey.export({ type: "sec1", format: "der" }), PASSWORD);
        await refusal("key-legacy-sec1", () => openPrivateKey(legacy, PASSWORD));
    });

    it("is refused with anything else inside", async () => {
        await refusal("key-malformed", async () => openPrivateKey(await sealedPem(Buffer.from("text"), ""), ""));
        await refusal("key-malformed", async () =>
            openPrivateKey(await sealedPem(Buffer.from("3003020100", "hex"), ""), ""),
        );
    });
});
