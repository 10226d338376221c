/**
 * Keys for image signatures: cosign's key pairs, byte for byte, and the public keys that policy-controller reads.
 */
export type { AlgorithmFacts, KeyAlgorithm } from "./algorithm";
export { KeyError, type KeyErrorCode, type KeyField } from "./errors";
export type { Fingerprint } from "./fingerprint";
export { generateKeyPair } from "./generate";
export { checkImport, importKeyPair, keyPairFrom } from "./import";
export { inspect, inspectWithPassword, type CosignEncryption, type KeyFormat, type KeyInspection } from "./inspect";
export { openPrivateKey, publicKeyOf, type CosignKeyPairPem } from "./key-pair";
export { MAXIMUM_KEY_CHARACTERS, type KeyText } from "./key-text";
export { passwordBytes } from "./password";
export { readPublicKey, readPublicKeyAsCluster, type ClusterPublicKey, type PublicKeyInfo } from "./public-key";
export {
    COSIGN_SECRET_IMMUTABLE,
    COSIGN_SECRET_PASSWORD,
    COSIGN_SECRET_PRIVATE_KEY,
    COSIGN_SECRET_PUBLIC_KEY,
    COSIGN_SECRET_TYPE,
    cosignSecretData,
    publicSecretData,
    type CosignSecretData,
    type CosignSecretInput,
} from "./secret";
