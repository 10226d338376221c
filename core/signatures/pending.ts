import type { ClusterPublicKey } from "../keys";
import type { Authority } from "../policy";
import type { RegistryReader } from "../registry";
import type { AuthorityContext } from "./authority-check";
import type { CheckedAttestation } from "./check-attestation";
import type { SignedImage, StoredBundle } from "./stored";

/** What there is to know of a bundle without trusting it: for hints, never for a verdict. */
export interface BundleDescription {
    readonly predicateType?: string;
    readonly isSignature: boolean;
    readonly isForImage: boolean;
    readonly isSignedBy: (key: ClusterPublicKey) => boolean;
}

export function readBundles(_r: RegistryReader, _i: SignedImage): Promise<readonly StoredBundle[]> {
    return Promise.resolve([]);
}
export function checkBundle(
    _b: StoredBundle,
    _d: string,
    _a: Authority,
    _c: AuthorityContext,
): Promise<CheckedAttestation> {
    const outcome = { verdict: "unknown", code: "trust-root-unavailable", reason: "Bundles are not read yet." } as const;
    return Promise.resolve({ outcome });
}
export function describeBundle(_b: StoredBundle, _d: string): Promise<BundleDescription | undefined> {
    return Promise.resolve(undefined);
}
