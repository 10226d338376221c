import type * as pulumi from "@pulumi/pulumi";
import type { HashAlgorithm } from "../../core/policy";

/**
 * A public key: exactly one of `data`, `secretRef` and `kms`.
 *
 * Source: KeyRef in clusterimagepolicy_types.go.
 */
export interface KeyRefArgs {
    /**
     * The key itself, as PEM: `PUBLIC KEY` or `RSA PUBLIC KEY`. Only the first block counts; a second key is a second
     * authority.
     *
     * @default none
     */
    data?: pulumi.Input<string>;
    /**
     * A Secret in the controller's namespace with exactly one entry, the PEM.
     *
     * @default none
     */
    secretRef?: pulumi.Input<SecretRefArgs>;
    /**
     * A key in a key management service: `awskms://[HOST:PORT]/ARN`, `azurekms://VAULT.vault.azure.net/KEY`,
     * `gcpkms://projects/…`, `hashivault://KEY`. The controller reads its public half when it reads the policy.
     *
     * @default none
     */
    kms?: pulumi.Input<string>;
    /**
     * What signatures are hashed with: `sha224`, `sha256`, `sha384`, `sha512`, in any case.
     *
     * The webhook takes `sha256` for every key; cosign hashes with SHA-384 for P-384 and SHA-512 for P-521. So where
     * `data` is such a key, that hash is written.
     *
     * @default what cosign takes for the key in `data`, otherwise `sha256`
     */
    hashAlgorithm?: pulumi.Input<HashAlgorithm>;
}

/** A Secret. */
export interface SecretRefArgs {
    /** The Secret's name. */
    name: pulumi.Input<string>;
    /**
     * The controller's namespace, and no other.
     *
     * @default the controller's namespace
     */
    namespace?: pulumi.Input<string>;
}
