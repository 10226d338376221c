/** Why a registry gave no answer that can be used. Stable names: verdicts and the JSON output of the CLI rely on them. */
export type RegistryErrorCode =
    /** The registry has no such repository, manifest or blob, or does not show it. */
    | "not-found"
    /** Credentials are needed, or those given are not accepted. */
    | "unauthorized"
    /** The credentials are accepted, but do not suffice. */
    | "denied"
    /** Too many requests, also after the wait that the registry asked for, or that wait is too long. */
    | "rate-limited"
    /** No connection: no such host, refused, reset. */
    | "unreachable"
    /** No answer, or not the whole answer, in time. */
    | "timeout"
    /** A connection, but no trusted TLS on it. */
    | "tls"
    /** A status of 500 or more, also when asked again. */
    | "server-error"
    /** Bytes that do not have the digest that they were asked for by. */
    | "digest-mismatch"
    /** More or fewer bytes than the descriptor says. */
    | "size-mismatch"
    /** More bytes than the limit; the rest was not read. */
    | "too-large"
    /** What is stored there is no manifest or no descriptor: no JSON, nested too deeply, without a digest. */
    | "malformed"
    /** An answer that no registry gives: no HTTP, a status that means nothing, no token, another digest announced than sent. */
    | "protocol-error"
    /** A 401 that names a token server to which no credentials may be sent. */
    | "insecure-realm"
    /** A redirect to a place that nobody should be sent to: plain HTTP from HTTPS, a private address. */
    | "insecure-redirect"
    /** Redirects without an end. */
    | "redirect-loop"
    /** A registry that does not take what was pushed: read-only, or without deletion. */
    | "unsupported"
    /** A tag that exists and may not be moved. */
    | "immutable-tag"
    /** The local configuration: an unreadable Docker or podman file, a credential helper that fails. */
    | "credentials"
    /** The client was closed. */
    | "closed";

/** What a `RegistryError` is about. */
export interface RegistryErrorDetails {
    code: RegistryErrorCode;
    registry: string;
    repository?: string;
    /** Of the HTTP response, where there was one. */
    status?: number;
    /** How long the registry asked to wait, in milliseconds. */
    retryAfterMs?: number;
}

/**
 * The one error of this folder.
 *
 * The message names the registry and what it did. It never holds a password, a token or a query string, and there is never
 * a `cause`: what lower layers throw can quote both.
 */
export class RegistryError extends Error {
    public override readonly name = "RegistryError";
    public readonly code: RegistryErrorCode;
    public readonly registry: string;
    public readonly repository?: string;
    public readonly status?: number;
    public readonly retryAfterMs?: number;

    public constructor(message: string, details: RegistryErrorDetails) {
        const { code, registry, repository, status, retryAfterMs } = details;
        super(`${repository === undefined ? registry : `${registry}/${repository}`}: ${message}`);
        this.code = code;
        this.registry = registry;
        this.repository = repository;
        this.status = status;
        this.retryAfterMs = retryAfterMs;
    }
}
