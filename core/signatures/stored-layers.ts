import { RegistryError, type Descriptor, type RegistryReader, type RepositoryName } from "../registry";
import { refused, type Refused } from "./outcome";
import { asRecord, goField } from "./go-json";

import type { SignatureSource, SignedImage, StoredLayer } from "./stored";

/** `maxLayers` in cosign's pkg/oci/remote/signatures.go: of a list that is longer, none is read. */
const MAXIMUM_LAYERS = 1000;

/** What is read of payloads for one image, in bytes. */
const PAYLOAD_BUDGET_BYTES = 64 * 1024 * 1024;

/** The payloads of one image are more than is read for one image. */
export class TooMuchToRead extends Error {
    public override readonly name = "TooMuchToRead";
}

/** The tag under which cosign keeps what belongs to a digest, such as `sha256-….sig`. */
export function attachmentTag(digest: string, suffix: "sig" | "att", tagPrefix = ""): string {
    return `${tagPrefix}${digest.replace(":", "-")}.${suffix}`;
}

/** The layers of the manifest under an attachment tag; none where there is no such tag. */
export async function readLayers(
    registry: RegistryReader,
    image: SignedImage,
    { repository = image.repository, tagPrefix }: SignatureSource,
    suffix: "sig" | "att",
): Promise<readonly StoredLayer[] | Refused> {
    const content = await manifestContent(registry, repository, attachmentTag(image.digest, suffix, tagPrefix));
    if (content === undefined) {
        return [];
    }
    const layers = goField(asRecord(content), "layers") ?? [];
    if (!Array.isArray(layers)) {
        return refused("signature-list-malformed", `the manifest under the .${suffix} tag has no layers`);
    }
    if (layers.length > MAXIMUM_LAYERS) {
        return refused(
            "too-many-signatures",
            `number of layers (${layers.length}) exceeded the limit (${MAXIMUM_LAYERS})`,
        );
    }
    let budget = PAYLOAD_BUDGET_BYTES;
    const read = storedLayers(layers, async (descriptor) => {
        budget -= descriptor.size;
        if (budget < 0) {
            throw new TooMuchToRead(`the payloads of the image have more than ${PAYLOAD_BUDGET_BYTES} bytes`);
        }
        return registry.blob(repository, descriptor);
    });
    return read ?? refused("signature-list-malformed", `a layer under the .${suffix} tag has no digest or no size`);
}

/** Layers of a manifest; undefined where one is none. */
export function storedLayers(
    layers: readonly unknown[],
    readPayload: (descriptor: Descriptor) => Promise<Uint8Array>,
): readonly StoredLayer[] | undefined {
    const descriptors = layers.map(readDescriptor);
    return descriptors.every((descriptor) => descriptor !== undefined)
        ? descriptors.map((descriptor) => storedLayer(descriptor, readPayload))
        : undefined;
}

async function manifestContent(registry: RegistryReader, repository: RepositoryName, tag: string): Promise<unknown> {
    try {
        return (await registry.manifest(repository, tag)).content;
    } catch (error) {
        if (error instanceof RegistryError && error.code === "not-found") {
            return undefined;
        }
        throw error;
    }
}

/** A descriptor as go-containerregistry reads it; undefined where it cannot. */
export function readDescriptor(value: unknown): Descriptor | undefined {
    const record = asRecord(value);
    const mediaType = goField(record, "mediaType") ?? "";
    const digest = goField(record, "digest");
    const size = goField(record, "size") ?? 0;
    const annotations = asRecord(goField(record, "annotations"));
    return typeof mediaType === "string" &&
        typeof digest === "string" &&
        /^sha256:[0-9a-f]{64}$/.test(digest) &&
        typeof size === "number" &&
        annotations !== undefined &&
        isTexts(annotations)
        ? { mediaType, digest, size, annotations }
        : undefined;
}

function isTexts(record: Readonly<Record<string, unknown>>): record is Readonly<Record<string, string>> {
    return Object.values(record).every((value) => typeof value === "string");
}

function storedLayer(
    descriptor: Descriptor,
    readPayload: (descriptor: Descriptor) => Promise<Uint8Array>,
): StoredLayer {
    const { digest, size, mediaType, annotations = {} } = descriptor;
    let payload: Promise<Uint8Array> | undefined;
    return { digest, size, mediaType, annotations, payload: () => (payload ??= readPayload(descriptor)) };
}
