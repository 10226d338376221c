/**
 * Images and what is signed beside them, byte by byte as cosign writes it, so that the code under test is not what makes
 * them. Also such as no signer makes: tampered, for another image, broken.
 */
import { createHash, generateKeyPairSync, sign } from "node:crypto";

import type { KeyObject } from "node:crypto";
import type { Descriptor, RegistryWriter, RepositoryName } from "../../core/registry";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";
const CONFIG = "application/vnd.oci.image.config.v1+json";
const SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json";
const DSSE = "application/vnd.dsse.envelope.v1+json";
const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const IN_TOTO = "application/vnd.in-toto+json";

/** Both halves of a key. */
export interface SigningKey {
    privateKey: KeyObject;
    /** What a policy has in `key.data`. */
    pem: string;
    /** What this key signs over. */
    hash: string;
}

/** A key as cosign makes it, or of another curve. */
export function ecKey(namedCurve = "P-256", hash = "sha256"): SigningKey {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve });
    return { privateKey, pem: publicKey.export({ type: "spki", format: "pem" }).toString(), hash };
}

/** An RSA key. */
export function rsaKey(modulusLength = 2048): SigningKey {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength });
    return { privateKey, pem: publicKey.export({ type: "spki", format: "pem" }).toString(), hash: "sha256" };
}

/** A signature's payload and what stands beside it: one layer of a `.sig` or `.att` manifest. */
export interface Layer {
    mediaType: string;
    payload: Buffer;
    annotations: Record<string, string>;
}

/** A certificate that a signature carries, in PEM. */
export interface Certified {
    certificate: string;
    chain: string;
}

/** cosign's claim that an image is signed, with any part of it changed. */
export function claim(repository: RepositoryName, digest: string): Buffer {
    const identity = { "docker-reference": `${repository.registry}/${repository.repository}` };
    const image = { "docker-manifest-digest": digest };
    const critical = { identity, image, type: "cosign container image signature" };
    return Buffer.from(JSON.stringify({ critical, optional: null }));
}

/** A signature in the legacy form over a payload. */
export function signature(key: SigningKey, payload: Buffer, certified?: Certified): Layer {
    return {
        mediaType: SIMPLE_SIGNING,
        payload,
        annotations: {
            "dev.cosignproject.cosign/signature": sign(key.hash, payload, key.privateKey).toString("base64"),
            ...annotationsOf(certified),
        },
    };
}

/** An in-toto statement about an image. */
export function statement(digest: string, predicateType: string, predicate: unknown = { made: "well" }): Buffer {
    return Buffer.from(
        JSON.stringify({
            _type: "https://in-toto.io/Statement/v0.1",
            predicateType,
            subject: [{ name: "app", digest: { sha256: digest.replace("sha256:", "") } }],
            predicate,
        }),
    );
}

/** An attestation in the legacy form: a DSSE envelope. */
export function attestation(key: SigningKey, payload: Buffer, certified?: Certified): Layer {
    return {
        mediaType: DSSE,
        payload: Buffer.from(JSON.stringify(envelope(key, payload))),
        annotations: {
            "dev.cosignproject.cosign/signature": "",
            predicateType: (JSON.parse(payload.toString()) as { predicateType: string }).predicateType,
            ...annotationsOf(certified),
        },
    };
}

function annotationsOf(certified: Certified | undefined): Record<string, string> {
    return certified === undefined
        ? {}
        : {
              "dev.sigstore.cosign/certificate": certified.certificate,
              "dev.sigstore.cosign/chain": certified.chain,
          };
}

function envelope(key: SigningKey, payload: Buffer) {
    const encoded = Buffer.concat([Buffer.from(`DSSEv1 ${IN_TOTO.length} ${IN_TOTO} ${payload.length} `), payload]);
    const sig = sign(key.hash, encoded, key.privateKey).toString("base64");
    return { payloadType: IN_TOTO, payload: payload.toString("base64"), signatures: [{ sig }] };
}

/** Pushes images and what belongs to them. */
export class ImageWorkshop {
    private made = 0;

    public constructor(
        private readonly registry: RegistryWriter,
        /** `localhost:5000`. */
        private readonly host: string,
    ) {}

    public repository(name: string): RepositoryName {
        return { registry: this.host, repository: name };
    }

    /** Pushes an image, each with a digest of its own, and says the digest. */
    public async image(name: string, tag = "1"): Promise<string> {
        this.made += 1;
        return this.manifest(name, tag, MANIFEST, { made: this.made });
    }

    /** Pushes an index of platform images that are in the same repository. */
    public async index(name: string, platforms: readonly string[], tag = "1"): Promise<string> {
        const manifests = platforms.map((digest, index) => ({
            mediaType: MANIFEST,
            digest,
            size: 1,
            platform: { os: "linux", architecture: ["amd64", "arm64"][index] ?? "s390x" },
        }));
        const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
        return (await this.registry.putManifest(this.repository(name), tag, INDEX, bytes)).digest;
    }

    /** Puts layers under the tag at which cosign looks for signatures (`sig`) or attestations (`att`) of a digest. */
    public async attach(
        name: string,
        digest: string,
        suffix: "sig" | "att",
        layers: readonly Layer[],
        tagPrefix = "",
    ): Promise<void> {
        const repository = this.repository(name);
        const descriptors: Descriptor[] = [];
        for (const { mediaType, payload, annotations } of layers) {
            const { digest: blob, size } = await this.registry.putBlob(repository, payload);
            descriptors.push({ mediaType, digest: blob, size, annotations });
        }
        await this.manifest(name, `${tagPrefix}${digest.replace(":", "-")}.${suffix}`, MANIFEST, {}, descriptors);
    }

    /** Puts anything under a tag. */
    public async putRaw(name: string, tag: string, content: string): Promise<void> {
        await this.registry.putManifest(this.repository(name), tag, MANIFEST, Buffer.from(content));
    }

    /** Refers to an image with a bundle, cosign v3's default form: of a signature, unless a statement is given. */
    public async bundle(name: string, digest: string, key: SigningKey, payload?: Buffer): Promise<void> {
        const signed = payload ?? statement(digest, "https://sigstore.dev/cosign/sign/v1", {});
        const hint = createHash("sha256").update(Buffer.from(key.pem.replaceAll(/-----[^-]+-----|\s/g, ""), "base64"));
        const content = JSON.stringify({
            mediaType: BUNDLE,
            verificationMaterial: { publicKey: { hint: hint.digest("base64") }, tlogEntries: [] },
            dsseEnvelope: envelope(key, signed),
        });
        const repository = this.repository(name);
        const empty = await this.registry.putBlob(repository, Buffer.from("{}"));
        const layer = await this.registry.putBlob(repository, Buffer.from(content));
        const manifest = Buffer.from(
            JSON.stringify({
                schemaVersion: 2,
                mediaType: MANIFEST,
                artifactType: BUNDLE,
                config: { ...empty, mediaType: "application/vnd.oci.empty.v1+json" },
                layers: [{ ...layer, mediaType: BUNDLE }],
                subject: { mediaType: MANIFEST, digest, size: 1 },
            }),
        );
        await this.registry.putManifest(repository, digestOf(manifest), MANIFEST, manifest);
    }

    private async manifest(
        name: string,
        tag: string,
        mediaType: string,
        configuration: object,
        layers: readonly Descriptor[] = [],
    ): Promise<string> {
        const repository = this.repository(name);
        const config = await this.registry.putBlob(repository, Buffer.from(JSON.stringify(configuration)));
        const manifest = { schemaVersion: 2, mediaType, config: { ...config, mediaType: CONFIG }, layers };
        return (await this.registry.putManifest(repository, tag, mediaType, Buffer.from(JSON.stringify(manifest))))
            .digest;
    }
}

/** `sha256:…` of bytes. */
export function digestOf(bytes: Uint8Array): string {
    return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
