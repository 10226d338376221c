/**
 * What a check says of one signature. Three answers, because "no" and "cannot tell" are different things: what could not
 * be checked is never called verified, and never called refused either.
 */
export type Outcome = Verified | Refused | Unknown;

/** policy-controller accepts the signature. */
export interface Verified {
    readonly verdict: "verified";
    /** Who the certificate names; absent for a key. */
    readonly certificate?: CertificateNames;
}

/** policy-controller does not accept the signature. */
export interface Refused {
    readonly verdict: "refused";
    readonly code: RefusalCode;
    /** One sentence, in cosign's words where it has some. */
    readonly reason: string;
}

/** It depends on something that cannot be known here: a service to ask, a key that is elsewhere. */
export interface Unknown {
    readonly verdict: "unknown";
    readonly code: UnknownCode;
    /** One sentence. */
    readonly reason: string;
}

/** Who a certificate was issued to. */
export interface CertificateNames {
    /** Of the extension 1.3.6.1.4.1.57264.1.1; empty where there is none. */
    readonly issuer: string;
    /** In the order in which policy-controller tries them: DNS names, e-mail addresses, IP addresses, URIs, `otherName`. */
    readonly subjects: readonly string[];
}

/** Why a signature is refused. Stable names: verdicts carry them. */
export type RefusalCode =
    /** The signature's own parts cannot be read: no signature annotation, no base64, a broken certificate or bundle. */
    | "signature-malformed"
    /** The payload is none that cosign takes: no JSON, a claim of the wrong shape. */
    | "payload-malformed"
    /** The registry has no such payload, or one that is not what the manifest says. */
    | "payload-unreadable"
    /** Larger than cosign reads. */
    | "payload-too-large"
    /** The key did not make this signature. */
    | "signature-invalid"
    /** The key did make this signature, but with a hash other than the one that is verified with. */
    | "signature-hash-differs"
    /** The key or the certificate is of a kind that policy-controller never verifies with. */
    | "key-unsupported"
    /** Made by the right signer, for another image. */
    | "claim-other-digest"
    /** A keyless authority, and a signature without certificate. */
    | "certificate-missing"
    /** The certificate does not lead to a trusted authority. */
    | "certificate-untrusted"
    /** The certificate names none of the expected identities. */
    | "identity-mismatch"
    /** The certificate was not valid when the signature was made, as far as there is a proof of when that was. */
    | "certificate-expired"
    /** No valid proof that the certificate was logged. */
    | "sct-invalid"
    /** No valid proof that the signature was logged, where one is required. */
    | "transparency-log-invalid"
    /** A timestamp that is not of the trusted authority, or not for this signature. */
    | "timestamp-invalid"
    /** The authority is set up so that policy-controller can verify nothing with it. */
    | "authority-unusable"
    /** No signature, attestation or bundle of that image. */
    | "none-found"
    /** More than the 1000 layers that cosign reads. */
    | "too-many-signatures"
    /** What lies under the signature tag is no manifest with layers. */
    | "signature-list-malformed";

/** Why a check has no answer. Stable names: verdicts carry them. */
export type UnknownCode =
    /** The controller would ask a transparency log over the network. */
    | "transparency-log-online"
    /** A log entry of a kind that is not read here. */
    | "transparency-log-entry-kind"
    /** The trusted keys could not be had: a TrustRoot that is not known, a TUF repository that cannot be read. */
    | "trust-root-unavailable"
    /** A key that is not known: in a key management service, or in a Secret that cannot be read. */
    | "key-unavailable"
    /** A certificate with constraints that are not evaluated here. */
    | "certificate-constraints"
    /** A timestamp in a form that is not read here. */
    | "timestamp-form"
    /** The registry did not answer, or not well. */
    | "registry-unavailable"
    /** More work than is done for one image. */
    | "too-much-work"
    /** An index lies under the signature tag. */
    | "signature-list-form"
    /** JSON that gives a key twice. */
    | "json-ambiguous";

/** A refusal. */
export function refused(code: RefusalCode, reason: string): Refused {
    return { verdict: "refused", code, reason };
}

/** No answer. */
export function unknown(code: UnknownCode, reason: string): Unknown {
    return { verdict: "unknown", code, reason };
}

const LONGEST_QUOTE = 200;

/** What somebody else wrote, as much of it as a sentence bears. */
export function quoted(text: string): string {
    return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
}
