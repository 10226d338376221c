import { createHash } from "node:crypto";

import {
    RegistryError,
    type Descriptor,
    type ImageReference,
    type Manifest,
    type RepositoryName,
} from "../../core/registry";

import type { SignatureRegistry } from "../../core/signatures/sign/append";

/** A registry in memory, without HTTP: for what does not depend on how a registry answers. */
export class MemoryRegistry implements SignatureRegistry {
    /** Every question that was asked, such as `manifest acme/app:sha256-….sig`. */
    public readonly questions: string[] = [];
    private readonly manifests = new Map<string, { mediaType: string; bytes: Buffer }>();
    private readonly blobs = new Map<string, Buffer>();

    public forget(): void {
        // Nothing is kept.
    }

    public async resolve(image: ImageReference): Promise<Descriptor> {
        const { mediaType, digest, size } = await this.manifest(image, image.digest ?? image.tag ?? "latest");
        return { mediaType, digest, size };
    }

    public manifest(repository: RepositoryName, reference: string): Promise<Manifest> {
        this.questions.push(`manifest ${repository.repository}:${reference}`);
        const found = this.manifests.get(key(repository, reference));
        if (found === undefined) {
            return Promise.reject(this.missing(repository, reference));
        }
        const content: unknown = JSON.parse(found.bytes.toString("utf8"));
        return Promise.resolve({ ...found, digest: digestOf(found.bytes), size: found.bytes.length, content });
    }

    public blob(repository: RepositoryName, descriptor: Descriptor): Promise<Buffer> {
        this.questions.push(`blob ${repository.repository}@${descriptor.digest}`);
        const found = this.blobs.get(key(repository, descriptor.digest));
        if (found === undefined) {
            return Promise.reject(this.missing(repository, descriptor.digest));
        }
        return found.length === descriptor.size
            ? Promise.resolve(found)
            : Promise.reject(new RegistryError("wrong size", { ...repository, code: "size-mismatch" }));
    }

    public referrers(repository: RepositoryName, digest: string): Promise<Descriptor[]> {
        const found = Array.from(this.manifests, ([name, { mediaType, bytes }]) => {
            const content = JSON.parse(bytes.toString("utf8")) as { subject?: Descriptor; artifactType?: string };
            const isReferrer = name === key(repository, digestOf(bytes)) && content.subject?.digest === digest;
            return isReferrer
                ? [{ mediaType, digest: digestOf(bytes), size: bytes.length, artifactType: content.artifactType }]
                : [];
        });
        return Promise.resolve(found.flat());
    }

    public putBlob(repository: RepositoryName, bytes: Buffer): Promise<Descriptor> {
        const digest = digestOf(bytes);
        this.blobs.set(key(repository, digest), bytes);
        return Promise.resolve({ mediaType: "application/octet-stream", digest, size: bytes.length });
    }

    public putManifest(
        repository: RepositoryName,
        reference: string,
        mediaType: string,
        bytes: Buffer,
    ): Promise<Descriptor> {
        this.manifests.set(key(repository, reference), { mediaType, bytes });
        this.manifests.set(key(repository, digestOf(bytes)), { mediaType, bytes });
        return Promise.resolve({ mediaType, digest: digestOf(bytes), size: bytes.length });
    }

    private missing(repository: RepositoryName, what: string): RegistryError {
        return new RegistryError(`has no ${what}`, { ...repository, code: "not-found" });
    }
}

function key({ registry, repository }: RepositoryName, reference: string): string {
    return `${registry}/${repository} ${reference}`;
}

function digestOf(bytes: Buffer): string {
    return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
