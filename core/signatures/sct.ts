import { createHash } from "node:crypto";

import { refused, type Refused } from "./outcome";

import type { X509Certificate as ParsedCertificate, X509SCTExtension } from "@sigstore/core";
import type { Certificate } from "./certificate";
import type { LogKeys } from "./check";

/** The extension with the list of signed certificate timestamps (RFC 6962, 3.3). */
const TIMESTAMP_LIST = "1.3.6.1.4.1.11129.2.4.2";

/**
 * Why a certificate is not known to be logged (`VerifyEmbeddedSCT` of cosign's pkg/cosign/verify_sct.go): every signed
 * certificate timestamp in it must be of a trusted log, and there must be one.
 */
export function sctRefusal(leaf: Certificate, issuer: Certificate | undefined, logs: LogKeys): Refused | undefined {
    const timestamps = embeddedTimestamps(leaf.parsed);
    if (timestamps === undefined) {
        return invalid("the signed certificate timestamps in the certificate cannot be read");
    }
    if (timestamps.length === 0) {
        return invalid("certificate does not include required embedded SCT and no detached SCT was set");
    }
    if (issuer === undefined) {
        return invalid("certificate chain must contain at least a certificate and its issuer");
    }
    if (logs.size === 0) {
        return invalid("none of the CTFE keys have been found");
    }
    const entry = logEntry(leaf.parsed, issuer.parsed);
    const areValid = timestamps.every((timestamp) => {
        const key = logs.get(timestamp.logID.toString("hex"));
        return key !== undefined && timestamp.algorithm === "sha256" && timestamp.verify(entry, key);
    });
    return areValid ? undefined : invalid("error verifying embedded SCT: not of a trusted log");
}

function embeddedTimestamps(
    certificate: ParsedCertificate,
): X509SCTExtension["signedCertificateTimestamps"] | undefined {
    try {
        return certificate.extSCT?.signedCertificateTimestamps ?? [];
    } catch {
        return undefined;
    }
}

/** What the log has signed (RFC 6962, 3.2): the certificate without the extension, after the hash of its issuer's key. */
function logEntry(certificate: ParsedCertificate, issuer: ParsedCertificate): Buffer<ArrayBuffer> {
    const copy = certificate.clone();
    const at = copy.extensions.findIndex((extension) => extension.subs[0]?.toOID() === TIMESTAMP_LIST);
    copy.extensions.splice(at, 1);
    const der = copy.tbsCertificate.toDER();
    const length = Buffer.alloc(3);
    length.writeUIntBE(der.length, 0, 3);
    return Buffer.concat([createHash("sha256").update(issuer.publicKey).digest(), length, der]);
}

function invalid(reason: string): Refused {
    return refused("sct-invalid", reason);
}
