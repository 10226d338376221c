/** The hash that signatures of a key are made over; signaturealgo in policy-controller takes these. */
export const HashAlgorithm = { Sha224: "sha224", Sha256: "sha256", Sha384: "sha384", Sha512: "sha512" } as const;
export type HashAlgorithm = (typeof HashAlgorithm)[keyof typeof HashAlgorithm];

/**
 * A public key: exactly one of `data`, `secretRef` and `kms`.
 *
 * Source: KeyRef in clusterimagepolicy_types.go.
 */
export interface KeyRef {
    /**
     * The key itself, as PEM: `PUBLIC KEY` or `RSA PUBLIC KEY`. Only the first block counts; a second key is a second
     * authority.
     *
     * @default none
     */
    data?: string;
    /**
     * A Secret in the controller's namespace with exactly one entry, the PEM.
     *
     * @default none
     */
    secretRef?: SecretRef;
    /**
     * A key in a key management service: `awskms://[HOST:PORT]/ARN`, `azurekms://VAULT.vault.azure.net/KEY`,
     * `gcpkms://projects/…`, `hashivault://KEY`. The controller reads its public half when it reads the policy.
     *
     * @default none
     */
    kms?: string;
    /**
     * What signatures are hashed with: `sha224`, `sha256`, `sha384`, `sha512`, in any case.
     *
     * The webhook takes `sha256` for every key; cosign hashes with SHA-384 for P-384 and SHA-512 for P-521. So where
     * `data` is such a key, that hash is written.
     *
     * @default what cosign takes for the key in `data`, otherwise `sha256`
     */
    hashAlgorithm?: HashAlgorithm;
}

/** A Secret. */
export interface SecretRef {
    /** The Secret's name. */
    name: string;
    /**
     * The controller's namespace, and no other.
     *
     * @default the controller's namespace
     */
    namespace?: string;
}
