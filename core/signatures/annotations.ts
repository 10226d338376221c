/** The annotations of a layer in a `.sig` or `.att` manifest (cosign's pkg/oci/static/signature.go). */

/** The signature, in base64; of an attestation the empty text. */
export const SIGNATURE_ANNOTATION = "dev.cosignproject.cosign/signature";

/** The signer's certificate, PEM. */
export const CERTIFICATE_ANNOTATION = "dev.sigstore.cosign/certificate";

/** The certificates above it, PEM. */
export const CHAIN_ANNOTATION = "dev.sigstore.cosign/chain";

/** What Rekor answered, JSON. */
export const LOG_ENTRY_ANNOTATION = "dev.sigstore.cosign/bundle";

/** What a time-stamping authority answered, JSON. */
export const TIMESTAMP_ANNOTATION = "dev.sigstore.cosign/rfc3161timestamp";
