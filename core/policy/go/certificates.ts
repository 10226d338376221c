import { X509Certificate } from "node:crypto";

import { ASN1Obj } from "@sigstore/core";

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
            return { certificates, refusal: "text that is no PEM block" };
        }
        const certificate = parseCertificate(block.body);
        if (certificate === undefined) {
            return { certificates, refusal: "a malformed certificate" };
        }
        certificates.push(certificate);
        rest = block.rest;
    }
    return { certificates };
}

/** Undefined for what Go's crypto/x509 refuses: it reads all of a certificate at once, OpenSSL what it is asked for. */
function parseCertificate(der: Buffer): X509Certificate | undefined {
    try {
        const certificate = new X509Certificate(der);
        return isWhole(certificate) && hasOneSignatureAlgorithm(der) ? certificate : undefined;
    } catch {
        return undefined;
    }
}

function isWhole({ publicKey, validFromDate, validToDate }: X509Certificate): boolean {
    return publicKey.type === "public" && [validFromDate, validToDate].every((date) => !Number.isNaN(date.getTime()));
}

/** The algorithm stands in the signed part and beside the signature (RFC 5280, 4.1.1.2). */
function hasOneSignatureAlgorithm(der: Buffer): boolean {
    const [signed, algorithm] = ASN1Obj.parseBuffer(Buffer.from(der)).subs;
    // Behind the serial number, and a version where there is one.
    const inside = signed?.subs[signed.subs[0]?.tag.isContextSpecific(0x00) === true ? 2 : 1];
    return inside !== undefined && algorithm !== undefined && inside.toDER().equals(algorithm.toDER());
}
