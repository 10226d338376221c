import { createHash, generateKeyPairSync } from "node:crypto";

import { expect } from "chai";
import fc from "fast-check";

import { readPublicKey, KeyError, readPublicKeyAsCluster, type KeyAlgorithm } from "../../../core/keys";
import { encodePem } from "../../../core/keys/pem";
import { ALGORITHMS, KEYS, P256, refusal, spkiPem, UNSUPPORTED, withLineEnds } from "./support";

const HASH_TO_SET: Readonly<Record<KeyAlgorithm, string | undefined>> = {
    "ecdsa-p256": undefined,
    "ecdsa-p384": "sha384",
    "ecdsa-p521": "sha512",
    "rsa-2048": undefined,
    "rsa-3072": undefined,
    "rsa-4096": undefined,
    ed25519: undefined,
};

const PEM = spkiPem(P256.publicKey);

function spkiDer(algorithm: KeyAlgorithm): Buffer {
    return KEYS[algorithm].publicKey.export({ type: "spki", format: "der" });
}

/** P-256's PKIX DER with the point in SEC 1's compressed form. */
function compressedP256(): Buffer {
    const der = spkiDer("ecdsa-p256");
    const [header, x, y] = [der.subarray(0, 26), der.subarray(27, 59), der.subarray(59)];
    const compressed = Buffer.concat([header, Buffer.from([2 + (y.readUInt8(31) & 1)]), x]);
    compressed.writeUInt8(compressed.length - 2, 1);
    compressed.writeUInt8(compressed.length - 25, 24);
    return compressed;
}

describe("a public key for a policy", () => {
    for (const algorithm of ALGORITHMS) {
        it(`may be ${algorithm}, and says what policy-controller needs`, () => {
            const info = readPublicKey(spkiPem(KEYS[algorithm].publicKey));
            expect(info.algorithm).to.equal(algorithm);
            expect(info.hashAlgorithm).to.equal(HASH_TO_SET[algorithm]);
            expect(info.policyControllerRefusal !== undefined).to.equal(algorithm === "ed25519");
            expect(info.pem).to.equal(spkiPem(KEYS[algorithm].publicKey));
        });
    }

    it("says why an Ed25519 key is of no use", () => {
        expect(readPublicKey(spkiPem(KEYS.ed25519.publicKey)).policyControllerRefusal).to.match(/Ed25519ph.*P-256/);
    });

    it("may be RSA PUBLIC KEY, and comes out as PKIX", () => {
        const { publicKey } = KEYS["rsa-2048"];
        const info = readPublicKey(publicKey.export({ type: "pkcs1", format: "pem" }).toString());
        expect(info).to.deep.equal(readPublicKey(spkiPem(publicKey)));
    });

    it("has the fingerprint of cosign's bundle hint, and a form of it that fits a label", () => {
        for (const algorithm of ALGORITHMS) {
            const digest = createHash("sha256").update(spkiDer(algorithm)).digest();
            const info = readPublicKey(spkiPem(KEYS[algorithm].publicKey));
            expect(info.fingerprint).to.equal(digest.toString("base64"));
            expect(info.fingerprintLabel).to.match(/^[0-9a-f]{32}$/);
            expect(digest.toString("hex")).to.match(new RegExp(`^${info.fingerprintLabel}`));
        }
    });

    it("is the same with other line ends, blanks and text in front", () => {
        const forms = [withLineEnds(PEM, "\r\n"), withLineEnds(PEM, "  \n"), `\n# release\n${PEM}\n`, Buffer.from(PEM)];
        for (const form of forms) {
            expect(readPublicKey(form)).to.deep.equal(readPublicKey(PEM));
        }
    });

    for (const [name, { publicKey }] of Object.entries(UNSUPPORTED)) {
        it(`is not ${name}`, async () => {
            await refusal("key-unsupported-algorithm", () => readPublicKey(spkiPem(publicKey)));
        });
    }

    it("is not in a form that OpenSSL reads and Go does not", async () => {
        const explicit = generateKeyPairSync("ec", { namedCurve: "P-256", paramEncoding: "explicit" }).publicKey;
        const forms = [
            spkiPem(explicit),
            encodePem("PUBLIC KEY", compressedP256()),
            encodePem("RSA PUBLIC KEY", spkiDer("rsa-2048")),
            encodePem("RSA PUBLIC KEY", spkiDer("ecdsa-p256")),
            encodePem("PUBLIC KEY", KEYS["rsa-2048"].publicKey.export({ type: "pkcs1", format: "der" })),
        ];
        for (const form of forms) {
            await refusal("key-malformed", () => readPublicKey(form));
            await refusal("key-malformed", () => readPublicKeyAsCluster(form));
        }
    });

    it("is read or refused with a KeyError, whatever byte of it is changed", () => {
        fc.assert(
            fc.property(fc.constantFrom(...ALGORITHMS), fc.nat(), fc.nat(255), (algorithm, at, value) => {
                const der = Buffer.from(spkiDer(algorithm));
                der.writeUInt8(value, at % der.length);
                const pem = encodePem("PUBLIC KEY", der);
                try {
                    expect(readPublicKey(pem).pem).to.equal(pem);
                } catch (error) {
                    expect(error).to.be.instanceOf(KeyError);
                }
            }),
            { numRuns: 500 },
        );
    });
});

describe("a public key as the cluster reads it", () => {
    it("is the first of two, and the second does not count", () => {
        const other = spkiPem(KEYS["ecdsa-p384"].publicKey);
        expect(readPublicKeyAsCluster(PEM + other).algorithm).to.equal("ecdsa-p256");
        expect(readPublicKeyAsCluster(`${PEM}trailing text`).key.equals(P256.publicKey)).to.equal(true);
    });

    it("is the one that decodes behind one that does not", () => {
        const broken = PEM.replace("M", "*");
        expect(readPublicKeyAsCluster(broken + PEM).key.equals(P256.publicKey)).to.equal(true);
    });

    it("may stand among bytes that are not UTF-8", () => {
        const text = Buffer.concat([Buffer.from([0xff, 0x00, 0x0a]), Buffer.from(PEM)]);
        expect(readPublicKeyAsCluster(text).fingerprint).to.equal(readPublicKey(PEM).fingerprint);
    });

    it("may be of an algorithm that cosign does not sign with", () => {
        const verified = ["ecdsa-p224", "rsa-1024"];
        for (const name of verified) {
            const key = readPublicKeyAsCluster(spkiPem(UNSUPPORTED[name]?.publicKey ?? P256.publicKey));
            expect(key).to.include({ algorithm: name, neverVerifies: undefined });
        }
    });

    it("may be admitted and never verify anything", () => {
        const tooSmall = generateKeyPairSync("rsa", { modulusLength: 512 }).publicKey;
        const keys = [UNSUPPORTED.dsa?.publicKey, UNSUPPORTED.x25519?.publicKey, tooSmall];
        for (const key of keys) {
            expect(readPublicKeyAsCluster(spkiPem(key ?? P256.publicKey)).neverVerifies).to.be.a("string");
        }
    });

    it("has a smaller exponent in PKCS#1 than in PKIX, as Go reads it", async () => {
        const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024, publicExponent: 0xffffffff });
        const pkcs1 = publicKey.export({ type: "pkcs1", format: "pem" }).toString();
        await refusal("key-malformed", () => readPublicKeyAsCluster(pkcs1));
        expect(readPublicKeyAsCluster(spkiPem(publicKey)).neverVerifies).to.be.a("string");
    });

    it("is refused where Go does not know it", async () => {
        for (const name of ["rsa-pss", "ed448", "ecdsa-secp256k1"]) {
            const pem = spkiPem(UNSUPPORTED[name]?.publicKey ?? P256.publicKey);
            await refusal("key-unsupported-algorithm", () => readPublicKeyAsCluster(pem));
        }
    });
});
