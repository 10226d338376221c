import { digestOf } from "../../registry/digest";
import { SIGNATURE_ANNOTATION } from "../annotations";
import { checkSignature } from "../check-signature";
import { simpleSigningPayload } from "../payload";
import { attachmentTag, storedLayers } from "../stored-layers";
import { appendLayer, type Added, type SignatureRegistry } from "./append";
import { signKeyless } from "./keyless";

import type { SignatureSource, SignedImage, SimpleSignature } from "../stored";
import type { KeylessOptions } from "./keyless";
import type { Signer } from "./signer";

/** What a signature is to say and where it is to lie. */
export interface SimpleSigningOptions extends SignatureSource {
    /**
     * `optional` of what is signed.
     *
     * @default none
     */
    readonly annotations?: Readonly<Record<string, string>>;
}

const SIMPLE_SIGNING_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json";

/**
 * Signs an image in cosign's legacy form, the one that policy-controller verifies with a key, beside what others have
 * signed. Where this key has signed the same already, there is nothing to do.
 *
 * @throws RegistryError, SigningError
 */
export function signImage(
    registry: SignatureRegistry,
    image: SignedImage,
    signer: Signer,
    { repository = image.repository, tagPrefix, annotations }: SimpleSigningOptions = {},
): Promise<Added> {
    const payload = simpleSigningPayload(image, annotations);
    const digest = digestOf(payload);
    const layer = {
        mediaType: SIMPLE_SIGNING_TYPE,
        payload,
        annotations: { [SIGNATURE_ANNOTATION]: signer.sign(payload).toString("base64") },
    };
    const isOwn = async (stored: SimpleSignature): Promise<boolean> => {
        const { verdict } = await checkSignature(stored, image.digest, {
            signer: { kind: "key", ...signer },
            transparencyLog: { kind: "ignored" },
            engine: "0.15",
        });
        return verdict === "verified";
    };
    return appendLayer(registry, {
        repository,
        tag: attachmentTag(image.digest, "sig", tagPrefix),
        layer,
        isSame: async (layers) => {
            const same = storedLayers(layers, () => Promise.resolve(payload))?.filter((each) => each.digest === digest);
            const checked = same?.map((each) => isOwn({ ...each, kind: "signature" })) ?? [];
            return (await Promise.all(checked)).includes(true);
        },
    });
}

/**
 * The same with a certificate in place of a key. Every call adds a signature: none can be told from another of the same
 * identity.
 *
 * @throws RegistryError, SigningError
 */
export async function signImageKeyless(
    registry: SignatureRegistry,
    image: SignedImage,
    keyless: KeylessOptions,
    { repository = image.repository, tagPrefix, annotations }: SimpleSigningOptions = {},
): Promise<Added> {
    const payload = simpleSigningPayload(image, annotations);
    const signed = await signKeyless(payload, keyless);
    return appendLayer(registry, {
        repository,
        tag: attachmentTag(image.digest, "sig", tagPrefix),
        layer: { mediaType: SIMPLE_SIGNING_TYPE, ...signed },
        isSame: (layers) => {
            const stored = storedLayers(layers, () => Promise.resolve(payload)) ?? [];
            const signature = signed.annotations[SIGNATURE_ANNOTATION];
            return Promise.resolve(stored.some((layer) => layer.annotations[SIGNATURE_ANNOTATION] === signature));
        },
    });
}
