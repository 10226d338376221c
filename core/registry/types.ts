import type { ImageReference } from "../policy/go/reference";

/** Where images of one name are: `{ registry: "index.docker.io", repository: "library/nginx" }`, as `parseReference` reads it. */
export interface RepositoryName {
    /** Host, with its port where it has one. */
    registry: string;
    /** The path, without a tag or a digest. */
    repository: string;
}

/** The platform that a manifest of an index is for. */
export interface Platform {
    /** As Go's GOOS: `linux`. */
    os: string;
    /** As Go's GOARCH: `amd64`. */
    architecture: string;
    /** `v7`, `v8`. */
    variant?: string;
    /** Of Windows images. */
    osVersion?: string;
}

/** What an OCI manifest says of something that it points to. */
export interface Descriptor {
    mediaType: string;
    /** `sha256:` and 64 hexadecimal digits; `sha512:` and 128 where a manifest says so. */
    digest: string;
    /** In bytes. */
    size: number;
    artifactType?: string;
    annotations?: Readonly<Record<string, string>>;
    platform?: Platform;
}

/** A manifest or an index whose bytes have the digest that they were asked for by. */
export interface Manifest {
    /** The manifest's own `mediaType`, otherwise the response's. */
    mediaType: string;
    digest: string;
    /** In bytes. */
    size: number;
    bytes: Buffer;
    /** The parsed JSON: an object, of limited depth, and nothing more is known of it. */
    content: unknown;
}

/**
 * Reads images and what is attached to them.
 *
 * Every method rejects with a `RegistryError` and nothing else. The same question twice costs one request for the reader's
 * lifetime, failures other than `not-found` apart.
 */
export interface RegistryReader {
    /**
     * The digest that a tag or a digest stands for now: of the index, where it is one. It is that of the bytes that the registry sends,
     * whatever they are.
     */
    resolve(image: ImageReference): Promise<Descriptor>;

    /** The manifest or index by a tag or a digest, its bytes checked against the digest. */
    manifest(repository: RepositoryName, reference: string): Promise<Manifest>;

    /** The bytes of a blob, checked against the descriptor's size and digest. */
    blob(repository: RepositoryName, descriptor: Descriptor): Promise<Buffer>;

    /**
     * What is attached to a digest: by the referrers API, otherwise by the fallback tag `sha256-…`. Empty where there is nothing.
     *
     * @param artifactType only these. From the fallback tag also descriptors without a type, and with that of an empty
     * config, because old versions of cosign wrote them so: look at the layers.
     */
    referrers(repository: RepositoryName, digest: string, artifactType?: string): Promise<Descriptor[]>;
}

/** Writes what signing makes. Every method rejects with a `RegistryError` and nothing else. */
export interface RegistryWriter {
    /** Uploads bytes, unless the repository has them. The descriptor's media type is `application/octet-stream`. */
    putBlob(repository: RepositoryName, bytes: Buffer): Promise<Descriptor>;

    /** Forgets what was read of a repository, so that the next question is asked of the registry: others write there, too. */
    forget(repository: RepositoryName): void;

    /** Stores a manifest under a tag or its digest, and lists it under its subject's fallback tag where the registry keeps no lists. */
    putManifest(repository: RepositoryName, reference: string, mediaType: string, bytes: Buffer): Promise<Descriptor>;
}
