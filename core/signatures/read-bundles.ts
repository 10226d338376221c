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
const MAXIMUM_REFERRERS = 100;

/**
 * The sigstore bundles that refer to the image, as cosign finds them (`GetBundles` in its pkg/cosign/verify.go): what a referrer is
 * shows its layer, whatever its artifactType says, and what cannot be read is passed over.
 *
 * A hundred referrers are looked at, those first that say that they are bundles. The content of a bundle is read when it is asked for;
 * that of one whose manifest cannot be had, and of those behind the hundredth, rejects with the reason.
 *
 * @throws RegistryError for the list of referrers
 */
export async function readBundles(registry: RegistryReader, image: SignedImage): Promise<readonly StoredBundle[]> {
    const referrers = await registry.referrers(image.repository, image.digest);
    const others = referrers.filter((referrer) => !mayBeBundle(referrer));
    return readReferrers(registry, image, [...referrers.filter(mayBeBundle), ...others]);
}

/** The same of those alone that say that they are bundles, or nothing: an image may have many other things beside it. */
export async function readLikelyBundles(
    registry: RegistryReader,
    image: SignedImage,
): Promise<readonly StoredBundle[]> {
    const referrers = await registry.referrers(image.repository, image.digest);
    return readReferrers(registry, image, referrers.filter(mayBeBundle));
}

async function readReferrers(
    registry: RegistryReader,
    image: SignedImage,
    referrers: readonly Descriptor[],
): Promise<readonly StoredBundle[]> {
    const budget = new PayloadBudget();
    const bundles = await Promise.all(
        referrers.slice(0, MAXIMUM_REFERRERS).map(async (referrer) => {
            try {
                return await readBundle(registry, image, referrer, budget);
            } catch (error) {
                return unreadBundle(referrer, error);
            }
        }),
    );
    const rest = referrers.slice(MAXIMUM_REFERRERS, MAXIMUM_REFERRERS + 1).map((referrer) => {
        const message = `of ${referrers.length} referrers of the image only ${MAXIMUM_REFERRERS} are read`;
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
