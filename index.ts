export { ClusterImagePolicy, type ClusterImagePolicyArgs } from "./components/cluster-image-policy";
export {
    CosignKeyPair,
    type CosignKeyPairArgs,
    type KeyGeneration,
    PrivateKeyHome,
} from "./components/cosign-key-pair";
export { EnforcedNamespace, type EnforcedNamespaceArgs } from "./components/enforced-namespace";
export { ImageSignature, type ImageSignatureArgs } from "./components/image-signature";
export {
    type ChartSource,
    type ControllerImage,
    type ControllerResources,
    NoMatchPolicy,
    PolicyController,
    type PolicyControllerArgs,
    type ProxySettings,
    type ResourceAmounts,
    type TufSettings,
} from "./components/policy-controller";
export { pinDigests, type PinDigestsOptions } from "./components/pin-digests";
export type { RegistryArgs, RegistryCredentialArgs } from "./components/registry";
export { SignedImages, type SignedImagesArgs } from "./components/signed-images";
export { TrustRoot } from "./components/trust-root";

export type { AttestationArgs } from "./components/policy/attestation";
export type {
    AuthorityArgs,
    CTLogArgs,
    LocalObjectRefArgs,
    Rfc3161TimestampArgs,
    SourceArgs,
    StaticArgs,
} from "./components/policy/authority";
export {
    Attestation,
    Authority,
    type AuthorityOptions,
    type KeyAuthorityArgs,
    type KeylessAuthorityArgs,
    Match,
    type NamedAttestationArgs,
    Policy,
    Source,
    type StaticAuthorityArgs,
} from "./components/policy/factories";
export type { KeyRefArgs, SecretRefArgs } from "./components/policy/key";
export type { IdentityArgs, KeylessArgs } from "./components/policy/keyless";
export type { LabelSelectorArgs, LabelSelectorRequirementArgs, MatchArgs } from "./components/policy/match";
export type { ConfigMapRefArgs, PolicyArgs, RemotePolicyArgs } from "./components/policy/policy";
export type {
    CertificateAuthorityArgs,
    DistinguishedNameArgs,
    SigstoreKeysArgs,
    TransparencyLogArgs,
    TrustRootArgs,
    TrustRootRemoteArgs,
    TrustRootRepositoryArgs,
} from "./components/policy/trust-root";
export {
    HashAlgorithm,
    Images,
    LabelSelectorOperator,
    MatchResource,
    PolicyMode,
    PolicyType,
    PredicateType,
    SignatureFormat,
    StaticAction,
} from "./core/policy";
