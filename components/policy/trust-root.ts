import type * as pulumi from "@pulumi/pulumi";

/**
 * Keys and certificates to trust in place of Sigstore's public ones: exactly one of `remote`, `repository` and
 * `sigstoreKeys`. Bytes are base64, as everywhere in Kubernetes.
 *
 * Source: TrustRootSpec in pkg/apis/policy/v1alpha1/trustroot_types.go of sigstore/policy-controller.
 */
export interface TrustRootArgs {
    /**
     * A TUF repository that the controller reads over the network.
     *
     * @default none
     */
    remote?: pulumi.Input<TrustRootRemoteArgs>;
    /**
     * A TUF repository that comes with the object, for clusters without network.
     *
     * @default none
     */
    repository?: pulumi.Input<TrustRootRepositoryArgs>;
    /**
     * The keys and certificates themselves.
     *
     * @default none
     */
    sigstoreKeys?: pulumi.Input<SigstoreKeysArgs>;
    /**
     * Whether to take over a TrustRoot of this name that is in the cluster already (made by kubectl or Helm): by server-side
     * apply with forced ownership. Once taken over, it goes with the stack. Without it, one that the stack did not make is refused.
     *
     * @default false
     */
    adopt?: boolean;
}

/** A TUF repository on the network. */
export interface TrustRootRemoteArgs {
    /** The first `root.json`, in base64. */
    root: pulumi.Input<string>;
    /** The repository's URL, such as `https://tuf-repo-cdn.sigstore.dev`. */
    mirror: pulumi.Input<string>;
    /**
     * The folder of the targets.
     *
     * @default targets
     */
    targets?: pulumi.Input<string>;
    /**
     * The target that holds the trusted root.
     *
     * @default trusted_root.json
     */
    trustedRootTarget?: pulumi.Input<string>;
}

/** A TUF repository in the object. */
export interface TrustRootRepositoryArgs {
    /** The first `root.json`, in base64. */
    root: pulumi.Input<string>;
    /** The repository's files, as a gzipped tar archive in base64. */
    mirrorFS: pulumi.Input<string>;
    /**
     * The folder of the targets.
     *
     * @default targets
     */
    targets?: pulumi.Input<string>;
    /**
     * The target that holds the trusted root.
     *
     * @default trusted_root.json
     */
    trustedRootTarget?: pulumi.Input<string>;
}

/** Keys and certificates: at least one certificate authority or time-stamping authority. */
export interface SigstoreKeysArgs {
    /**
     * The authorities that issue signing certificates.
     *
     * @default []
     */
    certificateAuthorities?: pulumi.Input<pulumi.Input<CertificateAuthorityArgs>[]>;
    /**
     * Transparency logs (Rekor).
     *
     * @default []
     */
    tLogs?: pulumi.Input<pulumi.Input<TransparencyLogArgs>[]>;
    /**
     * Certificate transparency logs.
     *
     * @default []
     */
    ctLogs?: pulumi.Input<pulumi.Input<TransparencyLogArgs>[]>;
    /**
     * Time-stamping authorities.
     *
     * @default []
     */
    timestampAuthorities?: pulumi.Input<pulumi.Input<CertificateAuthorityArgs>[]>;
}

/** A certificate authority. */
export interface CertificateAuthorityArgs {
    /** Whom the root certificate names. */
    subject: pulumi.Input<DistinguishedNameArgs>;
    /** Where the authority answers. */
    uri: pulumi.Input<string>;
    /** The certificates as PEM in base64, the root last. */
    certChain: pulumi.Input<string>;
}

/** Whom a certificate names. */
export interface DistinguishedNameArgs {
    /** The `O` of the name. */
    organization: pulumi.Input<string>;
    /** The `CN` of the name. */
    commonName: pulumi.Input<string>;
}

/** A log's key. */
export interface TransparencyLogArgs {
    /** Where the log answers. */
    baseURL: pulumi.Input<string>;
    /** The hash of its Merkle tree, such as `sha-256`. */
    hashAlgorithm: pulumi.Input<string>;
    /** Its public key as PEM in base64. */
    publicKey: pulumi.Input<string>;
}
