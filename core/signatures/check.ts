import type { KeyObject, X509Certificate } from "node:crypto";

import type { HashAlgorithm, Identity } from "../policy";

/**
 * The engine's behaviour, where its versions differ: policy-controller 0.13 verifies with cosign 2.5, 0.15 with cosign
 * 3.0. Their differences are named where they are made.
 */
export type EngineVersion = "0.13" | "0.15";

/**
 * How one authority checks a signature: what `checkOptsFromAuthority` (pkg/webhook/validator.go) makes of it.
 */
export interface SignatureCheck {
    readonly signer: KeySigner | CertificateSigner;
    readonly transparencyLog: TransparencyLogCheck;
    /** Trust in signed timestamps. Absent: timestamps do not count. */
    readonly timestampAuthority?: TimestampAuthority;
    readonly engine: EngineVersion;
    /**
     * The time that an untimed certificate must be valid at.
     *
     * @default now
     */
    readonly now?: Date;
}

/** A key. */
export interface KeySigner {
    readonly kind: "key";
    readonly publicKey: KeyObject;
    /** @default sha256 */
    readonly hashAlgorithm?: HashAlgorithm;
    /** Why no signature of this key is ever accepted, if so (`ClusterPublicKey.neverVerifies`). */
    readonly neverVerifies?: string;
}

/** Certificates of trusted authorities. */
export interface CertificateSigner {
    readonly kind: "certificate";
    readonly roots: readonly X509Certificate[];
    readonly intermediates: readonly X509Certificate[];
    readonly identities: readonly Identity[];
    /** Keys of certificate transparency logs; "ignored" with `insecureIgnoreSCT`. */
    readonly certificateLogs: LogKeys | "ignored";
}

/** Public keys of logs by log ID: the SHA-256 of the key's DER in hexadecimal. */
export type LogKeys = ReadonlyMap<string, KeyObject>;

/** What is asked of a transparency log. */
export type TransparencyLogCheck =
    | { readonly kind: "ignored" }
    | {
          readonly kind: "required";
          /** Keys of the logs whose proofs beside a signature count. */
          readonly keys: LogKeys;
          /** Whether the controller asks the log for signatures that have no proof beside them. */
          readonly isAskedOnline: boolean;
      };

/** A time-stamping authority's certificates. */
export interface TimestampAuthority {
    /** The authority's own certificate; absent: the one in the timestamp. */
    readonly leaf?: X509Certificate;
    readonly intermediates: readonly X509Certificate[];
    readonly roots: readonly X509Certificate[];
}
