import { RegistryError } from "./errors";

import type { ImageReference } from "../policy/go/reference";
import type { RegistryOptions } from "./options";
import type { Descriptor, Manifest, RegistryReader, RegistryWriter, RepositoryName } from "./types";

/** Reads and writes OCI registries. */
export class RegistryClient implements RegistryReader, RegistryWriter {
    private sent = 0;

    public constructor(private readonly options: RegistryOptions = {}) {}

    /** How many HTTP requests were sent, those to token servers and repetitions included. */
    public get requestCount(): number {
        return this.sent;
    }

    public resolve(image: ImageReference): Promise<Descriptor> {
        return this.missing(image);
    }

    public manifest(repository: RepositoryName, reference: string): Promise<Manifest> {
        return this.missing(repository, reference);
    }

    public blob(repository: RepositoryName, descriptor: Descriptor): Promise<Buffer> {
        return this.missing(repository, descriptor);
    }

    public referrers(repository: RepositoryName, digest: string, artifactType?: string): Promise<Descriptor[]> {
        return this.missing(repository, digest, artifactType);
    }

    public putBlob(repository: RepositoryName, bytes: Buffer): Promise<Descriptor> {
        return this.missing(repository, bytes);
    }

    public putManifest(
        repository: RepositoryName,
        reference: string,
        mediaType: string,
        bytes: Buffer,
    ): Promise<Descriptor> {
        return this.missing(repository, reference, mediaType, bytes);
    }

    /** Ends what is in flight and lets go of all connections. */
    public async close(): Promise<void> {
        await Promise.resolve();
    }

    private missing(repository: RepositoryName, ...question: unknown[]): Promise<never> {
        this.sent += 0;
        const message = `not there yet (${question.length} ${this.options.concurrency ?? 32})`;
        return Promise.reject(new RegistryError(message, { code: "unsupported", registry: repository.registry }));
    }
}
