import { expect } from "chai";
import fc from "fast-check";

import { openPrivateKey, publicKeyOf, type KeyErrorCode, type KeyField } from "../../../core/keys";
import { decodeEnvelope, encodeEnvelope } from "../../../core/keys/envelope";
import { countScrypt, ENVELOPE, pemOfJson, refusal } from "./support";

function jsonOf(value: unknown): Buffer {
    return Buffer.from(JSON.stringify(value));
}

function withParams(params: unknown): typeof ENVELOPE {
    return { ...ENVELOPE, kdf: { ...ENVELOPE.kdf, params: params as typeof ENVELOPE.kdf.params } };
}

const BROKEN: readonly [claim: string, value: unknown, code: KeyErrorCode, field: KeyField][] = [
    ["no object", [], "envelope-malformed", "pem.body"],
    ["null", null, "envelope-malformed", "pem.body"],
    ["no kdf", { ...ENVELOPE, kdf: undefined }, "envelope-malformed", "kdf"],
    ["a kdf that is text", { ...ENVELOPE, kdf: "scrypt" }, "envelope-malformed", "kdf"],
    ["no cipher", { ...ENVELOPE, cipher: undefined }, "envelope-malformed", "cipher"],
    ["another kdf", { ...ENVELOPE, kdf: { ...ENVELOPE.kdf, name: "argon2id" } }, "envelope-unknown-kdf", "kdf.name"],
    [
        "no name of a kdf",
        { ...ENVELOPE, kdf: { ...ENVELOPE.kdf, name: undefined } },
        "envelope-unknown-kdf",
        "kdf.name",
    ],
    [
        "another cipher",
        { ...ENVELOPE, cipher: { ...ENVELOPE.cipher, name: "aes-256-gcm" } },
        "envelope-unknown-cipher",
        "cipher.name",
    ],
    ["no parameters", withParams(undefined), "envelope-scrypt-parameters", "kdf.params"],
    ["parameters as text", withParams({ N: "65536", r: "8", p: "1" }), "envelope-scrypt-parameters", "kdf.params"],
    ["another r", withParams({ N: 65536, r: 16, p: 1 }), "envelope-scrypt-parameters", "kdf.params"],
    ["another p", withParams({ N: 65536, r: 8, p: 2 }), "envelope-scrypt-parameters", "kdf.params"],
    ["no work at all", withParams({ N: 2, r: 8, p: 1 }), "envelope-scrypt-parameters", "kdf.params"],
    ["1 TiB of work", withParams({ N: 2 ** 30, r: 8, p: 1 }), "envelope-scrypt-parameters", "kdf.params"],
    [
        "a salt that is no base64",
        { ...ENVELOPE, kdf: { ...ENVELOPE.kdf, salt: "*" } },
        "envelope-malformed",
        "kdf.salt",
    ],
    ["no salt", { ...ENVELOPE, kdf: { ...ENVELOPE.kdf, salt: undefined } }, "envelope-malformed", "kdf.salt"],
    [
        "a short nonce",
        { ...ENVELOPE, cipher: { ...ENVELOPE.cipher, nonce: "AAAA" } },
        "envelope-malformed",
        "cipher.nonce",
    ],
    ["no ciphertext", { ...ENVELOPE, ciphertext: undefined }, "envelope-malformed", "ciphertext"],
    [
        "a ciphertext that is only a tag",
        { ...ENVELOPE, ciphertext: Buffer.alloc(16).toString("base64") },
        "envelope-malformed",
        "ciphertext",
    ],
];

describe("the JSON inside an encrypted key", () => {
    it("is written as Go writes it, and read back", () => {
        const json = JSON.stringify(ENVELOPE);
        expect(encodeEnvelope(decodeEnvelope(Buffer.from(json))).toString()).to.equal(json);
    });

    for (const N of [32768, 65536, 131072]) {
        it(`is accepted with N ${N}, which some cosign has written`, () => {
            expect(decodeEnvelope(jsonOf(withParams({ N, r: 8, p: 1 }))).params).to.deep.equal({ N, r: 8, p: 1 });
        });
    }

    it("may have fields that are unknown, as for Go", () => {
        expect(decodeEnvelope(jsonOf({ ...ENVELOPE, version: 2 })).nonce).to.have.length(24);
    });

    for (const [claim, value, code, field] of BROKEN) {
        it(`is refused with ${claim}, before scrypt is called`, async () => {
            const jobs = await countScrypt(async () => {
                const error = await refusal(code, () => openPrivateKey(pemOfJson(value), "password"));
                expect(error.field).to.equal(field);
            });
            expect(jobs).to.equal(0);
        });
    }

    it("is refused with whatever other scrypt parameters, before scrypt is called", async () => {
        const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(1, 8, 65536, 2 ** 31, 2 ** 40, 2 ** 53));
        const parameters = fc
            .record({ N: number, r: number, p: number })
            .filter(({ N, r, p }) => !([32768, 65536, 131072].includes(N) && r === 8 && p === 1));
        const jobs = await countScrypt(() =>
            fc.assert(
                fc.asyncProperty(parameters, async (params) => {
                    await refusal("envelope-scrypt-parameters", () => publicKeyOf(pemOfJson(withParams(params)), ""));
                }),
            ),
        );
        expect(jobs).to.equal(0);
    });

    it("is refused where Go would read something else in it than this", () => {
        const json = JSON.stringify(ENVELOPE);
        const more = (member: string) => `${json.slice(0, -1)},${member}}`;
        const ciphertext = Buffer.alloc(154, 4).toString("base64");
        const ambiguous = [
            more(`"ciphertext":"${ciphertext}"`),
            more(`"Ciphertext":"${ciphertext}"`),
            more(`"\\u0063iphertext":"${ciphertext}"`),
            more(`"\u212adf":{"salt":"AAAA"}`),
            more(`"kdf":${JSON.stringify(ENVELOPE.kdf)}`),
            json.replace('"salt"', '"\u017falt":"AAAA","salt"'),
            json.replace('"N":65536', '"N":65536.0'),
            json.replace('"N":65536', '"N":6.5536e4'),
            json.replace('"N":65536', '"N":1073741824,"N":65536'),
        ];
        for (const text of ambiguous) {
            expect(() => decodeEnvelope(Buffer.from(text)), text)
                .to.throw()
                .with.property("code", "envelope-malformed");
        }
        expect(decodeEnvelope(Buffer.from(JSON.stringify(ENVELOPE, undefined, 4))).salt).to.have.length(32);
    });

    it("is refused cut off at any place", () => {
        const json = JSON.stringify(ENVELOPE);
        fc.assert(
            fc.property(fc.nat(json.length - 1), (length) => {
                expect(() => decodeEnvelope(Buffer.from(json.slice(0, length))))
                    .to.throw()
                    .with.property("code", "envelope-malformed");
            }),
        );
    });

    it("is never anything but read or refused with a KeyError", () => {
        fc.assert(
            fc.property(fc.json(), (json) => {
                expect(() => decodeEnvelope(Buffer.from(json)))
                    .to.throw()
                    .with.property("name", "KeyError");
            }),
        );
    });
});
