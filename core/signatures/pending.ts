import type { ClusterPublicKey } from "../keys";
import type { Authority, TrustRootSpec } from "../policy";
import type { RegistryReader } from "../registry";
import type { EngineVersion, SignatureCheck } from "./check";
import type { CheckedAttestation } from "./check-attestation";
import type { Refused, Unknown } from "./outcome";
import type { SignedImage, StoredBundle } from "./stored";
export interface TrustMaterial {
    readonly kind: "trust-material";
}
export interface AuthorityContext {
    readonly publicKey?: ClusterPublicKey;
    readonly trustMaterial: (trustRootRef: string | undefined) => Promise<TrustMaterial | Refused | Unknown>;
    readonly engine: EngineVersion;
}
export interface BundleDescription {
    readonly predicateType?: string;
    readonly isSignature: boolean;
    readonly isForImage: boolean;
    readonly isSignedBy: (key: ClusterPublicKey) => boolean;
}
const later: Unknown = { verdict: "unknown", code: "trust-root-unavailable", reason: "pending." };
export function readBundles(_r: RegistryReader, _i: SignedImage): Promise<readonly StoredBundle[]> {
    return Promise.resolve([]);
}
export function trustMaterialOf(_t: TrustRootSpec | "public"): Promise<TrustMaterial | Refused | Unknown> {
    return Promise.resolve(later);
}
export function signatureCheckOf(
    authority: Authority,
    context: AuthorityContext,
): Promise<SignatureCheck | Refused | Unknown> {
    if (authority.key === undefined || context.publicKey === undefined) return Promise.resolve(later);
    return Promise.resolve({
        signer: {
            kind: "key",
            publicKey: context.publicKey.key,
            hashAlgorithm: authority.key.hashAlgorithm,
            neverVerifies: context.publicKey.neverVerifies,
        },
        transparencyLog: { kind: "ignored" },
        engine: context.engine,
    } as SignatureCheck);
}
export function checkBundle(
    _b: StoredBundle,
    _d: string,
    _a: Authority,
    _c: AuthorityContext,
): Promise<CheckedAttestation> {
    return Promise.resolve({ outcome: later });
}
export function describeBundle(_b: StoredBundle, _d: string): Promise<BundleDescription | undefined> {
    return Promise.resolve(undefined);
}
const TYPES: Record<string, string> = {
    custom: "https://cosign.sigstore.dev/attestation/v1",
    slsaprovenance: "https://slsa.dev/provenance/v0.2",
    vuln: "https://cosign.sigstore.dev/attestation/vuln/v1",
};
export function predicateTypeUri(name: string): string {
    return TYPES[name] ?? name;
}
