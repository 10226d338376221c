import { generateKeyPairSync } from "node:crypto";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";

import { expect } from "chai";

import { RegistryClient } from "../../../core/registry";
import {
    checkAttestation,
    checkSignature,
    checkSignatures,
    describeBundle,
    readAttestations,
    readBundles,
    readSimpleSignatures,
    type SignedImage,
} from "../../../core/signatures";
import { keySigner, type Signer } from "../../../core/signatures/sign/signer";
import { signImage, signImageKeyless } from "../../../core/signatures/sign/sign-image";
import { signImageInBundle } from "../../../core/signatures/sign/sign-bundle";
import { attestImage, attestImageKeyless } from "../../../core/signatures/sign/attest-image";
import { ensureTools } from "../../../tools";
import { readPublicKeyAsCluster, type ClusterPublicKey } from "../../../core/keys";
import { BUNDLE, Cosign } from "../../support/cosign";
import { pushImage, referenceOf } from "../../support/images";
import { CYCLONEDX, SLSA, SLSA_V1, SPDX, VULN } from "../../support/predicates";
import { RegistryProcess } from "../../support/registry-process";
import { CI, SigstoreInstance } from "../../support/sigstore-instance";
import { identityToken, SigstoreServices } from "../../support/sigstore-services";
import { keyCheck } from "./support";

const KEYS = {
    release: generateKeyPairSync("ec", { namedCurve: "P-256" }),
    stranger: generateKeyPairSync("ec", { namedCurve: "P-256" }),
    p384: generateKeyPairSync("ec", { namedCurve: "P-384" }),
    p521: generateKeyPairSync("ec", { namedCurve: "P-521" }),
    rsa: generateKeyPairSync("rsa", { modulusLength: 2048 }),
};
type KeyName = keyof typeof KEYS;

/** The hash of an authority for each key. */
const HASHES = { release: undefined, p384: "sha384", p521: "sha512", rsa: undefined, stranger: undefined } as const;
const SIGNING_KEYS = ["release", "p384", "p521", "rsa"] as const satisfies readonly KeyName[];

const PREDICATES = {
    slsaprovenance: SLSA,
    slsaprovenance1: SLSA_V1,
    spdxjson: SPDX,
    cyclonedx: CYCLONEDX,
    vuln: VULN,
    custom: "any text",
    "https://acme.example/review/v1": '{"approved":true}',
} as const;

describe("with the real cosign and a real registry", function () {
    this.timeout(120_000);

    let server: RegistryProcess;
    let registry: RegistryClient;
    let cosign: Cosign;
    let folder: string;
    let sigstore: SigstoreInstance;

    before(async function () {
        // Where cosign is not there yet, it is built.
        this.timeout(1_800_000);
        const tools = await ensureTools(["cosign", "registry"]);
        folder = await fs.mkdtemp(path.join(os.tmpdir(), "signatures-"));
        server = await RegistryProcess.start();
        registry = new RegistryClient();
        sigstore = await SigstoreInstance.create();
        cosign = new Cosign(tools.cosign, folder);
    });

    after(async () => {
        await registry.close();
        await server.stop();
        await fs.rm(folder, { recursive: true });
    });

    for (const key of SIGNING_KEYS) {
        it(`cosign verifies what we sign with ${key}`, async () => {
            const image = await push(`ours-${key}`);
            await signImage(registry, image, signer(key));
            expect(await cosignVerifies(image, key)).to.equal(true);
            expect(await cosignVerifies(image, "stranger")).to.equal(false);
        });

        it(`we verify what cosign signs with ${key}`, async () => {
            const image = await push(`theirs-${key}`);
            await cosignSign(image, key);
            expect(await verdict(image, key)).to.deep.equal(["verified"]);
            expect(await verdict(image, "stranger")).to.deep.equal(["refused"]);
        });
    }

    it("cosign and we write the same payload", async () => {
        const [ours, theirs] = [await push("same"), await push("same")];
        expect(ours).to.deep.equal(theirs);
        await signImage(registry, ours, signer("release"));
        await cosignSign(theirs, "stranger");
        registry.forget(ours.repository);
        const signatures = await readSimpleSignatures(registry, ours);
        expect(signatures).to.have.length(2);
        expect(new Set("verdict" in signatures ? [] : signatures.map(({ digest }) => digest)).size).to.equal(1);
    });

    it("cosign adds to what we signed, and we to what cosign signed", async () => {
        const image = await push("together");
        await signImage(registry, image, signer("release"));
        await cosignSign(image, "p384");
        await signImage(registry, image, signer("rsa"));
        await cosignSign(image, "stranger");
        for (const key of ["release", "p384", "rsa", "stranger"] as const) {
            expect(await cosignVerifies(image, key), key).to.equal(true);
            expect(await verdict(image, key), key)
                .to.include("verified")
                .and.to.have.length(4);
        }
    });

    it("a second signature of the same key is not needed, nor after cosign's", async () => {
        const image = await push("again");
        await cosignSign(image, "release");
        const { isNew } = await signImage(registry, image, signer("release"));
        expect(isNew).to.equal(false);
        expect(await verdict(image, "release")).to.deep.equal(["verified"]);
    });

    it("cosign sees our annotations", async () => {
        const image = await push("annotated");
        await signImage(registry, image, signer("release"), { annotations: { commit: "a<b>&c", zeta: "ä" } });
        expect(await cosignVerifies(image, "release", "-a", "commit=a<b>&c", "-a", "zeta=ä")).to.equal(true);
        expect(await cosignVerifies(image, "release", "-a", "commit=other")).to.equal(false);
    });

    for (const [type, content] of Object.entries(PREDICATES)) {
        it(`cosign verifies our attestation of the type ${type}`, async () => {
            const image = await push(`our-${type.replaceAll(/[^a-z0-9]+/g, "-")}`);
            await attestImage(registry, image, signer("release"), { type, content: Buffer.from(content) });
            const key = await keyFiles("release");
            expect(await cosign.verifiesAttestation(referenceOf(image), key, type)).to.equal(true);
        });

        it(`we verify cosign's attestation of the type ${type}`, async () => {
            const image = await push(`their-${type.replaceAll(/[^a-z0-9]+/g, "-")}`);
            await cosign.attest(referenceOf(image), await keyFiles("release"), { type, content });
            expect(await attestationVerdict(image, "release")).to.deep.equal(["verified"]);
            expect(await attestationVerdict(image, "stranger")).to.deep.equal(["refused"]);
        });
    }

    it("an attestation is verified with the key's own hash", async () => {
        const image = await push("attested-p384");
        await attestImage(registry, image, signer("p384"), { type: "spdxjson", content: Buffer.from(SPDX) });
        const key = await keyFiles("p384");
        expect(await cosign.verifiesAttestation(referenceOf(image), key, "spdxjson", ...hashOption("p384"))).to.equal(
            true,
        );
        expect(await attestationVerdict(image, "p384")).to.deep.equal(["verified"]);
    });

    it("a signature in cosign's bundle format is recognised, and whose key made it", async () => {
        const image = await push("bundle");
        await cosignSign(image, "p384", ...BUNDLE);
        expect(await readSimpleSignatures(registry, image)).to.deep.equal([]);
        const [bundle, ...others] = await readBundles(registry, image);
        expect(others).to.deep.equal([]);
        const described = bundle && (await describeBundle(bundle, image.digest));
        expect(described).to.include({ isSignature: true, isForImage: true });
        expect(described?.isSignedBy(publicKey("p384"))).to.equal(true);
        expect(described?.isSignedBy(publicKey("stranger"))).to.equal(false);
    });

    it("cosign verifies what we sign in a bundle, which we sign once", async () => {
        const image = await push("our-bundle");
        expect(await signImageInBundle(registry, image, signer("release"))).to.include({ isNew: true });
        expect(await signImageInBundle(registry, image, signer("release"))).to.include({ isNew: false });
        expect(await cosignVerifiesBundle(image, "release")).to.equal(true);
        expect(await cosignVerifiesBundle(image, "stranger")).to.equal(false);
    });

    it("cosign finds what we sign in another repository, and we what it signs there", async () => {
        const [ours, theirs] = [await push("elsewhere"), await push("also-elsewhere")];
        const repository = { registry: server.host, repository: "acme/signatures" };
        const elsewhere = cosign.with({ COSIGN_REPOSITORY: `${server.host}/acme/signatures` });
        const key = await keyFiles("release");
        await signImage(registry, ours, signer("release"), { repository });
        expect(await elsewhere.verifies(referenceOf(ours), key)).to.equal(true);
        expect(await cosignVerifies(ours, "release"), "beside the image").to.equal(false);
        await elsewhere.sign(referenceOf(theirs), key);
        registry.forget(repository);
        const signatures = await readSimpleSignatures(registry, theirs, { repository });
        const check = keyCheck(KEYS.release.publicKey);
        expect((await checkSignatures(signatures, theirs.digest, check)).verdict).to.equal("verified");
        expect((await signImage(registry, theirs, signer("release"), { repository })).isNew).to.equal(false);
    });

    it("cosign verifies what we sign and attest without a key", async () => {
        const services = await SigstoreServices.start(sigstore);
        const image = await push("keyless");
        const { url } = services;
        const exp = Math.floor(Date.now() / 1000) + 24 * 3600;
        const token = identityToken({ iss: CI.issuer, sub: CI.subject, aud: "sigstore", exp });
        const keyless = { identityToken: token, fulcioUrl: url, rekorUrl: url };
        await signImageKeyless(registry, image, keyless);
        await attestImageKeyless(registry, image, keyless, { type: "spdxjson", content: Buffer.from(SPDX) });
        services.stop();
        const verifies = await cosignKeyless();
        expect(await verifies(image, CI.subject)).to.deep.equal([true, true]);
        expect(await verifies(image, "https://github.com/evil/app")).to.deep.equal([false, false]);
    });

    /** The real cosign with the roots of our Sigstore; says what it says of a signature and of an attestation. */
    async function cosignKeyless(): Promise<(image: SignedImage, subject: string) => Promise<boolean[]>> {
        const { sigstoreKeys } = sigstore.trustRoot();
        const write = async (name: string, base64 = ""): Promise<string> => {
            const file = path.join(folder, name);
            await fs.writeFile(file, Buffer.from(base64, "base64"));
            return file;
        };
        const roots = await write("roots.pem", sigstoreKeys?.certificateAuthorities?.[0]?.certChain);
        const offline = cosign.with({
            SIGSTORE_REKOR_PUBLIC_KEY: await write("rekor.pub", sigstoreKeys?.tLogs?.[0]?.publicKey),
            SIGSTORE_CT_LOG_PUBLIC_KEY_FILE: await write("ct.pub", sigstoreKeys?.ctLogs?.[0]?.publicKey),
        });
        const common = ["--ca-roots", roots, "--insecure-ignore-sct", "--offline", "--new-bundle-format=false"];
        return (image, subject) => {
            const who = ["--certificate-identity", subject, "--certificate-oidc-issuer", CI.issuer];
            const runs = [["verify"], ["verify-attestation", "--type", "spdxjson"]];
            return Promise.all(runs.map((run) => offline.accepts(...run, ...who, ...common, referenceOf(image))));
        };
    }

    function signer(key: KeyName): Signer {
        return keySigner(KEYS[key].privateKey);
    }

    function publicKey(key: KeyName): ClusterPublicKey {
        return readPublicKeyAsCluster(KEYS[key].publicKey.export({ type: "spki", format: "pem" }).toString());
    }

    function keyFiles(key: KeyName): ReturnType<Cosign["keyFiles"]> {
        return cosign.keyFiles(key, KEYS[key].privateKey);
    }

    async function cosignSign(image: SignedImage, key: KeyName, ...options: string[]): Promise<void> {
        await cosign.sign(referenceOf(image), await keyFiles(key), ...options);
    }

    function push(name: string): Promise<SignedImage> {
        return pushImage(registry, { registry: server.host, repository: `acme/${name}` }, name);
    }

    async function cosignVerifies(image: SignedImage, key: KeyName, ...options: string[]): Promise<boolean> {
        return cosign.verifies(referenceOf(image), await keyFiles(key), ...options, ...hashOption(key));
    }

    async function cosignVerifiesBundle(image: SignedImage, key: KeyName): Promise<boolean> {
        return cosign.verifiesBundle(referenceOf(image), await keyFiles(key));
    }

    /** Without it, cosign verifies with SHA-256 what it has signed with another hash. */
    function hashOption(key: KeyName): string[] {
        const hash = HASHES[key];
        return hash === undefined ? [] : [`--signature-digest-algorithm=${hash}`];
    }

    async function verdict(image: SignedImage, key: KeyName): Promise<string[]> {
        registry.forget(image.repository);
        const signatures = await readSimpleSignatures(registry, image);
        const check = keyCheck(KEYS[key].publicKey, HASHES[key]);
        const checked =
            "verdict" in signatures ? [] : signatures.map((each) => checkSignature(each, image.digest, check));
        return (await Promise.all(checked)).map((outcome) => outcome.verdict);
    }

    async function attestationVerdict(image: SignedImage, key: KeyName): Promise<string[]> {
        registry.forget(image.repository);
        const attestations = await readAttestations(registry, image);
        const check = { ...keyCheck(KEYS[key].publicKey, HASHES[key]), engine: "0.15" } as const;
        const checked =
            "verdict" in attestations ? [] : attestations.map((each) => checkAttestation(each, image.digest, check));
        return (await Promise.all(checked)).map(({ outcome }) => outcome.verdict);
    }
});
