import { generateKeyPairSync } from "node:crypto";

import { expect } from "chai";

import {
    checkSignatures,
    readSimpleSignatures,
    signatureCheckOf,
    trustMaterialOf,
    type EngineVersion,
} from "../../../core/signatures";
import { readPublicKeyAsCluster } from "../../../core/keys";
import { simpleSigningPayload } from "../../../core/signatures/payload";
import { MemoryRegistry } from "../../support/memory-registry";
import { CI, SigstoreInstance, type KeylessParts, type Somebody } from "../../support/sigstore-instance";
import { IMAGE, P256, RELEASE, storeLayers } from "./support";

import type { Authority, Identity, TrustRootSpec } from "../../../core/policy";

const PAYLOAD = simpleSigningPayload(IMAGE);
const HOUR_MS = 3_600_000;

describe("the verdict on a keyless signature", () => {
    let ours: SigstoreInstance;
    let theirs: SigstoreInstance;
    let future: SigstoreInstance;

    before(async () => {
        [ours, theirs] = await Promise.all([SigstoreInstance.create(), SigstoreInstance.create()]);
        future = await SigstoreInstance.create(HOUR_MS);
    });

    /** An authority that trusts an instance, and whom it must name. */
    function authority(identity: Identity = { ...CI }, more: Partial<Authority> = {}): Authority {
        const keyless = { identities: [identity], trustRootRef: "ours", ...more.keyless };
        return { ...more, keyless };
    }

    const LOGGED: Partial<Authority> = { ctlog: { trustRootRef: "ours" } };
    const TIMESTAMPED: Partial<Authority> = { rfc3161timestamp: { trustRootRef: "ours" } };

    async function verdict(
        policy: Authority,
        {
            instance = ours,
            somebody = CI,
            trusted = instance.trustRoot(),
            engine = "0.13",
            payload = PAYLOAD,
            change = {},
            ...parts
        }: KeylessParts & {
            instance?: SigstoreInstance;
            somebody?: Somebody;
            trusted?: TrustRootSpec;
            engine?: EngineVersion;
            payload?: Buffer;
            change?: Record<string, string>;
        } = {},
    ): Promise<string> {
        const registry = new MemoryRegistry();
        const annotations = { ...(await instance.sign(payload, somebody, parts)), ...change };
        await storeLayers(registry, [{ payload: PAYLOAD, annotations }]);
        const check = await signatureCheckOf(policy, { trustMaterial: () => trustMaterialOf(trusted), engine });
        if ("verdict" in check) {
            return check.code;
        }
        const outcome = await checkSignatures(await readSimpleSignatures(registry, IMAGE), IMAGE.digest, check);
        return outcome.verdict === "verified" ? "verified" : outcome.code;
    }

    it("is verified for the identity of a trusted authority", async () => {
        expect(await verdict(authority())).to.equal("verified");
    });

    it("is refused for an authority that is not trusted", async () => {
        expect(await verdict(authority(), { instance: theirs, trusted: ours.trustRoot() })).to.equal(
            "certificate-untrusted",
        );
    });

    it("is refused without a certificate", async () => {
        expect(await verdict(authority(), { withCertificate: false })).to.equal("certificate-missing");
    });

    it("is refused for another payload", async () => {
        const payload = simpleSigningPayload(IMAGE, { other: "yes" });
        expect(await verdict(authority(), { payload })).to.equal("signature-invalid");
    });

    for (const [name, identity, expected] of [
        ["another subject", { ...CI, subject: "https://github.com/evil/app" }, "identity-mismatch"],
        ["another issuer", { ...CI, issuer: "https://accounts.google.com" }, "identity-mismatch"],
        ["a part of the subject", { ...CI, subject: CI.subject.slice(0, -1) }, "identity-mismatch"],
        ["an expression that is in the subject", { issuer: CI.issuer, subjectRegExp: "acme" }, "verified"],
        ["an anchored expression", { issuer: CI.issuer, subjectRegExp: "^acme" }, "identity-mismatch"],
        ["an expression for the issuer", { issuerRegExp: "actions\\.", subject: CI.subject }, "verified"],
        ["an expression beside a subject", { issuer: CI.issuer, subject: "x", subjectRegExp: "acme" }, "verified"],
        ["no issuer", { subject: CI.subject }, "verified"],
    ] as const) {
        it(`for ${name}: ${expected}`, async () => {
            expect(await verdict(authority(identity))).to.equal(expected);
        });
    }

    it("is refused where the certificate's log is not trusted, unless that is ignored", async () => {
        const trusted = withKeysOf(theirs, "ctLogs");
        const ignoring = authority({ ...CI }, { keyless: { insecureIgnoreSCT: true } });
        expect(await verdict(authority(), { trusted })).to.equal("sct-invalid");
        expect(await verdict(ignoring, { trusted })).to.equal("verified");
    });

    it("is refused before the certificate is valid, unless a log or an authority proves the time", async () => {
        // Nothing is proven by what the authority does not ask for.
        expect(await verdict(authority(), { instance: future, withLogEntry: true, withTimestamp: true })).to.equal(
            "certificate-expired",
        );
        expect(await verdict(authority({ ...CI }, LOGGED), { instance: future, withLogEntry: true })).to.equal(
            "verified",
        );
        expect(await verdict(authority({ ...CI }, TIMESTAMPED), { instance: future, withTimestamp: true })).to.equal(
            "verified",
        );
    });

    describe("with a transparency log", () => {
        const policy = authority({ ...CI }, LOGGED);

        it("is verified with an entry of the trusted log", async () => {
            expect(await verdict(policy, { withLogEntry: true })).to.equal("verified");
        });

        it("is unknown without an entry, because the controller asks the log", async () => {
            expect(await verdict(policy)).to.equal("transparency-log-online");
        });

        it("is refused with an entry of another log", async () => {
            const trusted = withKeysOf(theirs, "tLogs");
            expect(await verdict(policy, { withLogEntry: true, trusted })).to.equal("transparency-log-invalid");
        });

        it("is refused with the entry of another signature", async () => {
            const other = await ours.sign(PAYLOAD, CI, { withLogEntry: true });
            const change = { "dev.sigstore.cosign/bundle": other["dev.sigstore.cosign/bundle"] ?? "" };
            expect(await verdict(policy, { change })).to.equal("transparency-log-invalid");
        });

        it("is refused with another time than the log has signed", async () => {
            const entry = JSON.parse(await ours.logEntry(PAYLOAD, Buffer.from("x"), "x")) as {
                Payload: { integratedTime: number };
            };
            entry.Payload.integratedTime++;
            const change = { "dev.sigstore.cosign/bundle": JSON.stringify(entry) };
            expect(await verdict(policy, { change })).to.equal("transparency-log-invalid");
        });
    });

    describe("with timestamps", () => {
        const policy = authority({ ...CI }, TIMESTAMPED);

        it("is verified with one of the trusted authority", async () => {
            for (const engine of ["0.13", "0.15"] as const) {
                expect(await verdict(policy, { withTimestamp: true, engine }), engine).to.equal("verified");
            }
        });

        it("is verified without one while the certificate is valid, as the controller does", async () => {
            expect(await verdict(policy)).to.equal("verified");
        });

        it("is refused with one of another authority", async () => {
            const trusted = withKeysOf(theirs, "timestampAuthorities");
            expect(await verdict(policy, { withTimestamp: true, trusted })).to.equal("timestamp-invalid");
        });

        it("is refused with the timestamp of another signature", async () => {
            const change = { "dev.sigstore.cosign/rfc3161timestamp": await ours.timestamp(Buffer.from("other")) };
            expect(await verdict(policy, { change })).to.equal("timestamp-invalid");
        });

        it("is not verified with a timestamp of which a tag is another one, or a certificate in it cannot be read", async () => {
            const annotations = await ours.sign(PAYLOAD, CI, { withTimestamp: true });
            const name = "dev.sigstore.cosign/rfc3161timestamp";
            const text = annotations[name] ?? "";
            const response = Buffer.from(
                (JSON.parse(text) as { SignedRFC3161Timestamp: string }).SignedRFC3161Timestamp,
                "base64",
            );
            const outermost = [0, 4, 6, 9, 13, 24, 28, 32, 35, 37, 39, 52, 54, 67];
            for (const at of outermost) {
                const tampered = Buffer.from(response);
                tampered[at] = (tampered[at] ?? 0) ^ 0x21;
                const change = { ...annotations, [name]: timestampOf(tampered) };
                expect(await verdict(policy, { change }), `byte ${at}`).to.match(/^timestamp-(form|invalid)$/);
            }
            const unread = response.indexOf(Buffer.from("0603551d13", "hex"));
            response.fill(0xff, unread - 2, unread);
            expect(await verdict(policy, { change: { ...annotations, [name]: timestampOf(response) } })).to.match(
                /^timestamp-(form|invalid)$/,
            );
        });

        function timestampOf(response: Buffer): string {
            return JSON.stringify({ SignedRFC3161Timestamp: response.toString("base64") });
        }

        it("is not known with a timestamp that is very long", async () => {
            const long = Buffer.concat([Buffer.from("3083011170", "hex"), Buffer.alloc(70_000)]).toString("base64");
            const change = {
                "dev.sigstore.cosign/rfc3161timestamp": JSON.stringify({ SignedRFC3161Timestamp: long }),
            };
            expect(await verdict(policy, { change })).to.equal("too-much-work");
        });

        it("is refused with a timestamp that is none", async () => {
            const change = { "dev.sigstore.cosign/rfc3161timestamp": '{"SignedRFC3161Timestamp":"AAAA"}' };
            expect(await verdict(policy, { change })).to.equal("timestamp-invalid");
        });
    });

    describe("beside the signature of a key", () => {
        const key = readPublicKeyAsCluster(P256.publicKey.export({ type: "spki", format: "pem" }).toString());

        async function keyVerdict(
            ctlog: Authority["ctlog"],
            engine: EngineVersion,
            withCertificate: boolean,
        ): Promise<string> {
            const registry = new MemoryRegistry();
            const signature = RELEASE.sign(PAYLOAD);
            const pem = P256.publicKey.export({ type: "spki", format: "pem" }).toString();
            const certificate = (await ours.sign(PAYLOAD, CI))["dev.sigstore.cosign/certificate"] ?? "";
            const annotations = {
                "dev.cosignproject.cosign/signature": signature.toString("base64"),
                "dev.sigstore.cosign/bundle": await ours.logEntry(PAYLOAD, signature, pem),
                ...(withCertificate ? { "dev.sigstore.cosign/certificate": certificate } : {}),
            };
            await storeLayers(registry, [{ payload: PAYLOAD, annotations }]);
            const check = await signatureCheckOf(
                { key: { data: pem }, ctlog },
                { publicKey: key, trustMaterial: () => trustMaterialOf(ours.trustRoot()), engine },
            );
            if ("verdict" in check) {
                return check.code;
            }
            const outcome = await checkSignatures(await readSimpleSignatures(registry, IMAGE), IMAGE.digest, check);
            return outcome.verdict === "verified" ? "verified" : outcome.code;
        }

        it("a log entry counts where the authority asks for one", async () => {
            expect(await keyVerdict({ trustRootRef: "ours" }, "0.13", false)).to.equal("verified");
            expect(await keyVerdict(undefined, "0.13", false)).to.equal("verified");
        });

        it("a certificate of another key spoils it on 0.15 where the log counts", async () => {
            expect(await keyVerdict({ trustRootRef: "ours" }, "0.13", true)).to.equal("verified");
            expect(await keyVerdict({ trustRootRef: "ours" }, "0.15", true)).to.equal("transparency-log-invalid");
            expect(await keyVerdict(undefined, "0.15", true)).to.equal("verified");
        });
    });

    it("is refused as a whole where the TrustRoot has a log key that is not of ECDSA", async () => {
        const trusted = ours.trustRoot();
        const pem = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }).toString();
        const publicKey = Buffer.from(pem).toString("base64");
        trusted.sigstoreKeys?.tLogs?.push({ baseURL: "https://x", hashAlgorithm: "sha-256", publicKey });
        expect(await verdict(authority(), { trusted })).to.equal("authority-unusable");
    });

    it("is refused for a bundle authority, which the controller reads no signatures for", async () => {
        expect(await verdict(authority({ ...CI }, { signatureFormat: "bundle" }))).to.equal("authority-unusable");
    });

    /** Our TrustRoot with one list of another's. */
    function withKeysOf(other: SigstoreInstance, list: "ctLogs" | "tLogs" | "timestampAuthorities"): TrustRootSpec {
        return { sigstoreKeys: { ...ours.trustRoot().sigstoreKeys, [list]: other.trustRoot().sigstoreKeys?.[list] } };
    }
});
