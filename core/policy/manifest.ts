import type {
    Attestation,
    CTLog,
    Identity,
    KeyRef,
    LabelSelector,
    Policy,
    Rfc3161Timestamp,
    Source,
    Static,
    TrustRootSpec,
} from "./spec";

/** The group and version that are written: v1alpha1 is what the cluster stores; v1beta1 goes through a conversion. */
export const API_VERSION = "policy.sigstore.dev/v1alpha1";

/** The group of both kinds. */
export const API_GROUP = "policy.sigstore.dev";

/** The namespace that policy-controller lives in unless told otherwise; upstream's manifests use the same. */
export const DEFAULT_CONTROLLER_NAMESPACE = "cosign-system";

/** A ClusterImagePolicy as the cluster stores it. */
export interface ClusterImagePolicyManifest {
    apiVersion: typeof API_VERSION;
    kind: "ClusterImagePolicy";
    metadata: { name: string };
    spec: ClusterImagePolicyManifestSpec;
}

/** `spec` of a ClusterImagePolicy, with the CRD's own field names. */
export interface ClusterImagePolicyManifestSpec {
    images?: ImagePattern[];
    authorities?: AuthorityManifest[];
    mode?: string;
    match?: MatchManifest[];
    policy?: PolicyManifest;
}

/** One glob. */
export interface ImagePattern {
    glob?: string;
}

/** An authority with the CRD's own field names. */
export interface AuthorityManifest {
    name?: string;
    key?: KeyRefManifest;
    keyless?: KeylessManifest;
    static?: { [Field in keyof Static]?: string };
    source?: SourceManifest[];
    ctlog?: CTLog;
    attestations?: AttestationManifest[];
    rfc3161timestamp?: Rfc3161Timestamp;
    signatureFormat?: string;
}

/** A key as YAML may have it: `hashAlgorithm` is any string there. */
export interface KeyRefManifest extends Pick<KeyRef, "data" | "kms"> {
    secretRef?: { name?: string; namespace?: string };
    hashAlgorithm?: string;
}

/** `keyless` with the CRD's own field names. */
export interface KeylessManifest {
    url?: string;
    identities?: Identity[];
    "ca-cert"?: KeyRefManifest;
    trustRootRef?: string;
    insecureIgnoreSCT?: boolean;
}

/** A source as YAML may have it. */
export interface SourceManifest extends Omit<Source, "signaturePullSecrets"> {
    signaturePullSecrets?: { name?: string }[];
}

/** An attestation as YAML may have it. */
export interface AttestationManifest extends Partial<Omit<Attestation, "policy">> {
    policy?: PolicyManifest;
}

/** A policy program as YAML may have it. */
export interface PolicyManifest extends Pick<
    Policy,
    "data" | "fetchConfigFile" | "includeSpec" | "includeObjectMeta" | "includeTypeMeta"
> {
    type?: string;
    configMapRef?: { name?: string; key?: string; namespace?: string };
    remote?: { url?: string; sha256sum?: string };
}

/** A match entry as YAML may have it. */
export interface MatchManifest {
    group?: string;
    version?: string;
    resource?: string;
    selector?: LabelSelectorManifest;
}

/** A label selector as YAML may have it. */
export interface LabelSelectorManifest extends Pick<LabelSelector, "matchLabels"> {
    matchExpressions?: { key?: string; operator?: string; values?: string[] }[];
}

/** A TrustRoot as the cluster stores it. */
export interface TrustRootManifest {
    apiVersion: typeof API_VERSION;
    kind: "TrustRoot";
    metadata: { name: string };
    spec: TrustRootManifestSpec;
}

/** `spec` of a TrustRoot: its fields have the same names in both forms. */
export type TrustRootManifestSpec = TrustRootSpec;

/** The `authority-0` that the webhook gives to an authority without a name (clusterimagepolicy_defaults.go). */
export function defaultAuthorityName(index: number): string {
    return `authority-${index}`;
}
