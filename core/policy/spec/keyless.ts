import type { KeyRef } from "./key";

/** The certificate authority that the webhook puts in where `keyless.url` is absent (clusterimagepolicy_defaults.go). */
export const PUBLIC_FULCIO_URL = "https://fulcio.sigstore.dev";

/**
 * Short-lived certificates and who they may name. One identity may be written in place (`issuer`, `subject`, …),
 * more in `identities`; at least one there must be.
 *
 * Source: KeylessRef in clusterimagepolicy_types.go.
 */
export interface Keyless {
    /**
     * The issuer that the certificate must name, such as `https://token.actions.githubusercontent.com`.
     * Of one identity written in place; exactly one of `issuer` and `issuerRegExp`.
     *
     * @default none
     */
    issuer?: string;
    /**
     * A regular expression (RE2, not anchored) for the issuer of the identity written in place.
     *
     * @default none
     */
    issuerRegExp?: string;
    /**
     * The subject that the certificate must name: an e-mail address, or a workflow's URL. Of the identity written in
     * place; exactly one of `subject` and `subjectRegExp`.
     *
     * @default none
     */
    subject?: string;
    /**
     * A regular expression (RE2, not anchored) for the subject of the identity written in place.
     *
     * @default none
     */
    subjectRegExp?: string;
    /**
     * Identities, one of which the certificate must name. The one that is written in place comes first.
     *
     * @default []
     */
    identities?: Identity[];
    /**
     * Switches verification by certificate on; the URL is never contacted.
     *
     * @default https://fulcio.sigstore.dev
     */
    url?: string;
    /**
     * A certificate authority of your own, as the CRD offers it. Refused here: the webhook takes it and can then
     * verify nothing (validator.go). Put the authority into a TrustRoot and name that in `trustRootRef`.
     *
     * @default none
     */
    caCert?: KeyRef;
    /**
     * A TrustRoot whose certificate authorities sign. Nothing checks that it exists.
     *
     * @default the public instance, by TUF
     */
    trustRootRef?: string;
    /**
     * Takes certificates without a proof that they are in a certificate transparency log.
     *
     * @default false
     */
    insecureIgnoreSCT?: boolean;
}

/**
 * Who a certificate may name: `issuer` or `issuerRegExp`, and `subject` or `subjectRegExp`.
 *
 * Source: Identity in clusterimagepolicy_types.go.
 */
export interface Identity {
    /**
     * The issuer, exactly.
     *
     * @default none
     */
    issuer?: string;
    /**
     * A regular expression (RE2) for the issuer. It is not anchored: write `^` and `$`.
     *
     * @default none
     */
    issuerRegExp?: string;
    /**
     * The subject, exactly.
     *
     * @default none
     */
    subject?: string;
    /**
     * A regular expression (RE2) for the subject. It is not anchored: write `^` and `$`.
     *
     * @default none
     */
    subjectRegExp?: string;
}
