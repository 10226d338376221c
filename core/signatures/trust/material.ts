import { createHash, createPublicKey, X509Certificate, type KeyObject } from "node:crypto";

import { readPublicKeyAsCluster } from "../../keys/public-key";
import { decodeBase64 } from "../../policy/go/base64";
import { readCertificates } from "../../policy/go/certificates";
import { refused, type Refused } from "../outcome";

import type { TrustedRoot } from "@sigstore/protobuf-specs";
import type { LogKeys } from "../check";
import type { SigstoreKeys } from "../../policy/spec";

/** Keys and certificates that are trusted, as the controller holds them. */
export interface TrustMaterial {
    /** The public instance of Sigstore, or a TrustRoot. */
    readonly origin: "public" | "trust-root";
    /** The chain of each authority. */
    readonly certificateAuthorities: readonly (readonly X509Certificate[])[];
    readonly timestampAuthorities: readonly (readonly X509Certificate[])[];
    readonly transparencyLogs: LogKeys;
    readonly certificateLogs: LogKeys;
}

/** Of a TrustRoot with `sigstoreKeys` (`ConvertSigstoreKeys` in pkg/apis/config/sigstore_keys.go). */
export function materialOfKeys(keys: SigstoreKeys): TrustMaterial | Refused {
    try {
        return checked({
            origin: "trust-root",
            certificateAuthorities: (keys.certificateAuthorities ?? []).map(({ certChain }) => chainOf(certChain)),
            timestampAuthorities: (keys.timestampAuthorities ?? []).map(({ certChain }) => chainOf(certChain)),
            transparencyLogs: logKeys((keys.tLogs ?? []).map(({ publicKey }) => pemKey(publicKey))),
            certificateLogs: logKeys((keys.ctLogs ?? []).map(({ publicKey }) => pemKey(publicKey))),
        });
    } catch {
        return unusable("it holds a key or a certificate that cannot be read");
    }
}

/** Of a trusted root from a TUF repository. */
export function materialOfTrustedRoot(root: TrustedRoot, origin: TrustMaterial["origin"]): TrustMaterial | Refused {
    try {
        const certificates = (chain: TrustedRoot["certificateAuthorities"][number]["certChain"]): X509Certificate[] =>
            (chain?.certificates ?? []).map(({ rawBytes }) => new X509Certificate(rawBytes));
        const keys = (logs: TrustedRoot["tlogs"]): KeyObject[] =>
            logs.flatMap(({ publicKey }) => derKey(publicKey?.rawBytes) ?? []);
        const transparencyLogs = keys(root.tlogs);
        return checked({
            origin,
            certificateAuthorities: root.certificateAuthorities.map(({ certChain }) => certificates(certChain)),
            timestampAuthorities: root.timestampAuthorities.map(({ certChain }) => certificates(certChain)),
            // Of the public instance the controller takes only logs whose keys cosign knows.
            transparencyLogs: logKeys(origin === "public" ? transparencyLogs.filter(isEcdsa) : transparencyLogs),
            certificateLogs: logKeys(keys(root.ctlogs)),
        });
    } catch {
        return unusable("it holds a key or a certificate that cannot be read");
    }
}

/** The controller takes no TrustRoot with another key of a transparency log (`ReconcileKind`, pkg/reconciler/trustroot). */
function checked(material: TrustMaterial): TrustMaterial | Refused {
    return Array.from(material.transparencyLogs.values()).every(isEcdsa)
        ? material
        : unusable(
              "the key of a transparency log is not of ECDSA, and the controller takes the TrustRoot as a whole or not",
          );
}

function isEcdsa(key: KeyObject): boolean {
    return key.asymmetricKeyType === "ec";
}

function chainOf(base64: string): readonly X509Certificate[] {
    const { certificates, refusal } = readCertificates(decodeText(base64).toString("latin1"), "exact");
    if (refusal !== undefined) {
        throw new Error(refusal);
    }
    return certificates;
}

function pemKey(base64: string): KeyObject {
    return readPublicKeyAsCluster(decodeText(base64)).key;
}

/** Undefined for a log without a key. @throws for what is no key */
function derKey(der: Uint8Array | undefined): KeyObject | undefined {
    return der === undefined ? undefined : createPublicKey({ key: Buffer.from(der), format: "der", type: "spki" });
}

function decodeText(base64: string): Buffer {
    const bytes = decodeBase64(base64);
    if (bytes === undefined) {
        throw new Error("no base64");
    }
    return bytes;
}

/** By log ID (`GetTransparencyLogID` of cosign's pkg/cosign/tlog.go). */
function logKeys(keys: readonly KeyObject[]): LogKeys {
    return new Map(keys.map((key) => [logId(key), key]));
}

function logId(key: KeyObject): string {
    return createHash("sha256")
        .update(key.export({ type: "spki", format: "der" }))
        .digest("hex");
}

function unusable(why: string): Refused {
    return refused("authority-unusable", `the controller cannot use the TrustRoot: ${why}`);
}
