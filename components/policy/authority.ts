import type * as pulumi from "@pulumi/pulumi";
import type { SignatureFormat, StaticAction } from "../../core/policy";
import type { AttestationArgs } from "./attestation";
import type { KeyRefArgs } from "./key";
import type { KeylessArgs } from "./keyless";

/**
 * Somebody who can vouch for an image: exactly one of `key`, `keyless` and `static`.
 *
 * Source: Authority in clusterimagepolicy_types.go.
 */
export interface AuthorityArgs {
    /**
     * What `policy` calls the authority's results. Nothing checks that names differ.
     *
     * @default `authority-` and the position in the list
     */
    name?: pulumi.Input<string>;
    /**
     * A public key.
     *
     * @default none
     */
    key?: pulumi.Input<KeyRefArgs>;
    /**
     * Short-lived certificates of a certificate authority such as Fulcio, and the identities that they may name.
     *
     * @default none
     */
    keyless?: pulumi.Input<KeylessArgs>;
    /**
     * A fixed answer, without looking at signatures. Excludes `attestations`, `source`, `ctlog`, `rfc3161timestamp`.
     *
     * @default none
     */
    static?: pulumi.Input<StaticArgs>;
    /**
     * Where the signatures lie, if not beside the image: at most one entry.
     *
     * @default []
     */
    source?: pulumi.Input<pulumi.Input<SourceArgs>[]>;
    /**
     * The transparency log that must know the signature.
     *
     * @default none for a key: the log is not asked
     */
    ctlog?: pulumi.Input<CTLogArgs>;
    /**
     * Attestations that must be there. An authority that lists some checks only them, and not the image's signature.
     *
     * @default []
     */
    attestations?: pulumi.Input<pulumi.Input<AttestationArgs>[]>;
    /**
     * Signed timestamps that must be there.
     *
     * @default none
     */
    rfc3161timestamp?: pulumi.Input<Rfc3161TimestampArgs>;
    /**
     * How signatures are stored. `bundle` works only with `keyless` and `attestations`.
     *
     * @default SignatureFormat.Legacy
     */
    signatureFormat?: pulumi.Input<SignatureFormat>;
}

/** A fixed answer in place of a verification. */
export interface StaticArgs {
    /** The answer. */
    action: pulumi.Input<StaticAction>;
    /**
     * What the refused user reads, for `fail`.
     *
     * @default none
     */
    message?: pulumi.Input<string>;
}

/** Where signatures and attestations lie. */
export interface SourceArgs {
    /**
     * `registry/repository`, such as `ghcr.io/acme/signatures`, without tag or digest.
     *
     * A bare `host:port` is accepted by the webhook and stops every later policy from being enforced; a bare host is
     * taken for a repository on Docker Hub. Both are refused here.
     *
     * @default beside the image
     */
    oci?: pulumi.Input<string>;
    /**
     * Registry credentials: Secrets in the *workload's* namespace.
     *
     * @default []
     */
    signaturePullSecrets?: pulumi.Input<pulumi.Input<LocalObjectRefArgs>[]>;
    /**
     * What the signature's tag begins with.
     *
     * @default none
     */
    tagPrefix?: pulumi.Input<string>;
}

/** An object of the same namespace. */
export interface LocalObjectRefArgs {
    /** The object's name. */
    name: pulumi.Input<string>;
}

/** A transparency log. */
export interface CTLogArgs {
    /**
     * A Rekor instance, which the controller asks over the network at each admission.
     *
     * @default none
     */
    url?: pulumi.Input<string>;
    /**
     * A TrustRoot whose `tLogs` hold the log's key. Nothing checks that it exists.
     *
     * @default the public instance's key, by TUF
     */
    trustRootRef?: pulumi.Input<string>;
}

/** A time-stamping authority. */
export interface Rfc3161TimestampArgs {
    /**
     * A TrustRoot whose `timestampAuthorities` sign. Nothing checks that it exists.
     *
     * @default none
     */
    trustRootRef?: pulumi.Input<string>;
}
