import { bundleToJSON } from "@sigstore/bundle";
import { DSSEBundleBuilder, FulcioSigner, RekorWitness, TSAWitness } from "@sigstore/sign";
import { expect } from "chai";

import { checkBundle, describeBundle, readBundles, trustMaterialOf, type StoredBundle } from "../../../core/signatures";
import { readPublicKeyAsCluster } from "../../../core/keys";
import { signImageInBundle } from "../../../core/signatures/sign/sign-bundle";
import { MemoryRegistry } from "../../support/memory-registry";
import { pushImage } from "../../support/images";
import { CI, SigstoreInstance } from "../../support/sigstore-instance";
import { identityToken, SigstoreServices } from "../../support/sigstore-services";
import { IMAGE, OTHER_IMAGE, P256, RELEASE } from "./support";

import type { Authority, Identity, Keyless } from "../../../core/policy";
import type { Descriptor, RepositoryName } from "../../../core/registry";

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

    async function attest(digest: string): Promise<StoredBundle> {
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
            subject: [{ digest: { sha256: digest.replace("sha256:", "") } }],
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
