/**
 * Images that are signed in every way, right and wrong: for whoever judges images, and wants to judge them as the cluster
 * does.
 */
import { generateKeyPairSync, sign, type KeyPairKeyObjectResult } from "node:crypto";

import { OCI_MANIFEST } from "../../core/registry";
import { SIGNATURE_ANNOTATION } from "../../core/signatures/annotations";
import { simpleSigningPayload } from "../../core/signatures/payload";
import { attestImage } from "../../core/signatures/sign/attest-image";
import { withLayer } from "../../core/signatures/sign/attachment";
import { signImage } from "../../core/signatures/sign/sign-image";
import { keySigner, type Signer } from "../../core/signatures/sign/signer";
import { attachmentTag } from "../../core/signatures/stored-layers";
import { BUNDLE, type Cosign } from "./cosign";
import { pushImage, pushIndex, referenceOf } from "./images";
import { CI, SigstoreInstance } from "./sigstore-instance";

import type { SignedImage } from "../../core/signatures";
import type { SignatureRegistry } from "../../core/signatures/sign/append";

/** Whose keys sign: `release` and its like are those of policies, `stranger` is nobody's. */
export const ZOO_KEYS = {
    release: generateKeyPairSync("ec", { namedCurve: "P-256" }),
    stranger: generateKeyPairSync("ec", { namedCurve: "P-256" }),
    p384: generateKeyPairSync("ec", { namedCurve: "P-384" }),
    p521: generateKeyPairSync("ec", { namedCurve: "P-521" }),
    rsa: generateKeyPairSync("rsa", { modulusLength: 2048 }),
    ed25519: generateKeyPairSync("ed25519"),
} as const satisfies Readonly<Record<string, KeyPairKeyObjectResult>>;
export type ZooKey = keyof typeof ZOO_KEYS;

/** A public key as a policy holds it. */
export function zooPublicKey(key: ZooKey): string {
    return ZOO_KEYS[key].publicKey.export({ type: "spki", format: "pem" }).toString();
}

/** What specimens are made with. */
export interface ZooKit {
    readonly registry: SignatureRegistry;
    /** `localhost:PORT` of the same registry. */
    readonly host: string;
    readonly cosign: Cosign;
    /** The instance that keyless policies trust. */
    readonly sigstore: SigstoreInstance;
    /** Another one, which nobody trusts. */
    readonly otherSigstore: SigstoreInstance;
    /** Of the same authorities as `sigstore` there are none with another clock: its certificates begin in an hour. */
    readonly futureSigstore: SigstoreInstance;
}

/** Where policies with `source` look: `HOST/acme/signatures`, and the prefix. */
export const ZOO_SOURCE = { repository: "acme/signatures", tagPrefix: "prod-" } as const;

export const SLSA = JSON.stringify({
    builder: { id: "https://ci.acme.example" },
    buildType: "https://acme.example/v1",
});
export const SLSA_V1 = JSON.stringify({
    buildDefinition: { buildType: "https://acme.example/v1", externalParameters: {} },
    runDetails: { builder: { id: "https://ci.acme.example" } },
});
export const SPDX = JSON.stringify({ spdxVersion: "SPDX-2.3", name: "app" });
export const CYCLONEDX = JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.6" });
export const VULN = JSON.stringify({
    invocation: { parameters: null, uri: "", event_id: "", "builder.id": "" },
    scanner: { uri: "scan", version: "1", db: { uri: "", version: "" }, result: {} },
    metadata: { scanStartedOn: "2026-01-01T00:00:00Z", scanFinishedOn: "2026-01-01T00:01:00Z" },
});

type Specimen = (zoo: SignedImageZoo, image: SignedImage) => Promise<void>;

/** By name, how each is treated once it is pushed. */
export const SPECIMENS = {
    unsigned: () => Promise.resolve(),
    signed: (zoo, image) => zoo.sign(image, "release"),
    signedTwice: async (zoo, image) => {
        await zoo.sign(image, "release");
        await zoo.sign(image, "release", { annotations: { build: "2" } });
    },
    signedByStranger: (zoo, image) => zoo.sign(image, "stranger"),
    signedBySeveral: async (zoo, image) => {
        await zoo.sign(image, "stranger");
        await zoo.sign(image, "p384");
        await zoo.sign(image, "release");
    },
    signedP384: (zoo, image) => zoo.sign(image, "p384"),
    signedP521: (zoo, image) => zoo.sign(image, "p521"),
    signedRsa: (zoo, image) => zoo.sign(image, "rsa"),
    signedP384OverSha256: (zoo, image) => zoo.storeSigned(image, "p384", simpleSigningPayload(image), "sha256"),
    signedWithAnnotations: (zoo, image) => zoo.sign(image, "release", { annotations: { commit: "<abc>" } }),
    signedElsewhere: (zoo, image) => zoo.sign(image, "release", zoo.source),
    signedByCosign: async (zoo, image) => zoo.cosignSign(image, "release"),
    signedByCosignP384: async (zoo, image) => zoo.cosignSign(image, "p384"),
    signedByCosignRsa: async (zoo, image) => zoo.cosignSign(image, "rsa"),
    signedByCosignEd25519: async (zoo, image) => zoo.cosignSign(image, "ed25519"),
    signedPureEd25519: (zoo, image) => zoo.storeSigned(image, "ed25519", simpleSigningPayload(image), null),
    signedInBundle: async (zoo, image) => zoo.cosignSign(image, "release", BUNDLE),
    signedInBothForms: async (zoo, image) => {
        await zoo.cosignSign(image, "release", BUNDLE);
        await zoo.sign(image, "release");
    },
    signedRaw: (zoo, image) => zoo.storeSigned(image, "release", simpleSigningPayload(image), "sha256", "ieee-p1363"),
    claimForOtherDigest: (zoo, image) =>
        zoo.storeSigned(image, "release", simpleSigningPayload({ ...image, digest: `sha256:${"0".repeat(64)}` })),
    claimForOtherRepository: (zoo, image) =>
        zoo.storeSigned(
            image,
            "release",
            simpleSigningPayload({ ...image, repository: { registry: "ghcr.io", repository: "evil/app" } }),
        ),
    claimOfOtherType: (zoo, image) =>
        zoo.storeSigned(
            image,
            "release",
            Buffer.from(JSON.stringify({ critical: { image: { "docker-manifest-digest": image.digest }, type: "x" } })),
        ),
    claimThatIsNoJson: (zoo, image) => zoo.storeSigned(image, "release", Buffer.from("{")),
    tamperedPayload: (zoo, image) => {
        const payload = simpleSigningPayload(image, { tampered: "yes" });
        const signature = zoo.signer("release").sign(simpleSigningPayload(image)).toString("base64");
        return zoo.store(image, payload, { [SIGNATURE_ANNOTATION]: signature });
    },
    signatureNoBase64: (zoo, image) => zoo.store(image, simpleSigningPayload(image), { [SIGNATURE_ANNOTATION]: "%%%" }),
    signatureMissing: (zoo, image) => zoo.store(image, simpleSigningPayload(image), {}),
    brokenCertificateBesideSignature: (zoo, image) => {
        const payload = simpleSigningPayload(image);
        const signature = zoo.signer("release").sign(payload).toString("base64");
        return zoo.store(image, payload, {
            [SIGNATURE_ANNOTATION]: signature,
            "dev.sigstore.cosign/certificate": "no certificate",
        });
    },
    brokenSignatureManifest: async (zoo, image) => {
        const bytes = Buffer.from('{"schemaVersion":2,"layers":{}}');
        await zoo.kit.registry.putManifest(image.repository, attachmentTag(image.digest, "sig"), OCI_MANIFEST, bytes);
    },
    attestedSlsa: (zoo, image) => zoo.attest(image, "release", "slsaprovenance", SLSA),
    attestedSlsaV1: (zoo, image) => zoo.attest(image, "release", "https://slsa.dev/provenance/v1", SLSA_V1),
    attestedSpdx: (zoo, image) => zoo.attest(image, "release", "spdxjson", SPDX),
    attestedCycloneDx: (zoo, image) => zoo.attest(image, "release", "cyclonedx", CYCLONEDX),
    attestedVuln: (zoo, image) => zoo.attest(image, "release", "vuln", VULN),
    attestedCustom: (zoo, image) => zoo.attest(image, "release", "custom", "free text"),
    attestedByStranger: (zoo, image) => zoo.attest(image, "stranger", "slsaprovenance", SLSA),
    attestedByCosign: async (zoo, image) =>
        zoo.kit.cosign.attest(referenceOf(image), await zoo.keyFiles("release"), {
            type: "slsaprovenance",
            content: SLSA,
        }),
    attestedP384: (zoo, image) => zoo.attest(image, "p384", "slsaprovenance", SLSA),
    attestedForOtherImage: async (zoo, image) => {
        const other = await pushImage(zoo.kit.registry, image.repository, "somebody else's", "other");
        await zoo.attest(other, "release", "slsaprovenance", SLSA);
        const { bytes } = await zoo.kit.registry.manifest(other.repository, attachmentTag(other.digest, "att"));
        const tag = attachmentTag(image.digest, "att");
        await zoo.kit.registry.putManifest(image.repository, tag, OCI_MANIFEST, bytes);
    },
    signedAndAttested: async (zoo, image) => {
        await zoo.sign(image, "release");
        await zoo.attest(image, "release", "slsaprovenance", SLSA);
    },
    keyless: async (zoo, image) => zoo.signKeyless(image, zoo.kit.sigstore, {}),
    keylessLogged: async (zoo, image) => zoo.signKeyless(image, zoo.kit.sigstore, { withLogEntry: true }),
    keylessTimestamped: async (zoo, image) => zoo.signKeyless(image, zoo.kit.sigstore, { withTimestamp: true }),
    keylessBySomebodyElse: async (zoo, image) =>
        zoo.signKeyless(image, zoo.kit.sigstore, { withLogEntry: true, subject: "https://github.com/evil/app" }),
    keylessOfOtherAuthority: async (zoo, image) =>
        zoo.signKeyless(image, zoo.kit.otherSigstore, { withLogEntry: true }),
    keylessWithoutCertificate: async (zoo, image) =>
        zoo.signKeyless(image, zoo.kit.sigstore, { withCertificate: false }),
    keylessNotYetValid: async (zoo, image) => zoo.signKeyless(image, zoo.kit.futureSigstore, {}),
    keylessNotYetValidButLogged: async (zoo, image) =>
        zoo.signKeyless(image, zoo.kit.futureSigstore, { withLogEntry: true }),
} as const satisfies Readonly<Record<string, Specimen>>;

/** The names of specimens that are one image; `indexSigned` and `platformSigned` come from {@link SignedImageZoo.index}. */
export type SpecimenName = keyof typeof SPECIMENS;

/** Pushes images and signs them. */
export class SignedImageZoo {
    public constructor(public readonly kit: ZooKit) {}

    /** Where the policies with a source look. */
    public get source(): { repository: SignedImage["repository"]; tagPrefix: string } {
        const { repository, tagPrefix } = ZOO_SOURCE;
        return { repository: { registry: this.kit.host, repository }, tagPrefix };
    }

    /** Pushes a specimen to `HOST/acme/NAME:latest`, treated as its name says. */
    public async specimen(name: SpecimenName): Promise<SignedImage> {
        const repository = { registry: this.kit.host, repository: `acme/${name.toLowerCase()}` };
        const image = await pushImage(this.kit.registry, repository, name);
        await SPECIMENS[name](this, image);
        return image;
    }

    /** Pushes an index of two platforms to `HOST/acme/NAME:latest`, with one of the three images signed, or none. */
    public async index(
        name: string,
        signed: "index" | "first platform" | "none",
    ): Promise<{ index: SignedImage; platforms: readonly SignedImage[] }> {
        const pushed = await pushIndex(
            this.kit.registry,
            { registry: this.kit.host, repository: `acme/${name}` },
            name,
        );
        const [first] = pushed.platforms;
        const image = signed === "index" ? pushed.index : first;
        if (signed !== "none" && image !== undefined) {
            await this.sign(image, "release");
        }
        return pushed;
    }

    public signer(key: ZooKey): Signer {
        return keySigner(ZOO_KEYS[key].privateKey);
    }

    public async sign(image: SignedImage, key: ZooKey, options?: Parameters<typeof signImage>[3]): Promise<void> {
        await signImage(this.kit.registry, image, this.signer(key), options);
    }

    public async attest(image: SignedImage, key: ZooKey, type: string, content: string): Promise<void> {
        await attestImage(this.kit.registry, image, this.signer(key), { type, content: Buffer.from(content) });
    }

    public keyFiles(key: ZooKey): ReturnType<Cosign["keyFiles"]> {
        return this.kit.cosign.keyFiles(key, ZOO_KEYS[key].privateKey);
    }

    public async cosignSign(image: SignedImage, key: ZooKey, options: readonly string[] = []): Promise<void> {
        await this.kit.cosign.sign(referenceOf(image), await this.keyFiles(key), ...options);
    }

    /** Signs a payload as it is, and stores it as the image's only signature. */
    public async storeSigned(
        image: SignedImage,
        key: ZooKey,
        payload: Buffer,
        hash: string | null = "sha256",
        dsaEncoding: "der" | "ieee-p1363" = "der",
    ): Promise<void> {
        const signature = sign(hash, payload, { key: ZOO_KEYS[key].privateKey, dsaEncoding });
        await this.store(image, payload, { [SIGNATURE_ANNOTATION]: signature.toString("base64") });
    }

    public async signKeyless(
        image: SignedImage,
        sigstore: SigstoreInstance,
        { subject = CI.subject, ...parts }: Parameters<SigstoreInstance["sign"]>[2] & { subject?: string },
    ): Promise<void> {
        const payload = simpleSigningPayload(image);
        await this.store(image, payload, await sigstore.sign(payload, { ...CI, subject }, parts));
    }

    /** Stores a payload with annotations as the image's only signature. */
    public async store(
        image: SignedImage,
        payload: Buffer,
        annotations: Readonly<Record<string, string>>,
    ): Promise<void> {
        const { registry } = this.kit;
        const mediaType = "application/vnd.dev.cosign.simplesigning.v1+json";
        const { manifest, config } = withLayer([], { mediaType, payload, annotations });
        await registry.putBlob(image.repository, payload);
        await registry.putBlob(image.repository, config);
        await registry.putManifest(image.repository, attachmentTag(image.digest, "sig"), OCI_MANIFEST, manifest);
    }
}
