import type * as pulumi from "@pulumi/pulumi";
import type { HashAlgorithm } from "../core/policy";

/** The public key of an authority. Exactly one of `data` and `secretRef`. */
export interface KeyRefArgs {
    /**
     * The key itself, PEM (`PUBLIC KEY` or `RSA PUBLIC KEY`). Only the first PEM block counts; a second key is a second
     * authority.
     *
     * @default none
     */
    data?: pulumi.Input<string>;
    /**
     * A Secret in the controller's namespace whose one and only entry is the PEM.
     *
     * @default none
     */
    secretRef?: pulumi.Input<SecretRefArgs>;
    /**
     * What signatures of the key are hashed with. policy-controller takes SHA-256 for every key, where cosign signs
     * P-384 with SHA-384 and P-521 with SHA-512.
     *
     * @default what cosign takes for the key in `data`, otherwise `sha256`
     */
    hashAlgorithm?: pulumi.Input<HashAlgorithm>;
}

/** A Secret by its name. */
export interface SecretRefArgs {
    /** The Secret's name. */
    name: pulumi.Input<string>;
}

/**
 * Who may sign, by the certificate of a keyless signature: exactly one of `issuer` and `issuerRegExp`, and exactly one
 * of `subject` and `subjectRegExp`. Regular expressions are RE2 and **unanchored**: write `^` and `$`.
 */
export interface KeylessIdentityArgs {
    /**
     * The OIDC issuer, such as `https://token.actions.githubusercontent.com`.
     *
     * @default none
     */
    issuer?: pulumi.Input<string>;
    /**
     * A regular expression for the issuer.
     *
     * @default none
     */
    issuerRegExp?: pulumi.Input<string>;
    /**
     * The subject: an e-mail address, or the URL of a workflow.
     *
     * @default none
     */
    subject?: pulumi.Input<string>;
    /**
     * A regular expression for the subject.
     *
     * @default none
     */
    subjectRegExp?: pulumi.Input<string>;
}

/** Keyless signatures: certificates of Fulcio, and whose of them count. */
export interface KeylessArgs {
    /** Who may sign; any of them is enough. */
    identities: pulumi.Input<pulumi.Input<KeylessIdentityArgs>[]>;
}

/** Someone whose signature admits an image. Exactly one of `key` and `keyless`; use the factories of `Authority`. */
export interface AuthorityArgs {
    /**
     * What refusals call the authority.
     *
     * @default `authority-` and its place in the list
     */
    name?: pulumi.Input<string>;
    /**
     * A public key.
     *
     * @default none
     */
    key?: pulumi.Input<KeyRefArgs>;
    /**
     * Keyless identities.
     *
     * @default none
     */
    keyless?: pulumi.Input<KeylessArgs>;
}

/** A {@link KeyRefArgs}, and what to call the authority. */
export interface KeyAuthorityArgs extends KeyRefArgs {
    /**
     * What refusals call the authority.
     *
     * @default `authority-` and its place in the list
     */
    name?: pulumi.Input<string>;
}

/** One {@link KeylessIdentityArgs}, and what to call the authority. */
export interface KeylessAuthorityArgs extends KeylessIdentityArgs {
    /**
     * What refusals call the authority.
     *
     * @default `authority-` and its place in the list
     */
    name?: pulumi.Input<string>;
}

/** Makes authorities, each with exactly one way to verify. */
export const Authority = {
    /** Signatures by a key. */
    key: ({ name, ...key }: KeyAuthorityArgs): AuthorityArgs => ({ name, key }),
    /** Keyless signatures by one identity. */
    keyless: ({ name, ...identity }: KeylessAuthorityArgs): AuthorityArgs => ({
        name,
        keyless: { identities: [identity] },
    }),
} as const;
