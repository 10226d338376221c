import { X509Certificate } from "node:crypto";

import { decodeBase64 } from "../policy/go/base64";
import { buildChain } from "./chain";
import {
    ANY_USAGE,
    areUsagesCritical,
    extendedKeyUsages,
    MAXIMUM_DER_BYTES,
    openCertificate,
    openCertificates,
    type Certificate,
} from "./certificate";
import { refused, unknown, type Refused, type Unknown } from "./outcome";
import { isTimestampResponse } from "./timestamp-shape";

import type { ASN1Obj, RFC3161Timestamp } from "@sigstore/core";
import type { OpenLayer } from "./check-layer";
import type { EngineVersion, TimestampAuthority } from "./check";

const TIME_STAMPING = "1.3.6.1.5.5.7.3.8";

/** Tag of the certificates in a SignedData (RFC 5652, 5.1). */
const CERTIFICATES = 0;

/** Tag of the signed attributes in a SignerInfo (RFC 5652, 5.3), and the one with the time (RFC 2985, 5.3.3). */
const SIGNED_ATTRIBUTES = 0;
const SIGNING_TIME = "1.2.840.113549.1.9.5";

/**
 * When a timestamp says that the signature was there (`VerifyRFC3161Timestamp` of cosign's pkg/cosign/verify.go, which
 * asks sigstore/timestamp-authority's pkg/verification). It is made over the signature; over the envelope, where the
 * signature is in there.
 */
export async function timestampTime(
    layer: OpenLayer,
    response: Buffer,
    authority: TimestampAuthority,
    engine: EngineVersion,
): Promise<Date | Refused | Unknown> {
    try {
        return await timeIn(layer, response, authority, engine);
    } catch {
        // The parser trips over what has not the parts that it looks for.
        return unknown("timestamp-form", "the timestamp is in a form that is not read here");
    }
}

async function timeIn(
    layer: OpenLayer,
    response: Buffer,
    authority: TimestampAuthority,
    engine: EngineVersion,
): Promise<Date | Refused | Unknown> {
    const signed = layer.signature === "" ? Buffer.from(layer.payload) : decodeBase64(layer.signature);
    if (signed === undefined) {
        return refused("signature-malformed", "the signature is no base64");
    }
    if (response.length > MAXIMUM_DER_BYTES) {
        return unknown("too-much-work", `the timestamp has ${response.length} bytes`);
    }
    const timestamp = await parse(response);
    if (timestamp === undefined) {
        return invalid("the timestamp cannot be read");
    }
    if (!isTimestampResponse(timestamp.root)) {
        return unknown("timestamp-form", "the timestamp is in a form that is not read here");
    }
    const leaf = await signerCertificate(timestamp, authority, engine);
    if ("verdict" in leaf) {
        return leaf;
    }
    const times = timesOf(timestamp);
    if (times === undefined) {
        return unknown("timestamp-form", "the time in the timestamp is in a form that is not read here");
    }
    const chain = await chainRefusal(leaf, authority, times.signed, engine);
    if (chain !== undefined) {
        return chain;
    }
    try {
        timestamp.verify(signed, leaf.x509.publicKey);
        return times.stamped;
    } catch {
        return invalid("the timestamp is not for this signature, or not of the trusted authority");
    }
}

async function parse(response: Buffer): Promise<RFC3161Timestamp | undefined> {
    const sigstore = await import("@sigstore/core");
    try {
        const timestamp = sigstore.RFC3161Timestamp.parse(Buffer.from(response));
        return timestamp.status > 0n ? undefined : timestamp;
    } catch {
        return undefined;
    }
}

/** When the timestamp says it was made, and when its signature does; the present, where that says nothing. */
function timesOf(timestamp: RFC3161Timestamp): { stamped: Date; signed: Date } | undefined {
    try {
        const signerInfo = signedDataOf(timestamp)?.subs.at(-1)?.subs[0];
        const attributes = signerInfo?.subs.find((part) => part.tag.isContextSpecific(SIGNED_ATTRIBUTES))?.subs ?? [];
        const attribute = attributes.find(
            ({ subs: [type] }) => type?.tag.isOID() === true && type.toOID() === SIGNING_TIME,
        );
        return { stamped: timestamp.signingTime, signed: attribute?.subs[1]?.subs[0]?.toDate() ?? new Date() };
    } catch {
        return undefined;
    }
}

/** ContentInfo of the token, its content, and the SignedData in there (RFC 5652, 3 and 5.1). */
function signedDataOf(timestamp: RFC3161Timestamp): ASN1Obj | undefined {
    return timestamp.root.subs[1]?.subs[1]?.subs[0];
}

/** The certificate that made the timestamp: in it, or the authority's, or both, and then the same. */
async function signerCertificate(
    timestamp: RFC3161Timestamp,
    { leaf }: TimestampAuthority,
    engine: EngineVersion,
): Promise<Certificate | Refused> {
    const embedded = embeddedCertificates(timestamp);
    if (embedded === undefined) {
        return invalid("a certificate in the timestamp cannot be read");
    }
    // 0.13 takes the first for the signer's, 0.15 the first that is no authority.
    const first = engine === "0.13" ? embedded[0] : embedded.find((certificate) => !certificate.ca);
    const candidate = embedded.length === 0 ? leaf : first;
    const certificate = candidate === undefined ? undefined : await openCertificate(candidate);
    if (certificate === undefined) {
        return invalid("leaf certificate must be present in the timestamp or in the trust root");
    }
    const isTheAuthoritys = leaf === undefined || leaf.raw.equals(certificate.x509.raw);
    const isTheSigners =
        certificate.parsed.issuer.equals(timestamp.signerIssuer) &&
        certificate.parsed.serialNumber.equals(timestamp.signerSerialNumber);
    return isTheAuthoritys && isTheSigners
        ? certificate
        : invalid("the certificate of the timestamp does not match the trusted one");
}

/** Undefined where one cannot be read: then all of the timestamp is not read by Go's pkcs7. */
function embeddedCertificates(timestamp: RFC3161Timestamp): X509Certificate[] | undefined {
    const set = signedDataOf(timestamp)?.subs.find((part) => part.tag.isContextSpecific(CERTIFICATES));
    try {
        return (set?.subs ?? []).map((certificate) => new X509Certificate(certificate.toDER()));
    } catch {
        return undefined;
    }
}

async function chainRefusal(
    leaf: Certificate,
    authority: TimestampAuthority,
    time: Date,
    engine: EngineVersion,
): Promise<Refused | Unknown | undefined> {
    const { roots, intermediates } = authority;
    const chain = await buildChain({ leaf, roots, intermediates, usage: ANY_USAGE, time });
    if ("verdict" in chain) {
        return chain.verdict === "unknown"
            ? chain
            : invalid("the timestamp's certificate is not of a trusted authority");
    }
    const usages = extendedKeyUsages(leaf);
    const isForTimestamps = areUsagesCritical(leaf) && usages.length === 1 && usages[0] === TIME_STAMPING;
    const above = await openCertificates(intermediates);
    return isForTimestamps && above.every((certificate) => maySignAuthorities(extendedKeyUsages(certificate), engine))
        ? undefined
        : invalid("failed to verify TSA certificate: it is not for timestamps alone");
}

/** 0.13 wants intermediates to be for timestamps and nothing else, 0.15 that they allow them. */
function maySignAuthorities(usages: readonly string[], engine: EngineVersion): boolean {
    if (engine === "0.13") {
        return usages.length === 1 && usages[0] === TIME_STAMPING;
    }
    return usages.length === 0 || usages.includes(TIME_STAMPING) || usages.includes(ANY_USAGE);
}

function invalid(reason: string): Refused {
    return refused("timestamp-invalid", reason);
}
