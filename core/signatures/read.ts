import { digestOf } from "../registry/digest";
import { simpleSigningPayload } from "./payload";
import { readLayers } from "./stored-layers";

import type { RegistryReader } from "../registry";
import type { Refused, Unknown } from "./outcome";
import type { SignatureSource, SignedImage, SimpleSignature, StoredAttestation, StoredLayer } from "./stored";

/**
 * The signatures under the image's `.sig` tag, in the order of the manifest; none where there is no such tag.
 *
 * One request. A payload is fetched when it is asked for, unless it is what cosign writes for this image without
 * annotations: then its digest is known, and the bytes need not come from the registry.
 *
 * @returns a refusal for a list that cosign does not read: more than 1000 layers, no manifest with layers
 * @throws RegistryError
 */
export async function readSimpleSignatures(
    registry: RegistryReader,
    image: SignedImage,
    source: SignatureSource = {},
): Promise<readonly SimpleSignature[] | Refused | Unknown> {
    const layers = await readLayers(registry, image, source, "sig");
    if (!isList(layers)) {
        return layers;
    }
    const payload = simpleSigningPayload(image);
    const digest = digestOf(payload);
    return layers.map((layer) => ({
        ...layer,
        kind: "signature",
        ...(layer.digest === digest && layer.size === payload.length
            ? { payload: () => Promise.resolve(payload) }
            : {}),
    }));
}

/**
 * The attestations under the image's `.att` tag, as {@link readSimpleSignatures}. Every envelope is fetched when it is
 * asked for.
 *
 * @throws RegistryError
 */
export async function readAttestations(
    registry: RegistryReader,
    image: SignedImage,
    source: SignatureSource = {},
): Promise<readonly StoredAttestation[] | Refused | Unknown> {
    const layers = await readLayers(registry, image, source, "att");
    return isList(layers) ? layers.map((layer) => ({ ...layer, kind: "attestation" })) : layers;
}

function isList(layers: readonly StoredLayer[] | Refused | Unknown): layers is readonly StoredLayer[] {
    return Array.isArray(layers);
}
