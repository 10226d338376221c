import { X509Certificate } from "node:crypto";

import { decodePem } from "../../keys/pem";

/** What is in a PEM file of certificates. */
export interface CertificateChain {
    certificates: X509Certificate[];
    /** Why it cannot be read to its end. */
    refusal?: string;
}

/**
 * Reads certificates to the end of the text, as both readers in policy-controller do: text before a block is skipped,
 * anything behind the last one is an error. The two differ in the white space at the end: `trim` is how the webhook
 * reads (`UnmarshalCertificatesFromPEM`); without it, as the controller does afterwards (`DeserializeCertChain`).
 */
export function readCertificates(pem: string, end: "trim" | "exact"): CertificateChain {
    const certificates: X509Certificate[] = [];
    let rest = end === "trim" ? pem.trim() : pem;
    while (rest !== "") {
        const block = decodePem(rest);
        if (block === undefined) {
            return { certificates, refusal: "error during PEM decoding" };
        }
        const certificate = parseCertificate(block.body);
        if (certificate === undefined) {
            return { certificates, refusal: "x509: malformed certificate" };
        }
        certificates.push(certificate);
        rest = block.rest;
    }
    return { certificates };
}

function parseCertificate(der: Buffer): X509Certificate | undefined {
    try {
        return new X509Certificate(der);
    } catch {
        return undefined;
    }
}
