import type * as pulumi from "@pulumi/pulumi";
import type { KeyRefArgs } from "./key";

/**
 * Short-lived certificates and who they may name. One identity may be written in place (`issuer`, `subject`, …),
 * more in `identities`; at least one there must be.
 *
 * Source: KeylessRef in clusterimagepolicy_types.go.
 */
export interface KeylessArgs {
    /**
     * The issuer that the certificate must name, such as `https://token.actions.githubusercontent.com`.
     * Of one identity written in place; exactly one of `issuer` and `issuerRegExp`.
     *
     * @default none
     */
    issuer?: pulumi.Input<string>;
    /**
     * A regular expression (RE2, not anchored) for the issuer of the identity written in place.
     *
     * @default none
     */
    issuerRegExp?: pulumi.Input<string>;
    /**
     * The subject that the certificate must name: an e-mail address, or a workflow's URL. Of the identity written in
     * place; exactly one of `subject` and `subjectRegExp`.
     *
     * @default none
     */
    subject?: pulumi.Input<string>;
    /**
     * A regular expression (RE2, not anchored) for the subject of the identity written in place.
     *
     * @default none
     */
    subjectRegExp?: pulumi.Input<string>;
    /**
     * Identities, one of which the certificate must name. The one that is written in place comes first.
     *
     * @default []
     */
    identities?: pulumi.Input<pulumi.Input<IdentityArgs>[]>;
    /**
     * Switches verification by certificate on; the URL is never contacted.
     *
     * @default https://fulcio.sigstore.dev
     */
    url?: pulumi.Input<string>;
    /**
     * A certificate authority of your own, as the CRD offers it. Refused here: the webhook takes it and can then
     * verify nothing (validator.go). Put the authority into a TrustRoot and name that in `trustRootRef`.
     *
     * @default none
     */
    caCert?: pulumi.Input<KeyRefArgs>;
    /**
     * A TrustRoot whose certificate authorities sign. Nothing checks that it exists.
     *
     * @default the public instance, by TUF
     */
    trustRootRef?: pulumi.Input<string>;
    /**
     * Takes certificates without a proof that they are in a certificate transparency log.
     *
     * @default false
     */
    insecureIgnoreSCT?: pulumi.Input<boolean>;
}

/**
 * Who a certificate may name: `issuer` or `issuerRegExp`, and `subject` or `subjectRegExp`.
 *
 * Source: Identity in clusterimagepolicy_types.go.
 */
export interface IdentityArgs {
    /**
     * The issuer, exactly.
     *
     * @default none
     */
    issuer?: pulumi.Input<string>;
    /**
     * A regular expression (RE2) for the issuer. It is not anchored: write `^` and `$`.
     *
     * @default none
     */
    issuerRegExp?: pulumi.Input<string>;
    /**
     * The subject, exactly.
     *
     * @default none
     */
    subject?: pulumi.Input<string>;
    /**
     * A regular expression (RE2) for the subject. It is not anchored: write `^` and `$`.
     *
     * @default none
     */
    subjectRegExp?: pulumi.Input<string>;
}
