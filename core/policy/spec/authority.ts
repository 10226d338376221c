import type { Attestation } from "./attestation";
import type { Keyless } from "./keyless";
import type { KeyRef } from "./key";

/**
 * Somebody who can vouch for an image: exactly one of `key`, `keyless` and `static`.
 *
 * Source: Authority in clusterimagepolicy_types.go.
 */
export interface Authority {
    /**
     * What `policy` calls the authority's results. Nothing checks that names differ.
     *
     * @default `authority-` and the position in the list
     */
    name?: string;
    /**
     * A public key.
     *
     * @default none
     */
    key?: KeyRef;
    /**
     * Short-lived certificates of a certificate authority such as Fulcio, and the identities that they may name.
     *
     * @default none
     */
    keyless?: Keyless;
    /**
     * A fixed answer, without looking at signatures. Excludes `attestations`, `source`, `ctlog`, `rfc3161timestamp`.
     *
     * @default none
     */
    static?: Static;
    /**
     * Where the signatures lie, if not beside the image: at most one entry.
     *
     * @default []
     */
    source?: Source[];
    /**
     * The transparency log that must know the signature.
     *
     * @default none for a key: the log is not asked
     */
    ctlog?: CTLog;
    /**
     * Attestations that must be there. An authority that lists some checks only them, and not the image's signature.
     *
     * @default []
     */
    attestations?: Attestation[];
    /**
     * Signed timestamps that must be there.
     *
     * @default none
     */
    rfc3161timestamp?: Rfc3161Timestamp;
    /**
     * How signatures are stored. `bundle` works only with `keyless` and `attestations`.
     *
     * @default SignatureFormat.Legacy
     */
    signatureFormat?: SignatureFormat;
}

/** How signatures are stored beside the image. */
export const SignatureFormat = {
    /** cosign's `sha256-….sig` and `.att` tags. */
    Legacy: "legacy",
    /** Sigstore bundles as OCI referrers, cosign v3's default. */
    Bundle: "bundle",
} as const;
export type SignatureFormat = (typeof SignatureFormat)[keyof typeof SignatureFormat];

/** A fixed answer. */
export const StaticAction = {
    /** Every image passes. */
    Pass: "pass",
    /** No image passes. */
    Fail: "fail",
} as const;
export type StaticAction = (typeof StaticAction)[keyof typeof StaticAction];

/** A fixed answer in place of a verification. */
export interface Static {
    /** The answer. */
    action: StaticAction;
    /**
     * What the refused user reads, for `fail`.
     *
     * @default none
     */
    message?: string;
}

/** Where signatures and attestations lie. */
export interface Source {
    /**
     * `registry/repository`, such as `ghcr.io/acme/signatures`, without tag or digest.
     *
     * A bare `host:port` is accepted by the webhook and stops every later policy from being enforced; a bare host is
     * taken for a repository on Docker Hub. Both are refused here.
     *
     * @default beside the image
     */
    oci?: string;
    /**
     * Registry credentials: Secrets in the *workload's* namespace.
     *
     * @default []
     */
    signaturePullSecrets?: LocalObjectRef[];
    /**
     * What the signature's tag begins with.
     *
     * @default none
     */
    tagPrefix?: string;
}

/** An object of the same namespace. */
export interface LocalObjectRef {
    /** The object's name. */
    name: string;
}

/** A transparency log. */
export interface CTLog {
    /**
     * A Rekor instance, which the controller asks over the network at each admission.
     *
     * @default none
     */
    url?: string;
    /**
     * A TrustRoot whose `tLogs` hold the log's key. Nothing checks that it exists.
     *
     * @default the public instance's key, by TUF
     */
    trustRootRef?: string;
}

/** A time-stamping authority. */
export interface Rfc3161Timestamp {
    /**
     * A TrustRoot whose `timestampAuthorities` sign. Nothing checks that it exists.
     *
     * @default none
     */
    trustRootRef?: string;
}
