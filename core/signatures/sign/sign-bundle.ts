/** cosign v3's default form: a signature in a sigstore bundle that refers to the image. */
import { setTimeout as delay } from "node:timers/promises";

import { readPublicKeyAsCluster, type ClusterPublicKey } from "../../keys";
import { RegistryError, type Descriptor } from "../../registry";
import { describeBundle, SIGNATURE_PREDICATE } from "../describe-bundle";
import { asRecord, goField } from "../go-json";
import { readBundles } from "../read-bundles";
import { digestOf, MANIFEST_TYPE } from "./attachment";
import { IN_TOTO_PAYLOAD_TYPE, preAuthenticationEncoding } from "../envelope";
import { SigningError } from "./errors";

import type { SignedImage } from "../stored";
import type { Added, SignatureRegistry } from "./append";
import type { Signer } from "./signer";

const BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const EMPTY_TYPE = "application/vnd.oci.empty.v1+json";
const INDEX_TYPE = "application/vnd.oci.image.index.v1+json";

/** How often the list of referrers is stored again where others replace it. */
const MAXIMUM_ATTEMPTS = 20;
const SETTLE_MS = 200;

/**
 * Signs an image in a bundle. No released policy-controller verifies a key's signature in this form; cosign v3 does. Where
 * this key has signed the image so already, there is nothing to do.
 *
 * @throws RegistryError, SigningError
 */
export async function signImageInBundle(
    registry: SignatureRegistry,
    image: SignedImage,
    signer: Signer,
    annotations: Readonly<Record<string, string>> = {},
): Promise<Added> {
    const key = readPublicKeyAsCluster(signer.publicKey.export({ type: "spki", format: "pem" }).toString());
    registry.forget(image.repository);
    if (await isSignedAlready(registry, image, key)) {
        return { isNew: false, attempts: 0 };
    }
    const bundle = await registry.putBlob(image.repository, sealBundle(image, signer, key, annotations));
    const config = await registry.putBlob(image.repository, Buffer.from("{}"));
    const { mediaType, digest, size } = await registry.resolve({ ...image.repository, digest: image.digest });
    const manifest = Buffer.from(
        JSON.stringify({
            schemaVersion: 2,
            mediaType: MANIFEST_TYPE,
            artifactType: BUNDLE_TYPE,
            config: { ...config, mediaType: EMPTY_TYPE },
            layers: [{ ...bundle, mediaType: BUNDLE_TYPE }],
            subject: { mediaType, digest, size },
            annotations: {
                "dev.sigstore.bundle.content": "dsse-envelope",
                "dev.sigstore.bundle.predicateType": SIGNATURE_PREDICATE,
            },
        }),
    );
    const stored = await registry.putManifest(image.repository, digestOf(manifest), MANIFEST_TYPE, manifest);
    return { isNew: true, attempts: await announce(registry, image, { ...stored, artifactType: BUNDLE_TYPE }) };
}

async function isSignedAlready(
    registry: SignatureRegistry,
    image: SignedImage,
    key: ClusterPublicKey,
): Promise<boolean> {
    const bundles = await readBundles(registry, image);
    const described = await Promise.all(bundles.map((bundle) => describeBundle(bundle, image.digest)));
    return described.some((each) => each?.isSignature === true && each.isForImage && each.isSignedBy(key));
}

function sealBundle(
    { digest }: SignedImage,
    signer: Signer,
    { fingerprint }: ClusterPublicKey,
    annotations: Readonly<Record<string, string>>,
): Buffer {
    const [algorithm = "", hex = ""] = digest.split(":");
    const hasAnnotations = Object.keys(annotations).length > 0;
    const statement = Buffer.from(
        JSON.stringify({
            _type: "https://in-toto.io/Statement/v1",
            subject: [{ digest: { [algorithm]: hex }, ...(hasAnnotations ? { annotations } : {}) }],
            predicateType: SIGNATURE_PREDICATE,
            predicate: {},
        }),
    );
    const signature = signer.sign(preAuthenticationEncoding(IN_TOTO_PAYLOAD_TYPE, statement));
    return Buffer.from(
        JSON.stringify({
            mediaType: BUNDLE_TYPE,
            verificationMaterial: { publicKey: { hint: fingerprint } },
            dsseEnvelope: {
                payload: statement.toString("base64"),
                payloadType: IN_TOTO_PAYLOAD_TYPE,
                signatures: [{ sig: signature.toString("base64") }],
            },
        }),
    );
}

/**
 * Sees to it that the referrer is found. A registry without the referrers API keeps the list under a tag, which the client
 * writes (OCI distribution specification 1.1, "Referrers Tag Schema"), and others as well: written until it is there.
 */
async function announce(registry: SignatureRegistry, image: SignedImage, referrer: Descriptor): Promise<number> {
    const tag = image.digest.replace(":", "-");
    for (let attempts = 1; attempts <= MAXIMUM_ATTEMPTS; attempts++) {
        registry.forget(image.repository);
        const listed = await registry.referrers(image.repository, image.digest);
        if (listed.some(({ digest }) => digest === referrer.digest)) {
            return attempts;
        }
        const manifests = [...(await fallbackEntries(registry, image, tag)), referrer];
        const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests }));
        await registry.putManifest(image.repository, tag, INDEX_TYPE, bytes);
        await delay(SETTLE_MS * (1 + Math.random()));
    }
    throw new SigningError(
        "signature-lost",
        `The list of what refers to ${image.digest} was replaced ${MAXIMUM_ATTEMPTS} times by others. Sign again when they are done.`,
    );
}

async function fallbackEntries(
    registry: SignatureRegistry,
    image: SignedImage,
    tag: string,
): Promise<readonly unknown[]> {
    try {
        const { content } = await registry.manifest(image.repository, tag);
        const manifests = goField(asRecord(content), "manifests");
        return Array.isArray(manifests) ? (manifests as unknown[]) : [];
    } catch (error) {
        if (error instanceof RegistryError && error.code === "not-found") {
            return [];
        }
        throw error;
    }
}
