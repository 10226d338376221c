import { createHash, generateKeyPairSync, sign } from "node:crypto";

import { expect } from "chai";
import * as fc from "fast-check";

import { HashAlgorithm } from "../../../core/policy";
import { keySigner } from "../../../core/signatures/sign/signer";
import { simpleSigningPayload } from "../../../core/signatures/payload";
import { MemoryRegistry } from "../../support/memory-registry";
import {
    IMAGE,
    keyCheck,
    OTHER_IMAGE,
    P256,
    RELEASE,
    signedLayer,
    storeLayers,
    STRANGER,
    verdicts,
    type RawSignature,
} from "./support";

import type { SignatureCheck } from "../../../core/signatures";

const PAYLOAD = simpleSigningPayload(IMAGE);

describe("the verdict on a signature of a key", () => {
    const registry = new MemoryRegistry();

    /** The verdicts on what is stored under the image's tag. */
    async function verdictsOn(...layers: RawSignature[]): Promise<string[]> {
        await storeLayers(registry, layers);
        return verdicts(registry, keyCheck());
    }

    it("is verified for the key that made it", async () => {
        expect(await verdictsOn(signedLayer(PAYLOAD, RELEASE.sign(PAYLOAD)))).to.deep.equal(["verified"]);
    });

    it("is refused for another key", async () => {
        const signature = keySigner(STRANGER.privateKey).sign(PAYLOAD);
        expect(await verdictsOn(signedLayer(PAYLOAD, signature))).to.deep.equal(["signature-invalid"]);
    });

    it("is refused for another key also where only the log is asked what is missing", async () => {
        const check: SignatureCheck = {
            ...keyCheck(),
            transparencyLog: { kind: "required", keys: new Map(), isAskedOnline: true },
        };
        const stranger = keySigner(STRANGER.privateKey).sign(PAYLOAD);
        await storeLayers(registry, [signedLayer(PAYLOAD, stranger), signedLayer(PAYLOAD, RELEASE.sign(PAYLOAD))]);
        expect(await verdicts(registry, check)).to.deep.equal(["signature-invalid", "transparency-log-online"]);
    });

    it("is given for each of several signatures", async () => {
        const stranger = keySigner(STRANGER.privateKey).sign(PAYLOAD);
        const layers = [signedLayer(PAYLOAD, stranger), signedLayer(PAYLOAD, RELEASE.sign(PAYLOAD))];
        expect(await verdictsOn(...layers)).to.deep.equal(["signature-invalid", "verified"]);
    });

    it("is refused where the claim is for another digest", async () => {
        const claim = simpleSigningPayload(OTHER_IMAGE);
        expect(await verdictsOn(signedLayer(claim, RELEASE.sign(claim)))).to.deep.equal(["claim-other-digest"]);
    });

    it("does not depend on the claim's repository, type and annotations", async () => {
        const claim = Buffer.from(
            JSON.stringify({
                optional: { build: 7 },
                critical: { type: "?", image: { "docker-manifest-digest": IMAGE.digest }, identity: {} },
            }),
        );
        expect(await verdictsOn(signedLayer(claim, RELEASE.sign(claim)))).to.deep.equal(["verified"]);
    });

    it("is made over the bytes as they are stored, not over what they mean", async () => {
        const reformatted = Buffer.from(JSON.stringify(JSON.parse(PAYLOAD.toString("utf8")), null, 1));
        const layers = [
            signedLayer(reformatted, RELEASE.sign(reformatted)),
            signedLayer(reformatted, RELEASE.sign(PAYLOAD)),
        ];
        expect(await verdictsOn(...layers)).to.deep.equal(["verified", "signature-invalid"]);
    });

    it("is refused for any other bytes", async () => {
        const signature = RELEASE.sign(PAYLOAD);
        await fc.assert(
            fc.asyncProperty(fc.nat(PAYLOAD.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
                const tampered = Buffer.from(PAYLOAD);
                tampered.writeUInt8(tampered.readUInt8(at) ^ mask, at);
                expect(await verdictsOn(signedLayer(tampered, signature))).to.deep.equal(["signature-invalid"]);
            }),
        );
    });

    it("takes ECDSA signatures also as two numbers without ASN.1, as sigstore does", async () => {
        const raw = sign("sha256", PAYLOAD, { key: P256.privateKey, dsaEncoding: "ieee-p1363" });
        expect(await verdictsOn(signedLayer(PAYLOAD, raw))).to.deep.equal(["verified"]);
    });

    it("never takes the key out of a certificate beside the signature", async () => {
        const stranger = keySigner(STRANGER.privateKey).sign(PAYLOAD);
        const layer = signedLayer(PAYLOAD, stranger);
        const pem = STRANGER.publicKey.export({ type: "spki", format: "pem" }).toString();
        const annotations = { ...layer.annotations, "dev.sigstore.cosign/certificate": pem };
        expect(await verdictsOn({ ...layer, annotations })).to.deep.equal(["signature-malformed"]);
    });

    for (const [name, layer] of Object.entries<RawSignature>({
        "without a signature": { payload: PAYLOAD },
        "with a signature that is no base64": signedLayer(PAYLOAD, "%%%"),
        "with a certificate that is none": withAnnotation("dev.sigstore.cosign/certificate", "no PEM"),
        "with a log entry that is no JSON": withAnnotation("dev.sigstore.cosign/bundle", "{"),
        "with a timestamp that is no JSON": withAnnotation("dev.sigstore.cosign/rfc3161timestamp", "[1"),
    })) {
        it(`is refused ${name}`, async () => {
            expect(await verdictsOn(layer)).to.deep.equal(["signature-malformed"]);
        });
    }

    for (const claim of [
        "",
        "[]",
        "null",
        "7",
        '{"critical":[]}',
        '{"critical":{"image":7}}',
        '{"optional":[]}',
        "{}x",
    ]) {
        it(`is refused for the claim ${JSON.stringify(claim)}`, async () => {
            const payload = Buffer.from(claim);
            const [verdict] = await verdictsOn(signedLayer(payload, RELEASE.sign(payload)));
            expect(verdict).to.be.oneOf(["payload-malformed", "claim-other-digest"]);
        });
    }

    it("is refused, in bounded time, for a claim that is nested without end", async () => {
        const payload = Buffer.from("[".repeat(4_000_000));
        expect(await verdictsOn(signedLayer(payload, RELEASE.sign(payload)))).to.deep.equal(["payload-malformed"]);
    });
});

describe("the hash of a signature", () => {
    const algorithms = {
        "P-256": { pair: P256, cosign: HashAlgorithm.Sha256 },
        "P-384": { pair: generateKeyPairSync("ec", { namedCurve: "P-384" }), cosign: HashAlgorithm.Sha384 },
        "P-521": { pair: generateKeyPairSync("ec", { namedCurve: "P-521" }), cosign: HashAlgorithm.Sha512 },
        "RSA-2048": { pair: generateKeyPairSync("rsa", { modulusLength: 2048 }), cosign: HashAlgorithm.Sha256 },
    };

    for (const [name, { pair, cosign }] of Object.entries(algorithms)) {
        for (const named of Object.values(HashAlgorithm)) {
            it(`of a ${name} key is ${cosign}, judged by an authority with ${named}`, async () => {
                const registry = new MemoryRegistry();
                await storeLayers(registry, [signedLayer(PAYLOAD, keySigner(pair.privateKey).sign(PAYLOAD))]);
                const [verdict] = await verdicts(registry, keyCheck(pair.publicKey, named));
                if (named === cosign) {
                    expect(verdict).to.equal("verified");
                } else if (named === HashAlgorithm.Sha224 && name.startsWith("RSA")) {
                    expect(verdict).to.equal("key-unsupported");
                } else {
                    expect(verdict).to.equal("signature-hash-differs");
                }
            });
        }
    }

    it("is SHA-256 where the authority names none", async () => {
        const { pair } = algorithms["P-384"];
        const registry = new MemoryRegistry();
        await storeLayers(registry, [signedLayer(PAYLOAD, sign("sha256", PAYLOAD, pair.privateKey))]);
        expect(await verdicts(registry, keyCheck(pair.publicKey))).to.deep.equal(["verified"]);
    });

    it("of Ed25519 is its own, and not that of cosign", async () => {
        const pair = generateKeyPairSync("ed25519");
        const registry = new MemoryRegistry();
        const pure = sign(null, PAYLOAD, pair.privateKey);
        const prehashed = sign(null, createHash("sha512").update(PAYLOAD).digest(), pair.privateKey);
        await storeLayers(registry, [signedLayer(PAYLOAD, pure), signedLayer(PAYLOAD, prehashed)]);
        expect(await verdicts(registry, keyCheck(pair.publicKey))).to.deep.equal(["verified", "signature-invalid"]);
        expect(() => keySigner(pair.privateKey))
            .to.throw()
            .with.property("code", "key-never-accepted");
    });
});

function withAnnotation(name: string, value: string): RawSignature {
    const layer = signedLayer(PAYLOAD, RELEASE.sign(PAYLOAD));
    return { ...layer, annotations: { ...layer.annotations, [name]: value } };
}
