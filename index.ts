export {
    Authority,
    type AuthorityArgs,
    type KeyAuthorityArgs,
    type KeylessArgs,
    type KeylessAuthorityArgs,
    type KeylessIdentityArgs,
    type KeyRefArgs,
    type SecretRefArgs,
} from "./components/authority";
export { ClusterImagePolicy, type ClusterImagePolicyArgs } from "./components/cluster-image-policy";
export { CosignKeyPair, type CosignKeyPairArgs, type KeyGeneration } from "./components/cosign-key-pair";
export { EnforcedNamespace, type EnforcedNamespaceArgs } from "./components/enforced-namespace";
export {
    type ChartSource,
    NoMatchPolicy,
    PolicyController,
    type PolicyControllerArgs,
} from "./components/policy-controller";
export { SignedImages, type SignedImagesArgs } from "./components/signed-images";
export { HashAlgorithm, PolicyMode } from "./core/policy";
