import { decodeBase64 } from "../policy/go/base64";
import {
    DOCKER_LIST,
    firstValue,
    OCI_INDEX,
    RegistryError,
    type Descriptor,
    type RegistryReader,
    type RepositoryName,
} from "../registry";
import { digestOf } from "../registry/digest";
import { ifFound } from "../registry/if-found";
import { refused, unknown, type Refused, type Unknown } from "./outcome";
import { PayloadBudget } from "./payload-budget";
import { asRecord, goField, goText, parseRecord, unlessUnread, type JsonRecord } from "./go-json";
import { fitsGoType, type GoType } from "./go-types";

import type { SignatureSource, SignedImage, StoredLayer } from "./stored";

/** `maxLayers` in cosign's pkg/oci/remote/signatures.go: of a list that is longer, none is read. */
const MAXIMUM_LAYERS = 1000;

/** The tag under which cosign keeps what belongs to a digest, such as `sha256-….sig`. */
export function attachmentTag(digest: string, suffix: "sig" | "att", tagPrefix = ""): string {
    return `${tagPrefix}${digest.replace(":", "-")}.${suffix}`;
}

const DESCRIPTOR = {
    struct: {
        mediaType: "string",
        size: "int64",
        digest: "hash",
        data: "bytes",
        urls: { slice: "string" },
        annotations: { map: "string" },
        platform: {
            struct: {
                architecture: "string",
                os: "string",
                "os.version": "string",
                "os.features": { slice: "string" },
                variant: "string",
                features: { slice: "string" },
            },
        },
        artifactType: "string",
    },
} as const;

/** `Manifest` of go-containerregistry (pkg/v1/manifest.go), which is read as a whole or not at all. */
const MANIFEST: GoType = {
    struct: {
        schemaVersion: "int64",
        mediaType: "string",
        config: DESCRIPTOR,
        layers: { slice: DESCRIPTOR },
        annotations: { map: "string" },
        subject: DESCRIPTOR,
    },
};

/** The layers of the manifest under an attachment tag; none where there is no such tag. */
export function readLayers(
    registry: RegistryReader,
    image: SignedImage,
    source: SignatureSource,
    suffix: "sig" | "att",
): Promise<readonly StoredLayer[] | Refused | Unknown> {
    return unlessUnread<readonly StoredLayer[] | Refused | Unknown>(
        () => readManifest(registry, image, source, suffix),
        ({ code, message }) => unknown(code, message),
    );
}

async function readManifest(
    registry: RegistryReader,
    image: SignedImage,
    { repository = image.repository, tagPrefix }: SignatureSource,
    suffix: "sig" | "att",
): Promise<readonly StoredLayer[] | Refused | Unknown> {
    const manifest = await ifFound(registry.manifest(repository, attachmentTag(image.digest, suffix, tagPrefix)));
    if (manifest === undefined) {
        return [];
    }
    // Not as the registry client has read it: numbers and keys count here as in Go.
    const content = parseRecord(firstValue(manifest.bytes));
    if (isIndex(manifest.mediaType, content)) {
        // The controller takes the signatures of the one for linux/amd64, which nobody's tools write.
        return unknown("signature-list-form", `an index lies under the .${suffix} tag, which is not looked into here`);
    }
    if (manifest.mediaType.startsWith(SCHEMA_1) || !fitsGoType(content, MANIFEST)) {
        return refused(
            "signature-list-malformed",
            `what lies under the .${suffix} tag is no manifest that cosign reads`,
        );
    }
    const layers = (goField(content, "layers") ?? []) as unknown[];
    if (layers.length > MAXIMUM_LAYERS) {
        return refused(
            "too-many-signatures",
            `number of layers (${layers.length}) exceeded the limit (${MAXIMUM_LAYERS})`,
        );
    }
    const budget = new PayloadBudget();
    const first = firstByDigest([goField(content, "config"), ...layers]);
    return layers.map(readLayer).map((layer) => {
        const { size, data } = first.get(layer.digest) ?? layer;
        return storedLayer({ ...layer, size }, async (descriptor) => {
            if (data !== undefined) {
                return checkedData(descriptor, data, repository);
            }
            budget.spend(descriptor);
            return registry.blob(repository, descriptor);
        });
    });
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

/** Manifests of Docker's first form, signed or not, of which go-containerregistry makes no image. */
const SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+";

const INDEX_TYPES: readonly string[] = [OCI_INDEX, DOCKER_LIST];

/** What says that it is an index and has layers all the same was sent as a manifest: that counts, and not what it says. */
function isIndex(mediaType: string, content: JsonRecord | undefined): boolean {
    return INDEX_TYPES.includes(mediaType) && goField(content, "layers") === undefined;
}

/** A layer's descriptor; of an empty one the digest is the empty text. */
interface LayerDescriptor extends Descriptor {
    /** The payload itself, where the manifest holds it. */
    readonly data?: Buffer;
}

function readLayer(value: unknown): LayerDescriptor {
    const record = asRecord(value ?? undefined);
    const data = goField(record, "data");
    const annotations = Object.entries(asRecord(goField(record, "annotations")) ?? {});
    return {
        mediaType: goText(goField(record, "mediaType")),
        digest: goText(goField(record, "digest")),
        size: Number(goField(record, "size") ?? 0),
        annotations: Object.fromEntries(annotations.map(([name, text]) => [name, goText(text)])),
        ...(typeof data === "string" ? { data: decodeBase64(data) } : {}),
    };
}

/** Of several descriptors of one digest the first counts, and the configuration's before all (`partial.BlobDescriptor`). */
function firstByDigest(descriptors: readonly unknown[]): ReadonlyMap<string, LayerDescriptor> {
    const read = descriptors.map(readLayer).reverse();
    return new Map(read.map((descriptor) => [descriptor.digest, descriptor]));
}

/** @throws RegistryError where the data is not what the descriptor says */
function checkedData({ digest, size }: Descriptor, data: Buffer, name: RepositoryName): Buffer {
    if (data.length !== size || digestOf(data) !== digest) {
        throw new RegistryError(`has a manifest whose data is not ${digest}`, { ...name, code: "digest-mismatch" });
    }
    return data;
}

/** A descriptor with a digest and a size; undefined for what is none. */
export function readDescriptor(value: unknown): Descriptor | undefined {
    const record = asRecord(value);
    return record !== undefined && goField(record, "digest") !== undefined && fitsGoType(record, DESCRIPTOR)
        ? readLayer(record)
        : undefined;
}

function storedLayer(
    descriptor: Descriptor,
    readPayload: (descriptor: Descriptor) => Promise<Uint8Array>,
): StoredLayer {
    const { digest, size, mediaType, annotations = {} } = descriptor;
    // Not kept here: the payloads of many images are more than the memory holds.
    return { digest, size, mediaType, annotations, payload: () => readPayload(descriptor) };
}
