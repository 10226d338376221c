import { RegistryError, type Descriptor, type Manifest, type RegistryReader } from "../registry";
import { asRecord, goField } from "./go-json";
import { readDescriptor } from "./stored-layers";

import type { SignedImage, StoredBundle } from "./stored";

const BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle";

/** Of a descriptor without a type of its own (OCI image specification 1.1), and as old versions of cosign wrote it. */
const EMPTY_TYPES: readonly (string | undefined)[] = [
    undefined,
    "",
    "application/vnd.oci.empty.v1+json",
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
    const layers = goField(asRecord((await manifestOrNothing(registry, repository, digest))?.content), "layers");
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

/** A list of referrers may name what is not there any more. */
async function manifestOrNothing(
    registry: RegistryReader,
    repository: SignedImage["repository"],
    digest: string,
): Promise<Manifest | undefined> {
    try {
        return await registry.manifest(repository, digest);
    } catch (error) {
        if (error instanceof RegistryError && error.code === "not-found") {
            return undefined;
        }
        throw error;
    }
}
