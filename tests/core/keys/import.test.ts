import { createPrivateKey, createPublicKey, generateKeyPairSync, type JsonWebKey } from "node:crypto";

import { expect } from "chai";

import { generateKeyPair, importKeyPair, keyPairFrom, openPrivateKey } from "../../../core/keys";
import { decodeEnvelope } from "../../../core/keys/envelope";
import { readOnlyBlock } from "../../../core/keys/key-text";
import { encodePem } from "../../../core/keys/pem";
import { parsePrivateKey } from "../../../core/keys/private-key";
import { KEYS, P256, pkcs8Der, pkcs8Pem, plainForms, refusal, spkiPem, UNSUPPORTED, withLineEnds } from "./support";

const PASSWORD = "imported";

describe("importing a private key", () => {
    for (const [algorithm, { privateKey, publicKey }] of Object.entries(KEYS)) {
        const forms = plainForms(privateKey);
        it(`takes ${algorithm} as ${Object.keys(forms).join(", ")}`, async () => {
            const pairs = await Promise.all(Object.values(forms).map((pem) => importKeyPair(pem, PASSWORD)));
            for (const pair of pairs) {
                expect(pair.publicKey).to.equal(spkiPem(publicKey));
            }
            expect((await openPrivateKey(pairs.at(-1)?.privateKey ?? "", PASSWORD)).equals(privateKey)).to.equal(true);
        });
    }

    it("takes Windows line ends and bytes", async () => {
        const pem = Buffer.from(withLineEnds(plainForms(P256.privateKey).SEC1 ?? "", "\r\n"));
        expect((await importKeyPair(pem, "")).publicKey).to.equal(spkiPem(P256.publicKey));
    });

    for (const [name, { privateKey }] of Object.entries(UNSUPPORTED)) {
        it(`refuses ${name}`, async () => {
            for (const pem of Object.values(plainForms(privateKey))) {
                await refusal("key-unsupported-algorithm", () => importKeyPair(pem, PASSWORD));
            }
        });
    }

    it("refuses explicit curve parameters, which Go cannot read", async () => {
        const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256", paramEncoding: "explicit" });
        for (const pem of Object.values(plainForms(privateKey))) {
            await refusal("key-unsupported-algorithm", () => importKeyPair(pem, PASSWORD));
        }
    });

    it("refuses a body of another form than the PEM type says", async () => {
        const sec1 = P256.privateKey.export({ type: "sec1", format: "der" });
        const mislabelled = [
            encodePem("EC PRIVATE KEY", pkcs8Der(P256.privateKey)),
            encodePem("RSA PRIVATE KEY", pkcs8Der(KEYS["rsa-2048"].privateKey)),
            encodePem("PRIVATE KEY", sec1),
            encodePem("RSA PRIVATE KEY", sec1),
        ];
        for (const pem of mislabelled) {
            await refusal("key-malformed", () => importKeyPair(pem, PASSWORD));
        }
    });

    it("refuses an elliptic curve key whose public point is that of another key", async () => {
        const own = P256.privateKey.export({ type: "sec1", format: "der" });
        const strange = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
            type: "sec1",
            format: "der",
        });
        const pointBytes = 65;
        const mixed = Buffer.concat([own.subarray(0, -pointBytes), strange.subarray(-pointBytes)]);
        await refusal("key-malformed", () => importKeyPair(encodePem("EC PRIVATE KEY", mixed), PASSWORD));
    });

    it("refuses an RSA key of which one number is wrong", async () => {
        const right = KEYS["rsa-2048"].privateKey.export({ format: "jwk" });
        const numbers = ["d", "p", "q", "dp", "dq", "qi"] as const;
        for (const name of numbers) {
            const jwk: JsonWebKey = { ...right, [name]: withLastBitFlipped(right[name] ?? "") };
            const pem = createPrivateKey({ key: jwk, format: "jwk" })
                .export({ type: "pkcs1", format: "pem" })
                .toString();
            await refusal("key-malformed", () => importKeyPair(pem, PASSWORD));
        }
    });

    it("writes an elliptic curve key with its public point, also where it came without one", () => {
        const withoutPoint = Buffer.from(
            P256.privateKey.export({ type: "sec1", format: "der" }).subarray(0, 7 + 32 + 12),
        );
        withoutPoint.writeUInt8(withoutPoint.length - 2, 1);
        expect(pkcs8Der(createPrivateKey({ key: withoutPoint, format: "der", type: "sec1" }))).to.have.length(67);
        expect(pkcs8Der(parsePrivateKey(withoutPoint, "sec1")).equals(pkcs8Der(P256.privateKey))).to.equal(true);
    });
});

describe("a key pair from whatever private key there is", () => {
    it("keeps an encrypted key as it is, and learns its public half", async () => {
        const pair = await generateKeyPair(PASSWORD);
        expect(await keyPairFrom(pair.privateKey, PASSWORD)).to.deep.equal(pair);
        expect(await keyPairFrom(Buffer.from(pair.privateKey), PASSWORD)).to.deep.equal(pair);
        await refusal("password-wrong", () => keyPairFrom(pair.privateKey, "other"));
    });

    it("imports a key in clear", async () => {
        const pair = await keyPairFrom(plainForms(P256.privateKey).SEC1 ?? "", PASSWORD);
        expect(createPublicKey(pair.publicKey).equals(P256.publicKey)).to.equal(true);
    });

    it("encrypts a key in clear to the same bytes each time, and to others under another password", async () => {
        for (const { privateKey } of [P256, KEYS["rsa-2048"]]) {
            const forms = Object.values(plainForms(privateKey));
            const pairs = await Promise.all([...forms, ...forms].map((pem) => keyPairFrom(pem, PASSWORD)));
            expect(new Set(pairs.map((pair) => pair.privateKey)).size).to.equal(1);
            const other = await keyPairFrom(forms[0] ?? "", `${PASSWORD} `);
            const [mine, others] = [pairs[0]?.privateKey ?? "", other.privateKey].map(saltAndNonceOf);
            expect(mine?.salt).to.not.equal(others?.salt);
            expect(mine?.nonce).to.not.equal(others?.nonce);
            expect((await openPrivateKey(pairs[0]?.privateKey ?? "", PASSWORD)).equals(privateKey)).to.equal(true);
        }
    });

    it("draws salt and nonce anew where a key is imported to a file", async () => {
        const pem = pkcs8Pem(P256.privateKey);
        const [first, second] = await Promise.all([importKeyPair(pem, PASSWORD), importKeyPair(pem, PASSWORD)]);
        expect(saltAndNonceOf(first.privateKey)).to.not.deep.equal(saltAndNonceOf(second.privateKey));
    });

    it("refuses what is no private key", async () => {
        await refusal("key-is-public", () => keyPairFrom(spkiPem(P256.publicKey), PASSWORD));
    });
});

function saltAndNonceOf(encryptedPem: string): { salt: string; nonce: string } {
    const { salt, nonce } = decodeEnvelope(readOnlyBlock(encryptedPem).body);
    return { salt: salt.toString("hex"), nonce: nonce.toString("hex") };
}

function withLastBitFlipped(base64url: string): string {
    const bytes = Buffer.from(base64url, "base64url");
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 2, bytes.length - 1);
    return bytes.toString("base64url");
}
