import { X509Certificate } from "node:crypto";

import { readCertificates } from "../policy/go/certificates";
import { decodeBase64 } from "../policy/go/base64";
import {
    CERTIFICATE_ANNOTATION,
    CHAIN_ANNOTATION,
    LOG_ENTRY_ANNOTATION,
    SIGNATURE_ANNOTATION,
    TIMESTAMP_ANNOTATION,
} from "./annotations";
import { asRecord, goField, parseRecord } from "./go-json";
import { refused, unknown, type Refused, type Unknown } from "./outcome";

/** What lies beside a signature, read. */
export interface SignatureParts {
    /** In base64; of an attestation usually the empty text. */
    readonly signature: string;
    /** Rekor's answer. */
    readonly logEntry?: LogEntry;
    /** A response of RFC 3161, DER. */
    readonly timestamp?: Buffer;
    readonly certificate?: X509Certificate;
}

/** An entry of a transparency log with the log's promise to include it (`RekorBundle`, cosign's pkg/cosign/bundle). */
export interface LogEntry {
    readonly signedEntryTimestamp: Buffer;
    /** In base64; undefined where it is no text, which only counts where the log does. */
    readonly body: string | undefined;
    /** Seconds since 1970. */
    readonly integratedTime: number;
    readonly logIndex: number;
    /** In hexadecimal. */
    readonly logId: string;
}

/** Far above any chain; each one costs a parser's work, and so does its length. */
const MAXIMUM_CERTIFICATES = 20;
const MAXIMUM_PEM_LENGTH = 256 * 1024;

type Annotations = Readonly<Record<string, string>>;

/**
 * Reads the annotations of a layer. cosign reads all of them before it looks at any (`static.Copy`), so that one that is
 * broken spoils the signature, also where it would not count: a broken certificate beside a good signature of a key.
 */
export function readParts(annotations: Annotations): SignatureParts | Refused | Unknown {
    if ([CERTIFICATE_ANNOTATION, CHAIN_ANNOTATION].some((name) => hasTooMany(annotations[name]))) {
        return unknown("too-much-work", "there are very many certificates beside the signature, or very long ones");
    }
    try {
        return readAll(annotations);
    } catch (error) {
        if (error instanceof BrokenAnnotation) {
            return refused("signature-malformed", error.message);
        }
        throw error;
    }
}

/** An annotation that cosign cannot read. */
class BrokenAnnotation extends Error {
    public constructor(name: string, what: string) {
        super(`the annotation ${name} ${what}`);
    }
}

function readAll(annotations: Annotations): SignatureParts {
    const signature = annotations[SIGNATURE_ANNOTATION];
    if (signature === undefined) {
        throw new BrokenAnnotation(SIGNATURE_ANNOTATION, "is missing");
    }
    const logEntry = read(annotations, LOG_ENTRY_ANNOTATION, readLogEntry);
    const timestamp = read(annotations, TIMESTAMP_ANNOTATION, readTimestamp);
    const certificate = read(annotations, CERTIFICATE_ANNOTATION, readFirstCertificate);
    if (certificate !== undefined) {
        // Read as cosign does, and then not used: policy-controller never takes an authority from there.
        read(annotations, CHAIN_ANNOTATION, readAllCertificates);
    }
    return { signature, logEntry, timestamp, certificate };
}

function read<T>(annotations: Annotations, name: string, reader: (text: string) => T | undefined): T | undefined {
    const text = annotations[name];
    if (text === undefined || text === "") {
        return undefined;
    }
    const value = reader(text);
    if (value === undefined) {
        throw new BrokenAnnotation(name, "cannot be read");
    }
    return value;
}

function hasTooMany(pem = ""): boolean {
    return (
        pem.length > MAXIMUM_PEM_LENGTH ||
        pem.split("-----BEGIN ", MAXIMUM_CERTIFICATES + 2).length > MAXIMUM_CERTIFICATES + 1
    );
}

function readLogEntry(text: string): LogEntry | undefined {
    const bundle = parseRecord(text);
    const payload = asRecord(goField(bundle, "Payload"));
    if (bundle === undefined || payload === undefined) {
        return undefined;
    }
    const signedEntryTimestamp = decodeText(goField(bundle, "SignedEntryTimestamp") ?? "");
    const body = goField(payload, "body");
    const integratedTime = goField(payload, "integratedTime") ?? 0;
    const logIndex = goField(payload, "logIndex") ?? 0;
    const logId = goField(payload, "logID") ?? "";
    return signedEntryTimestamp !== undefined &&
        isInteger(integratedTime) &&
        isInteger(logIndex) &&
        typeof logId === "string"
        ? { signedEntryTimestamp, body: typeof body === "string" ? body : undefined, integratedTime, logIndex, logId }
        : undefined;
}

function readTimestamp(text: string): Buffer | undefined {
    const record = parseRecord(text);
    return record === undefined ? undefined : decodeText(goField(record, "SignedRFC3161Timestamp") ?? "");
}

function readFirstCertificate(pem: string): X509Certificate | undefined {
    return readAllCertificates(pem)?.[0];
}

function readAllCertificates(pem: string): X509Certificate[] | undefined {
    const { certificates, refusal } = readCertificates(pem, "trim");
    return refusal === undefined ? certificates : undefined;
}

function decodeText(text: unknown): Buffer | undefined {
    return typeof text === "string" ? decodeBase64(text) : undefined;
}

function isInteger(value: unknown): value is number {
    return Number.isSafeInteger(value);
}
