import { X509Certificate } from "node:crypto";
import { createRequire } from "node:module";

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
        return certificate.publicKey.type === "public" && isStrict(der) ? certificate : undefined;
    } catch {
        return undefined;
    }
}

/** One algorithm, in the signed part and beside the signature, and dates to the second (RFC 5280, 4.1.1.2 and 4.1.2.5). */
function isStrict(der: Buffer): boolean {
    // Loaded here alone: policies with keys have no certificates.
    const { ASN1Obj } = createRequire(__filename)("@sigstore/core") as typeof import("@sigstore/core");
    const [signed, algorithm] = ASN1Obj.parseBuffer(Buffer.from(der)).subs;
    const hasVersion = signed?.subs[0]?.tag.isContextSpecific(0x00) === true;
    const [, algorithmInside, , validity] = signed?.subs.slice(hasVersion ? 1 : 0) ?? [];
    return (
        algorithm !== undefined &&
        algorithmInside?.toDER().equals(algorithm.toDER()) === true &&
        validity?.subs.length === 2 &&
        validity.subs.every((date) => isDate(date.value.toString("latin1")))
    );
}

/** UTCTime has two digits of the year, GeneralizedTime four. */
function isDate(text: string): boolean {
    const [, year = "", rest = ""] = /^(\d{2}|\d{4})(\d{10})Z$/.exec(text) ?? [];
    const [month, day, hour, minute, second] = rest.match(/\d\d/g) ?? [];
    const full = year.length === 2 ? `20${year}` : year;
    const written = `${full}-${month ?? ""}-${day ?? ""}T${hour ?? ""}:${minute ?? ""}:${second ?? ""}.000Z`;
    const date = new Date(written);
    return !Number.isNaN(date.getTime()) && date.toISOString() === written;
}
