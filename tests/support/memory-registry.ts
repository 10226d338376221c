import { createHash } from "node:crypto";

import { RegistryError } from "../../core/registry";

import type { RegistryErrorCode } from "../../core/registry";
import type {
    Descriptor,
    ImageReference,
    Manifest,
    RegistryReader,
    RegistryWriter,
    RepositoryName,
} from "../../core/registry";

/** `sha256:…` of bytes. */
export function digestOf(bytes: Uint8Array): string {
    return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** A stand-in for registries: keeps what is pushed in memory, and fails where it is told to. */
export class MemoryRegistry implements RegistryReader, RegistryWriter {
    private readonly blobs = new Map<string, Buffer>();
    private readonly manifests = new Map<string, Manifest>();
    private readonly failures = new Map<string, RegistryErrorCode>();
    /** Every question, as `manifest REPOSITORY REFERENCE`. */
    public readonly asked: string[] = [];

    /** From now on, every question about a registry, or about one repository of it, fails. */
    public failFor(name: string, code: RegistryErrorCode): void {
        this.failures.set(name, code);
    }

    public async resolve(image: ImageReference): Promise<Descriptor> {
        const { mediaType, digest, size } = await this.manifest(image, image.digest ?? image.tag ?? "latest");
        return { mediaType, digest, size };
    }

    public manifest(repository: RepositoryName, reference: string): Promise<Manifest> {
        return this.answer("manifest", repository, reference, () => {
            const manifest = this.manifests.get(keyOf(repository, reference));
            if (manifest !== undefined && manifest.content === undefined) {
                throw failure(repository, "malformed", "the manifest is no JSON");
            }
            return manifest;
        });
    }

    public blob(repository: RepositoryName, descriptor: Descriptor): Promise<Buffer> {
        return this.answer("blob", repository, descriptor.digest, () =>
            this.blobs.get(keyOf(repository, descriptor.digest)),
        );
    }

    public referrers(repository: RepositoryName, digest: string, artifactType?: string): Promise<Descriptor[]> {
        return this.answer("referrers", repository, digest, () =>
            Array.from(this.manifests)
                .filter(([key, { content }]) => {
                    const { subject } = (content ?? {}) as { subject?: { digest?: string } };
                    return key.startsWith(keyOf(repository, "sha256:")) && subject?.digest === digest;
                })
                .map(([, manifest]) => descriptorOf(manifest))
                .filter((descriptor) => artifactType === undefined || descriptor.artifactType === artifactType),
        );
    }

    public putBlob(repository: RepositoryName, bytes: Buffer): Promise<Descriptor> {
        const digest = digestOf(bytes);
        this.blobs.set(keyOf(repository, digest), bytes);
        return Promise.resolve({ mediaType: "application/octet-stream", digest, size: bytes.length });
    }

    public putManifest(
        repository: RepositoryName,
        reference: string,
        mediaType: string,
        bytes: Buffer,
    ): Promise<Descriptor> {
        const digest = digestOf(bytes);
        const manifest = { mediaType, digest, size: bytes.length, bytes, content: parsed(bytes) };
        this.manifests.set(keyOf(repository, reference), manifest);
        this.manifests.set(keyOf(repository, digest), manifest);
        return Promise.resolve({ mediaType, digest, size: bytes.length });
    }

    private answer<T>(kind: string, repository: RepositoryName, reference: string, find: () => T | undefined) {
        return new Promise<T>((resolve) => {
            const name = `${repository.registry}/${repository.repository}`;
            this.asked.push(`${kind} ${name} ${reference}`);
            const code = this.failures.get(name) ?? this.failures.get(repository.registry);
            if (code !== undefined) {
                throw failure(repository, code, `told to fail with ${code}`);
            }
            const found = find();
            if (found === undefined) {
                throw failure(repository, "not-found", `there is no ${kind} ${reference}`);
            }
            resolve(found);
        });
    }
}

function failure({ registry, repository }: RepositoryName, code: RegistryErrorCode, message: string): RegistryError {
    return new RegistryError(message, { code, registry, repository });
}

function descriptorOf({ mediaType, digest, size, content }: Manifest): Descriptor {
    const { artifactType, config } = content as { artifactType?: string; config?: { mediaType?: string } };
    return { mediaType, digest, size, artifactType: artifactType ?? config?.mediaType };
}

function keyOf({ registry, repository }: RepositoryName, reference: string): string {
    return `${registry}/${repository} ${reference}`;
}

function parsed(bytes: Buffer): unknown {
    try {
        return JSON.parse(bytes.toString()) as unknown;
    } catch {
        return undefined;
    }
}
