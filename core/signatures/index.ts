/**
 * Signatures of images: reading them from a registry, and checking them with the verdict that policy-controller gives.
 */
import type { Authority, TrustRootSpec } from "../policy";
import type { ClusterPublicKey } from "../keys";
import type { SignatureCheck, EngineVersion } from "./check";
import type { Outcome, Refused, Unknown } from "./outcome";
import type { RegistryReader } from "./registry";
import type { SignatureSource, SignedImage, SimpleSignature, StoredAttestation, StoredBundle } from "./stored";

export type {
    CertificateSigner,
    EngineVersion,
    KeySigner,
    LogKeys,
    SignatureCheck,
    TimestampAuthority,
    TransparencyLogCheck,
} from "./check";
export type { CertificateNames, Outcome, RefusalCode, Refused, Unknown, UnknownCode, Verified } from "./outcome";
export type { SignatureSource, SignedImage, SimpleSignature, StoredAttestation, StoredBundle } from "./stored";

/**
 * The signatures under the image's `.sig` tag, in the order of the manifest; none where there is no such tag. One request,
 * and a second one for each payload that is read and is not cosign's own for this image.
 *
 * @returns a refusal for a list that cosign does not read: more than 1000 layers, no manifest with layers
 * @throws what the registry throws
 */
export declare function readSimpleSignatures(
    registry: RegistryReader,
    image: SignedImage,
    source?: SignatureSource,
): Promise<readonly SimpleSignature[] | Refused>;

/** The attestations under the image's `.att` tag, as {@link readSimpleSignatures}. */
export declare function readAttestations(
    registry: RegistryReader,
    image: SignedImage,
    source?: SignatureSource,
): Promise<readonly StoredAttestation[] | Refused>;

/** The sigstore bundles that refer to the image. */
export declare function readBundles(registry: RegistryReader, image: SignedImage): Promise<readonly StoredBundle[]>;

/** A TrustRoot's keys and certificates, as the controller holds them. */
export interface TrustMaterial {
    readonly kind: "trust-material";
}

/**
 * What the controller makes of a TrustRoot; of the public instance where none is named.
 *
 * `remote` and the public instance are read over the network, by TUF.
 */
export declare function trustMaterialOf(
    trustRoot: TrustRootSpec | "public",
): Promise<TrustMaterial | Refused | Unknown>;

/** What {@link signatureCheckOf} has to know beside the authority itself. */
export interface AuthorityContext {
    /** The authority's key as the cluster reads it; undefined for `key.kms` and for a Secret that cannot be read. */
    readonly publicKey?: ClusterPublicKey;
    /** The TrustRoot of that name; the public instance where the name is absent. */
    readonly trustMaterial: (trustRootRef: string | undefined) => Promise<TrustMaterial | Refused | Unknown>;
    readonly engine: EngineVersion;
}

/**
 * How an authority with `key` or `keyless` checks signatures, or why it can check none (`checkOptsFromAuthority` in
 * pkg/webhook/validator.go).
 */
export declare function signatureCheckOf(
    authority: Authority,
    context: AuthorityContext,
): Promise<SignatureCheck | Refused | Unknown>;

/** What policy-controller says of one signature (`VerifyImageSignature` of cosign's pkg/cosign/verify.go). */
export declare function checkSignature(
    signature: SimpleSignature,
    digest: string,
    check: SignatureCheck,
): Promise<Outcome>;

/** What an attestation says, once it is verified. */
export interface CheckedAttestation {
    readonly outcome: Outcome;
    /** `predicateType` of the statement; only of a verified attestation. */
    readonly predicateType?: string;
    /** The in-toto statement, for a policy in CUE or Rego; only of a verified attestation. */
    readonly statement?: unknown;
}

/** What policy-controller says of one attestation (`VerifyImageAttestation`). */
export declare function checkAttestation(
    attestation: StoredAttestation,
    digest: string,
    check: SignatureCheck,
): Promise<CheckedAttestation>;

/**
 * What policy-controller says of one bundle, for an authority with `signatureFormat: bundle`, `keyless` and
 * `attestations`: the only ones that it reads bundles for.
 */
export declare function checkBundle(
    bundle: StoredBundle,
    digest: string,
    authority: Authority,
    context: AuthorityContext,
): Promise<CheckedAttestation>;

/** What there is to know of a bundle without trusting it: for hints, never for a verdict. */
export interface BundleDescription {
    /** The predicate type: `https://sigstore.dev/cosign/sign/v1` is a signature, everything else an attestation. */
    readonly predicateType?: string;
    readonly isSignature: boolean;
    /** Whether the image is a subject of it. */
    readonly isForImage: boolean;
    /** True where this key made it, false where another did, or a certificate. */
    readonly isSignedBy: (key: ClusterPublicKey) => boolean;
}

/** For the hint of the format guard: what a bundle is, and which key made it. Undefined for what is no bundle. */
export declare function describeBundle(bundle: StoredBundle, digest: string): Promise<BundleDescription | undefined>;

/** The URI of a predicate type, for cosign's short names such as `slsaprovenance`. Everything else stays what it is. */
export declare function predicateTypeUri(nameOrUri: string): string;
