import { OCI_EMPTY, type Descriptor, type RegistryReader } from "../registry";
import { ifFound } from "../registry/if-found";
import { asRecord, goField } from "./go-json";
import { PayloadBudget, TooMuchToRead } from "./payload-budget";
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
 * The sigstore bundles that refer to the image, the first hundred of them. Their content is read when it is asked for; that of one
 * whose manifest cannot be had, and of those behind the hundredth, rejects with the reason.
 *
 * What a referrer is shows its layer (`Bundle` in cosign's pkg/oci/remote/signatures.go): its artifactType is not always
 * right. What cosign cannot read it passes over.
 *
 * @throws RegistryError for the list of referrers
 */
export async function readBundles(registry: RegistryReader, image: SignedImage): Promise<readonly StoredBundle[]> {
    const referrers = await registry.referrers(image.repository, image.digest);
    const candidates = referrers.filter(mayBeBundle);
    const budget = new PayloadBudget();
    const bundles = await Promise.all(
        candidates.slice(0, MAXIMUM_BUNDLES).map(async (referrer) => {
            try {
                return await readBundle(registry, image, referrer, budget);
            } catch (error) {
                return unreadBundle(referrer, error);
            }
        }),
    );
    const rest = candidates.slice(MAXIMUM_BUNDLES, MAXIMUM_BUNDLES + 1).map((referrer) => {
        const message = `of ${candidates.length} referrers of the image only ${MAXIMUM_BUNDLES} are read`;
        return unreadBundle(referrer, new TooMuchToRead(message));
    });
    return [...bundles.filter((bundle) => bundle !== undefined), ...rest];
}

function unreadBundle({ digest }: Descriptor, error: unknown): StoredBundle {
    const reason = error instanceof Error ? error : new Error(String(error));
    return { kind: "bundle", digest, mediaType: "", content: () => Promise.reject(reason) };
}

function mayBeBundle({ artifactType }: Descriptor): boolean {
    return EMPTY_TYPES.includes(artifactType) || artifactType?.startsWith(BUNDLE_TYPE) === true;
}

async function readBundle(
    registry: RegistryReader,
    { repository }: SignedImage,
    { digest }: Descriptor,
    budget: PayloadBudget,
): Promise<StoredBundle | undefined> {
    // A list of referrers may name what is not there any more.
    const manifest = await ifFound(registry.manifest(repository, digest));
    const layers = goField(asRecord(manifest?.content), "layers");
    const layer = Array.isArray(layers) && layers.length === 1 ? readDescriptor(layers[0]) : undefined;
    if (layer?.mediaType.startsWith(BUNDLE_TYPE) !== true) {
        return undefined;
    }
    return {
        kind: "bundle",
        digest,
        mediaType: layer.mediaType,
        // Not kept here: a hundred bundles of many images are more than the memory holds.
        content: async () => {
            budget.spend(layer);
            return registry.blob(repository, layer);
        },
    };
}
