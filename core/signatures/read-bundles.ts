import { OCI_EMPTY, type Descriptor, type RegistryReader } from "../registry";
import { ifFound } from "../registry/if-found";
import { asRecord, goField } from "./go-json";
import { readDescriptor } from "./stored-layers";

import type { SignedImage, StoredBundle } from "./stored";

const BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle";

/** Of a descriptor without a type of its own (OCI image specification 1.1), and as old versions of cosign wrote it. */
const EMPTY_TYPES: readonly (string | undefined)[] = [
    undefined,
    "",
    OCI_EMPTY,
    "application/vnd.oci.image.config.v1+json",
];

/** Far above what signs one image; each one costs a request. */
const MAXIMUM_BUNDLES = 100;

/**
 * The sigstore bundles that refer to the image, the first hundred of them. Their content is read when it is asked for.
 *
 * What a referrer is shows its layer (`Bundle` in cosign's pkg/oci/remote/signatures.go): its artifactType is not always
 * right.
 *
 * @throws RegistryError
 */
export async function readBundles(registry: RegistryReader, image: SignedImage): Promise<readonly StoredBundle[]> {
    const referrers = await registry.referrers(image.repository, image.digest);
    const candidates = referrers.filter(mayBeBundle).slice(0, MAXIMUM_BUNDLES);
    const bundles = await Promise.all(candidates.map((referrer) => readBundle(registry, image, referrer)));
    return bundles.filter((bundle) => bundle !== undefined);
}

function mayBeBundle({ artifactType }: Descriptor): boolean {
    return EMPTY_TYPES.includes(artifactType) || artifactType?.startsWith(BUNDLE_TYPE) === true;
}

async function readBundle(
    registry: RegistryReader,
    { repository }: SignedImage,
    { digest }: Descriptor,
): Promise<StoredBundle | undefined> {
    // A list of referrers may name what is not there any more.
    const manifest = await ifFound(registry.manifest(repository, digest));
    const layers = goField(asRecord(manifest?.content), "layers");
    const layer = Array.isArray(layers) && layers.length === 1 ? readDescriptor(layers[0]) : undefined;
    if (layer?.mediaType.startsWith(BUNDLE_TYPE) !== true) {
        return undefined;
    }
    let content: Promise<Uint8Array> | undefined;
    return {
        kind: "bundle",
        digest,
        mediaType: layer.mediaType,
        content: () => (content ??= registry.blob(repository, layer)),
    };
}
