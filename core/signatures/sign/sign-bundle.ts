/** cosign v3's default form: a signature in a sigstore bundle that refers to the image. */
import { setTimeout as delay } from "node:timers/promises";

import { readPublicKeyAsCluster, type ClusterPublicKey } from "../../keys";
import { OCI_EMPTY, OCI_MANIFEST } from "../../registry";
import { digestOf } from "../../registry/digest";
import { describeBundle, SIGNATURE_PREDICATE } from "../describe-bundle";
import { readLikelyBundles } from "../read-bundles";
import { IN_TOTO_PAYLOAD_TYPE, preAuthenticationEncoding } from "../envelope";
import { SigningError } from "./errors";

import type { SignedImage } from "../stored";
import type { Added, SignatureRegistry } from "./append";
import type { Signer } from "./signer";

const BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

/** How often it is stored again where others replace the list that names it. */
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
            mediaType: OCI_MANIFEST,
            artifactType: BUNDLE_TYPE,
            config: { ...config, mediaType: OCI_EMPTY },
            layers: [{ ...bundle, mediaType: BUNDLE_TYPE }],
            subject: { mediaType, digest, size },
            annotations: {
                "dev.sigstore.bundle.content": "dsse-envelope",
                "dev.sigstore.bundle.predicateType": SIGNATURE_PREDICATE,
            },
        }),
    );
    return { isNew: true, attempts: await storeReferrer(registry, image, manifest) };
}

async function isSignedAlready(
    registry: SignatureRegistry,
    image: SignedImage,
    key: ClusterPublicKey,
): Promise<boolean> {
    const bundles = await readLikelyBundles(registry, image);
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
 * Stores a manifest that refers to the image, until it is listed. Where a registry keeps no such list, its writers do, each
 * in place of the one that is there (OCI distribution specification 1.1, "Referrers Tag Schema"): one may undo another.
 *
 * @returns how often it was stored
 */
async function storeReferrer(registry: SignatureRegistry, image: SignedImage, manifest: Buffer): Promise<number> {
    const digest = digestOf(manifest);
    for (let attempts = 1; attempts <= MAXIMUM_ATTEMPTS; attempts++) {
        await registry.putManifest(image.repository, digest, OCI_MANIFEST, manifest);
        registry.forget(image.repository);
        const listed = await registry.referrers(image.repository, image.digest);
        if (listed.some((referrer) => referrer.digest === digest)) {
            return attempts;
        }
        await delay(SETTLE_MS * (1 + Math.random()));
    }
    throw new SigningError(
        "signature-lost",
        `The list of what refers to ${image.digest} was replaced ${MAXIMUM_ATTEMPTS} times by others. Sign again when they are done.`,
    );
}
