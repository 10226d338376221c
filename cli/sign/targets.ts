import { printable } from "../../core/policy/printable";
import { asRecord, goField } from "../../core/signatures/go-json";
import { parseReference, referenceName, type RegistryReader } from "../../core/registry";
import { SigningError } from "../../core/signatures/sign/errors";

import type { ImageReference } from "../../core/registry";
import type { SignatureRegistry } from "../../core/signatures/sign/append";
import type { SignedImage } from "../../core/signatures";

/** Far above any index; an index of indexes without end stops here. */
const MAXIMUM_IMAGES = 1000;

/** What one argument stands for. */
export interface Target {
    /** As it was given. */
    readonly name: string;
    readonly reference: ImageReference;
    /** The image itself, and with `--recursive` what its index names after it. */
    readonly images: readonly [SignedImage, ...SignedImage[]];
}

/**
 * Finds out which images are meant. A tag is read once; {@link requireUnmoved} says whether it moved meanwhile.
 *
 * @throws SigningError, RegistryError
 */
export async function findTarget(registry: RegistryReader, name: string, isRecursive: boolean): Promise<Target> {
    const reference = parseReference(name);
    if (reference === undefined) {
        throw new SigningError("not-an-image", `${printable(name)} is no image reference.`);
    }
    const { digest } = await registry.resolve(reference);
    const image = { repository: { registry: reference.registry, repository: reference.repository }, digest };
    const others = isRecursive ? await imagesBelow(registry, image) : [];
    return { name, reference, images: [image, ...others] };
}

/** Everything that an index names, and what the indexes among it name. */
async function imagesBelow(registry: RegistryReader, { repository, digest }: SignedImage): Promise<SignedImage[]> {
    const found: SignedImage[] = [];
    const seen = new Set([digest]);
    const waiting = [digest];
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const manifests = goField(asRecord((await registry.manifest(repository, next)).content), "manifests") ?? [];
        for (const entry of Array.isArray(manifests) ? manifests : []) {
            const below = goField(asRecord(entry), "digest");
            if (typeof below !== "string" || seen.has(below)) {
                continue;
            }
            if (found.length === MAXIMUM_IMAGES) {
                throw new SigningError("not-an-image", `The index names more than ${MAXIMUM_IMAGES} images.`);
            }
            seen.add(below);
            waiting.push(below);
            found.push({ repository, digest: below });
        }
    }
    return found;
}

/**
 * Whether a tag still stands for the digest that was read.
 *
 * @throws SigningError `tag-moved`
 */
export async function requireUnmoved(
    registry: SignatureRegistry,
    { reference, images: [{ repository, digest }] }: Target,
    isSigned: boolean,
): Promise<void> {
    if (reference.digest !== undefined) {
        return;
    }
    registry.forget(repository);
    const now = await registry.resolve(reference);
    if (now.digest !== digest) {
        throw new SigningError(
            "tag-moved",
            `${referenceName(reference)} stood for ${digest} and now stands for ${now.digest}. ${isSigned ? "What it stood for is signed, and what it stands for now is not" : "Nothing was signed"}. Sign by digest.`,
        );
    }
}
