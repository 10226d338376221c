/**
 * Signatures of images: reading them from a registry, and checking them with the verdict that policy-controller gives.
 */
export type {
    CertificateSigner,
    EngineVersion,
    KeySigner,
    LogKeys,
    SignatureCheck,
    TimestampAuthority,
    TransparencyLogCheck,
} from "./check";
export { signatureCheckOf, type AuthorityContext } from "./authority-check";
export { checkAttestation, type CheckedAttestation } from "./check-attestation";
export { checkBundle } from "./check-bundle";
export { checkSignatures } from "./check-signatures";
export { checkSignature } from "./check-signature";
export { describeBundle, type BundleDescription } from "./describe-bundle";
export type { CertificateNames, Outcome, RefusalCode, Refused, Unknown, UnknownCode, Verified } from "./outcome";
export { hasPredicateOf, predicateTypeUri } from "./predicate-types";
export { readAttestations, readSimpleSignatures } from "./read";
export { readBundles, readLikelyBundles } from "./read-bundles";
export type { SignatureSource, SignedImage, SimpleSignature, StoredAttestation, StoredBundle } from "./stored";
export type { TrustMaterial } from "./trust/material";
export { trustMaterialOf } from "./trust/trust-material";
