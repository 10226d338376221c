/**
 * Keys and certificates to trust in place of Sigstore's public ones: exactly one of `remote`, `repository` and
 * `sigstoreKeys`. Bytes are base64, as everywhere in Kubernetes.
 *
 * Source: TrustRootSpec in pkg/apis/policy/v1alpha1/trustroot_types.go of sigstore/policy-controller.
 */
export interface TrustRootSpec {
    /**
     * A TUF repository that the controller reads over the network.
     *
     * @default none
     */
    remote?: TrustRootRemote;
    /**
     * A TUF repository that comes with the object, for clusters without network.
     *
     * @default none
     */
    repository?: TrustRootRepository;
    /**
     * The keys and certificates themselves.
     *
     * @default none
     */
    sigstoreKeys?: SigstoreKeys;
}

/** A TUF repository on the network. */
export interface TrustRootRemote {
    /** The first `root.json`, in base64. */
    root: string;
    /** The repository's URL, such as `https://tuf-repo-cdn.sigstore.dev`. */
    mirror: string;
    /**
     * The folder of the targets.
     *
     * @default targets
     */
    targets?: string;
    /**
     * The target that holds the trusted root.
     *
     * @default trusted_root.json
     */
    trustedRootTarget?: string;
}

/** A TUF repository in the object. */
export interface TrustRootRepository {
    /** The first `root.json`, in base64. */
    root: string;
    /** The repository's files, as a gzipped tar archive in base64. */
    mirrorFS: string;
    /**
     * The folder of the targets.
     *
     * @default targets
     */
    targets?: string;
    /**
     * The target that holds the trusted root.
     *
     * @default trusted_root.json
     */
    trustedRootTarget?: string;
}

/** Keys and certificates: at least one certificate authority or time-stamping authority. */
export interface SigstoreKeys {
    /**
     * The authorities that issue signing certificates.
     *
     * @default []
     */
    certificateAuthorities?: CertificateAuthority[];
    /**
     * Transparency logs (Rekor).
     *
     * @default []
     */
    tLogs?: TransparencyLog[];
    /**
     * Certificate transparency logs.
     *
     * @default []
     */
    ctLogs?: TransparencyLog[];
    /**
     * Time-stamping authorities.
     *
     * @default []
     */
    timestampAuthorities?: CertificateAuthority[];
}

/** A certificate authority. */
export interface CertificateAuthority {
    /** Whom the root certificate names. */
    subject: DistinguishedName;
    /** Where the authority answers. */
    uri: string;
    /** The certificates as PEM in base64, the root last. */
    certChain: string;
}

/** Whom a certificate names. */
export interface DistinguishedName {
    /** The `O` of the name. */
    organization: string;
    /** The `CN` of the name. */
    commonName: string;
}

/** A log's key. */
export interface TransparencyLog {
    /** Where the log answers. */
    baseURL: string;
    /** The hash of its Merkle tree, such as `sha-256`. */
    hashAlgorithm: string;
    /** Its public key as PEM in base64. */
    publicKey: string;
}
