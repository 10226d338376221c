/** What a registry is to be asked with, instead of what Docker and podman left on this machine. */
export interface Credential {
    /** `ghcr.io`, or `ghcr.io/acme` for what is below it only. */
    for: string;
    username?: string;
    password?: string;
    /** An OAuth refresh token, as `docker login` leaves it for some registries (`identitytoken`). */
    identityToken?: string;
    /** A bearer token that is sent as it is. */
    registryToken?: string;
}

/** How long one thing may take, in milliseconds. */
export interface RegistryTimeouts {
    /** A connection with its TLS handshake. @default 10000 */
    connectMs?: number;
    /** From the connection to the response's header. @default 15000 */
    responseMs?: number;
    /** One request and its whole response; a token with all redirects on the way to it. @default 30000 */
    exchangeMs?: number;
    /** One question with its redirects, tokens, retries and waits. Time in the queue does not count. @default 60000 */
    questionMs?: number;
    /** All questions to one repository that take five seconds or more, together; then it is asked nothing more. @default 120000 */
    repositoryMs?: number;
    /** A credential helper. @default 10000 */
    helperMs?: number;
}

/** How much is read into memory at most, in bytes. */
export interface RegistryLimits {
    /** A manifest, an index, a page of referrers. The OCI distribution specification has registries take 4 MiB. @default 4 MiB */
    manifestBytes?: number;
    /** A blob: a signature's payload, an attestation, a bundle. @default 32 MiB */
    blobBytes?: number;
    /** What is kept in memory to answer the same question twice. @default 64 MiB */
    cacheBytes?: number;
}

/**
 * How registries are reached where the names of images and what is on this machine do not say it. One shape for `check`, the
 * policy pack and `pinDigests`.
 *
 * Nothing here is about plain HTTP: policy-controller has no such setting either, and takes it only where go-containerregistry does.
 */
export interface RegistrySettings {
    /** Come before everything that is on the machine. @default none */
    credentials?: readonly Credential[];
    /** Certificates (PEM) that are trusted beside those that Node trusts. @default none */
    certificateAuthorities?: readonly string[];
    /**
     * Where else to read from, first to last, before the registry itself: `{ "docker.io": ["mirror.example.com/hub"] }`.
     * What a mirror does not have, or does not answer, is asked of the next. The cluster knows nothing of them.
     *
     * @default none
     */
    mirrors?: Readonly<Record<string, readonly string[]>>;
}

export interface RegistryOptions extends RegistrySettings {
    /**
     * Where to look for `DOCKER_CONFIG`, `REGISTRY_AUTH_FILE`, `XDG_RUNTIME_DIR`, `HOME`, `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, and
     * what helpers run with.
     *
     * @default process.env
     */
    environment?: Readonly<Record<string, string | undefined>>;
    /** Requests in flight to one registry. @default 32 */
    concurrency?: number;
    /** How often a request is repeated that failed in a way that passes. @default 2 */
    retries?: number;
    /** The first wait before a repetition, in milliseconds; the next is three times as long. @default 200 */
    retryDelayMs?: number;
    timeouts?: RegistryTimeouts;
    limits?: RegistryLimits;
}
