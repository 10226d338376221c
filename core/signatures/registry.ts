/** What this folder asks of a registry. */

/** A repository: `{ registry: "ghcr.io", repository: "acme/app" }`. */
export interface RepositoryName {
    readonly registry: string;
    readonly repository: string;
}

/** A content descriptor of the OCI image specification. */
export interface Descriptor {
    readonly mediaType: string;
    readonly digest: string;
    readonly size: number;
    readonly artifactType?: string;
    readonly annotations?: Readonly<Record<string, string>>;
}

/** A manifest as it was read: `bytes` hash to `digest`, and `content` is their JSON. */
export interface Manifest {
    readonly mediaType: string;
    readonly digest: string;
    readonly size: number;
    readonly bytes: Uint8Array;
    readonly content: unknown;
}

/** Reads from registries. Undefined for what does not exist; everything else that goes wrong is thrown. */
export interface RegistryReader {
    manifest(repository: RepositoryName, reference: string): Promise<Manifest | undefined>;
    blob(repository: RepositoryName, descriptor: Descriptor): Promise<Uint8Array>;
    referrers(repository: RepositoryName, digest: string, artifactType?: string): Promise<readonly Descriptor[]>;
}
