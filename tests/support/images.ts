import { gzipSync } from "node:zlib";

import type { RegistryReader, RegistryWriter, RepositoryName } from "../../core/registry";
import type { SignedImage } from "../../core/signatures";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";
const PLATFORM = { os: "linux", architecture: "amd64" };

/** An empty tar archive: two blocks of zeros. */
const LAYER = gzipSync(Buffer.alloc(1024));

/**
 * Pushes an image of one empty layer.
 *
 * @param label what makes it different from others
 * @param tag where it is to be found beside its digest
 */
export async function pushImage(
    registry: RegistryWriter,
    repository: RepositoryName,
    label: string,
    tag = "latest",
): Promise<SignedImage> {
    const config = await registry.putBlob(
        repository,
        json({ ...PLATFORM, rootfs: { type: "layers", diff_ids: [] }, config: { Labels: { label } } }),
    );
    const layer = await registry.putBlob(repository, LAYER);
    const { digest } = await registry.putManifest(
        repository,
        tag,
        MANIFEST,
        json({
            schemaVersion: 2,
            mediaType: MANIFEST,
            config: { ...config, mediaType: "application/vnd.oci.image.config.v1+json" },
            layers: [{ ...layer, mediaType: "application/vnd.oci.image.layer.v1.tar+gzip" }],
        }),
    );
    return { repository, digest };
}

/** Pushes an index of two platforms; the images of the platforms come after it. */
export async function pushIndex(
    registry: RegistryReader & RegistryWriter,
    repository: RepositoryName,
    label: string,
    tag = "latest",
): Promise<{ index: SignedImage; platforms: readonly SignedImage[] }> {
    const platforms = [];
    for (const architecture of ["amd64", "arm64"]) {
        platforms.push(await pushImage(registry, repository, `${label} ${architecture}`, `${tag}-${architecture}`));
    }
    const manifests = await Promise.all(
        platforms.map(async ({ digest }, index) => ({
            mediaType: MANIFEST,
            digest,
            size: (await registry.manifest(repository, digest)).size,
            platform: { os: "linux", architecture: index === 0 ? "amd64" : "arm64" },
        })),
    );
    const { digest } = await registry.putManifest(
        repository,
        tag,
        INDEX,
        json({ schemaVersion: 2, mediaType: INDEX, manifests, annotations: { label } }),
    );
    return { index: { repository, digest }, platforms };
}

/** `HOST/REPOSITORY@sha256:…` */
export function referenceOf({ repository: { registry, repository }, digest }: SignedImage): string {
    return `${registry}/${repository}@${digest}`;
}

function json(value: unknown): Buffer {
    return Buffer.from(JSON.stringify(value), "utf8");
}
