import { bundleToJSON } from "@sigstore/bundle";
import { DSSEBundleBuilder, FulcioSigner, RekorWitness, TSAWitness } from "@sigstore/sign";
import { expect } from "chai";

import {
    checkBundle,
    describeBundle,
    readBundles,
    readLikelyBundles,
    trustMaterialOf,
    type StoredBundle,
} from "../../../core/signatures";
import { readPublicKeyAsCluster } from "../../../core/keys";
import { OCI_MANIFEST, RegistryError } from "../../../core/registry";
import { bundleMessage, isOutcome } from "../../../core/signatures/bundle-message";
import { signImageInBundle } from "../../../core/signatures/sign/sign-bundle";
import { MemoryRegistry } from "../../support/memory-registry";
import { pushImage } from "../../support/images";
import { CI, SigstoreInstance } from "../../support/sigstore-instance";
import { identityToken, SigstoreServices } from "../../support/sigstore-services";
import { IMAGE, OTHER_IMAGE, P256, RELEASE } from "./support";

import type { Authority, Identity, Keyless } from "../../../core/policy";
import type { Descriptor, Manifest, RepositoryName } from "../../../core/registry";

const BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const PREDICATE_TYPE = "https://acme.example/review/v1";

describe("the verdict on an attestation in a bundle", function () {
    this.timeout(30_000);

    let instance: SigstoreInstance;
    let other: SigstoreInstance;
    let services: SigstoreServices;
    let bundle: StoredBundle;

    before(async () => {
        [instance, other] = await Promise.all([SigstoreInstance.create(), SigstoreInstance.create()]);
        services = await SigstoreServices.start(instance);
        bundle = await attest(IMAGE.digest);
    });

    after(() => {
        services.stop();
    });

    /** The one set-up that works with a TrustRoot: timestamps, and no proof that the certificate is logged. */
    const WORKING: Authority = {
        signatureFormat: "bundle",
        keyless: { identities: [{ ...CI }], trustRootRef: "ours", insecureIgnoreSCT: true },
        rfc3161timestamp: { trustRootRef: "ours" },
    };

    it("is verified with a trusted timestamp", async () => {
        const { outcome, statement } = await check(WORKING);
        expect(outcome).to.deep.equal({
            verdict: "verified",
            certificate: { issuer: CI.issuer, subjects: [CI.subject] },
        });
        expect(statement?.predicateType).to.equal(PREDICATE_TYPE);
    });

    it("is refused for another image", async () => {
        expect(await code(WORKING, { of: await attest(OTHER_IMAGE.digest) })).to.equal("claim-other-digest");
    });

    it("is refused for other authorities", async () => {
        expect(await code(WORKING, { trusting: other })).to.equal("signature-invalid");
    });

    it("is refused for another identity", async () => {
        expect(await code(withIdentities({ ...CI, subject: "https://github.com/evil/app" }))).to.equal(
            "identity-mismatch",
        );
        // Both count here, where one is enough for signatures in the legacy form.
        expect(await code(withIdentities({ ...CI, subjectRegExp: "evil" }))).to.equal("identity-mismatch");
    });

    it("is refused for a tampered statement", async () => {
        const text = Buffer.from(await bundle.content()).toString("utf8");
        const json = JSON.parse(text) as { dsseEnvelope: { payload: string } };
        const statement = Buffer.from(json.dsseEnvelope.payload, "base64").toString("utf8");
        json.dsseEnvelope.payload = Buffer.from(statement.replace("approved", "rejected")).toString("base64");
        expect(await code(WORKING, { of: stored(json) })).to.equal("signature-invalid");
    });

    describe("in a form that cosign does not read", () => {
        type Json = Record<string, unknown>;

        function manyHashes(count: number): Record<string, string> {
            return Object.fromEntries(Array.from({ length: count }, (_, index) => [`hash-${index}`, "00"]));
        }

        async function parts(of = bundle): Promise<{ json: Json; material: Json; envelope: Json }> {
            const json = JSON.parse(Buffer.from(await of.content()).toString("utf8")) as Json;
            return { json, material: json.verificationMaterial as Json, envelope: json.dsseEnvelope as Json };
        }

        for (const name of ["DsseEnvelope", "dsse_envelope"]) {
            it(`is refused with another statement in ${name}, beside a signed one of another image`, async () => {
                const theirs = await parts(await attest(OTHER_IMAGE.digest));
                const { envelope } = await parts();
                const forged = { ...theirs.json, [name]: { ...theirs.envelope, payload: envelope.payload } };
                expect(await code(WORKING, { of: stored(forged) })).to.equal("signature-malformed");
            });
        }

        it("is refused with another statement in Payload, beside a signed one of another image", async () => {
            const theirs = await parts(await attest(OTHER_IMAGE.digest));
            const { envelope } = await parts();
            theirs.envelope.Payload = envelope.payload;
            expect(await code(WORKING, { of: stored(theirs.json) })).to.equal("signature-malformed");
        });

        const changes: Record<string, (parts: { json: Json; material: Json; envelope: Json }) => void> = {
            "a field that the message has not": ({ material }) => (material.certificateChain = {}),
            "two contents": ({ json }) => (json.messageSignature = {}),
            "a version before 0.3": ({ json }) =>
                (json.mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.2"),
            "a version after 0.3": ({ json }) => (json.mediaType = "application/vnd.dev.sigstore.bundle.v0.4+json"),
            "a number for a text": ({ envelope }) => (envelope.payloadType = 5),
            "a list for a message": ({ material }) => (material.certificate = []),
            "bytes that are no base64": ({ material }) => (material.certificate = { rawBytes: "%" }),
            "a number that no integer of Go holds": ({ material }) =>
                (material.tlogEntries = [{ logIndex: "9".repeat(19) }]),
        };
        for (const [what, change] of Object.entries(changes)) {
            it(`is refused with ${what}`, async () => {
                const changed = await parts();
                change(changed);
                expect(await code(WORKING, { of: stored(changed.json) })).to.equal("signature-malformed");
            });
        }

        it("is verified with a name as in the .proto file, and with nothing in a field", async () => {
            const { json, material, envelope } = await parts();
            const renamed = { ...json, dsse_envelope: envelope, messageSignature: null };
            Reflect.deleteProperty(renamed, "dsseEnvelope");
            material.publicKey = null;
            expect(await code(WORKING, { of: stored(renamed) })).to.equal("verified");
        });

        it("is refused with an entry of a log that cannot be read, also where none is asked for", async () => {
            const { json, material } = await parts();
            const [entry] = material.tlogEntries as Json[];
            material.tlogEntries = [{ ...entry, canonicalizedBody: Buffer.from("{}").toString("base64") }];
            expect(await code(WORKING, { of: stored(json) })).to.equal("transparency-log-invalid");
        });

        it("is not known with a timestamp that is none beside a good one, of which cosign takes the good one", async () => {
            const { json, material } = await parts();
            const [timestamp] = (material.timestampVerificationData as { rfc3161Timestamps: Json[] }).rfc3161Timestamps;
            for (const second of ["MAA=", timestamp?.signedTimestamp]) {
                const rfc3161Timestamps = [timestamp, { signedTimestamp: second }];
                material.timestampVerificationData = { rfc3161Timestamps };
                expect(await code(WORKING, { of: stored(json) })).to.equal("timestamp-form");
                expect(await code(WORKING, { of: stored(json), trusting: other })).to.equal("signature-invalid");
            }
        });

        it("is refused with more timestamps than are counted", async () => {
            const { json, material } = await parts();
            const [timestamp] = (material.timestampVerificationData as { rfc3161Timestamps: Json[] }).rfc3161Timestamps;
            material.timestampVerificationData = { rfc3161Timestamps: Array.from({ length: 33 }, () => timestamp) };
            expect(await code(WORKING, { of: stored(json) })).to.equal("timestamp-invalid");
        });

        for (const [what, subject] of Object.entries({
            subjects: Array.from({ length: 1025 }, () => ({ digest: { sha256: IMAGE.digest.slice(7) } })),
            "digests of a subject": [{ digest: { ...manyHashes(32), sha256: IMAGE.digest.slice(7) } }],
        })) {
            it(`is refused with more ${what} than are counted`, async () => {
                expect(await code(WORKING, { of: await attest(IMAGE.digest, subject) })).to.equal("payload-malformed");
            });
        }
    });

    describe("that is made to exhaust", () => {
        const changes: Record<string, (material: Record<string, unknown>) => unknown> = {
            "a timestamp of many values": (material) =>
                (material.timestampVerificationData = { rfc3161Timestamps: [{ signedTimestamp: derBomb() }] }),
            "a certificate of many values": (material) => (material.certificate = { rawBytes: derBomb() }),
            "many entries of logs": (material) =>
                (material.tlogEntries = Array.from({ length: 33 }, () => (material.tlogEntries as unknown[])[0])),
            "a deep field": (material) => (material.deep = JSON.parse(`${"[".repeat(50)}${"]".repeat(50)}`) as unknown),
        };
        for (const [what, change] of Object.entries(changes)) {
            it(`with ${what} is not looked into`, async () => {
                const text = Buffer.from(await bundle.content()).toString("utf8");
                const json = JSON.parse(text) as { verificationMaterial: Record<string, unknown> };
                change(json.verificationMaterial);
                expect(await code(WORKING, { of: stored(json) })).to.equal("too-much-work");
            });
        }

        function derBomb(): string {
            const values = Buffer.alloc(70_000, Buffer.from("0500", "hex"));
            return Buffer.concat([Buffer.from("3083011170", "hex"), values]).toString("base64");
        }
    });

    for (const [what, authority] of Object.entries<Authority>({
        "with several identities": withIdentities({ ...CI }, { ...CI }),
        "with a TrustRoot's log": { ...WORKING, rfc3161timestamp: undefined },
        "with a TrustRoot's certificate log": withKeyless({ insecureIgnoreSCT: false }),
        "with timestamps of another TrustRoot": { ...WORKING, rfc3161timestamp: { trustRootRef: "theirs" } },
        "with a key": { signatureFormat: "bundle", key: { data: "" } },
    })) {
        it(`is refused for an authority ${what}, which the controller can verify nothing with`, async () => {
            expect(await code(authority)).to.equal("authority-unusable");
        });
    }

    function withKeyless(keyless: Partial<Keyless>): Authority {
        return { ...WORKING, keyless: { ...WORKING.keyless, ...keyless } };
    }

    function withIdentities(...identities: Identity[]): Authority {
        return withKeyless({ identities });
    }

    function check(authority: Authority, { of = bundle, trusting = instance } = {}): ReturnType<typeof checkBundle> {
        return checkBundle(of, IMAGE.digest, authority, {
            trustMaterial: () => trustMaterialOf(trusting.trustRoot()),
            engine: "0.15",
        });
    }

    async function code(authority: Authority, given: Parameters<typeof check>[1] = {}): Promise<string> {
        const { outcome } = await check(authority, given);
        return outcome.verdict === "verified" ? "verified" : outcome.code;
    }

    async function attest(
        digest: string,
        subject: unknown = [{ digest: { sha256: digest.replace("sha256:", "") } }],
    ): Promise<StoredBundle> {
        const { url } = services;
        const token = identityToken({ iss: CI.issuer, sub: CI.subject, aud: "sigstore" });
        const builder = new DSSEBundleBuilder({
            signer: new FulcioSigner({
                fulcioBaseURL: url,
                identityProvider: { getToken: () => Promise.resolve(token) },
            }),
            witnesses: [new RekorWitness({ rekorBaseURL: url }), new TSAWitness({ tsaBaseURL: url })],
            certificateChain: false,
        });
        const statement = {
            _type: "https://in-toto.io/Statement/v1",
            subject,
            predicateType: PREDICATE_TYPE,
            predicate: { verdict: "approved" },
        };
        const data = Buffer.from(JSON.stringify(statement));
        return stored(bundleToJSON(await builder.create({ data, type: "application/vnd.in-toto+json" })));
    }

    function stored(json: unknown): StoredBundle {
        const bytes = Buffer.from(JSON.stringify(json));
        return { kind: "bundle", digest: "", mediaType: "", content: () => Promise.resolve(bytes) };
    }
});

describe("the bundles of an image", () => {
    it("are found whatever their artifactType says, and among the likely ones only where it says so", async () => {
        const registry = new MemoryRegistry();
        const image = await pushImage(registry, IMAGE.repository, "app");
        const layer = { ...(await registry.putBlob(image.repository, Buffer.from("{}"))), mediaType: BUNDLE_TYPE };
        for (const artifactType of [BUNDLE_TYPE, "application/vnd.in-toto+json"]) {
            const manifest = { artifactType, layers: [layer], subject: { digest: image.digest } };
            const bytes = Buffer.from(JSON.stringify(manifest));
            await registry.putManifest(image.repository, `a${bytes.length}`, OCI_MANIFEST, bytes);
        }
        expect(await readBundles(registry, image)).to.have.length(2);
        expect(await readLikelyBundles(registry, image)).to.have.length(1);
    });
});

describe("signing in a bundle", () => {
    it("stores the bundle anew where others replace the list that names it", async () => {
        const registry = new RegistryWithBusyList();
        const image = await pushImage(registry, IMAGE.repository, "app");
        expect(await signImageInBundle(registry, image, RELEASE)).to.deep.equal({ isNew: true, attempts: 2 });
        const [bundle] = await readBundles(registry, image);
        const described = bundle && (await describeBundle(bundle, image.digest));
        const key = readPublicKeyAsCluster(P256.publicKey.export({ type: "spki", format: "pem" }).toString());
        expect(described?.isSignedBy(key)).to.equal(true);
    });
});

describe("bundles that refer to an image", () => {
    const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

    it("are read where others beside them are broken, and say for each what is the matter", async () => {
        const { refer, outcomes } = referrersOf();
        await refer({ content: "{}", size: 3 });
        await refer({ content: "{}" });
        await refer({ manifest: "no JSON" });
        await refer({ content: "{}", mediaType: "text/plain" });
        expect(await outcomes()).to.deep.equal(["payload-unreadable", "signature-malformed", "payload-unreadable"]);
    });

    it("are a hundred, and the rest is not known", async () => {
        const { refer, outcomes } = referrersOf();
        for (let index = 0; index < 103; index++) {
            await refer({ content: `{"${index}":1}` });
        }
        const found = await outcomes();
        expect(found).to.have.length(101);
        expect(found.at(-1)).to.equal("too-much-work");
    });

    it("are read up to some megabytes for an image, each as often as it is asked for", async () => {
        const { refer, outcomes } = referrersOf();
        for (let index = 0; index < 4; index++) {
            await refer({ content: `${index}${" ".repeat(20 * 1024 * 1024)}` });
        }
        const found = ["signature-malformed", "signature-malformed", "signature-malformed", "too-much-work"];
        expect(await outcomes()).to.deep.equal(found);
    });

    interface Referring {
        readonly content?: string;
        readonly mediaType?: string;
        readonly size?: number;
        readonly manifest?: string;
    }

    function referrersOf() {
        const registry = new ListedRegistry();
        const refer = async ({ content = "", mediaType = BUNDLE, size, manifest }: Referring) => {
            const blob = await registry.putBlob(IMAGE.repository, Buffer.from(content));
            const layers = [{ ...blob, mediaType, size: size ?? blob.size }];
            const bytes = Buffer.from(manifest ?? JSON.stringify({ layers, artifactType: BUNDLE }));
            registry.listed.push(await registry.putManifest(IMAGE.repository, "any", "", bytes));
        };
        const outcomes = async () => {
            const bundles = await readBundles(registry, IMAGE);
            const checked = bundles.map((bundle) => bundleMessage(bundle));
            return (await Promise.all(checked)).map((message) => (isOutcome(message) ? message.code : "read"));
        };
        return { refer, outcomes };
    }
});

/** A registry in memory that lists what a test says. */
class ListedRegistry extends MemoryRegistry {
    public readonly listed: Descriptor[] = [];

    public override referrers(): Promise<Descriptor[]> {
        return Promise.resolve(this.listed);
    }

    public override async manifest(repository: RepositoryName, reference: string): Promise<Manifest> {
        try {
            return await super.manifest(repository, reference);
        } catch (error) {
            throw error instanceof SyntaxError
                ? new RegistryError("no JSON", { ...repository, code: "malformed" })
                : error;
        }
    }
}

/** A stand-in for a registry without a list of its own: others replace the one under the tag after the first manifest is added. */
class RegistryWithBusyList extends MemoryRegistry {
    private stored = 0;

    public override putManifest(...manifest: Parameters<MemoryRegistry["putManifest"]>): Promise<Descriptor> {
        const { subject } = JSON.parse(manifest[3].toString("utf8")) as { subject?: Descriptor };
        this.stored += subject === undefined ? 0 : 1;
        return super.putManifest(...manifest);
    }

    public override async referrers(repository: RepositoryName, digest: string): Promise<Descriptor[]> {
        return this.stored < 2 ? [] : super.referrers(repository, digest);
    }
}
