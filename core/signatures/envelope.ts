import { decodeBase64 } from "../policy/go/base64";
import { asRecord, goField, parseRecord, type JsonRecord } from "./go-json";
import { refused, unknown, type Refused, type Unknown } from "./outcome";

import type { Verifier } from "./key-verifier";

/** What cosign wraps in DSSE envelopes. */
export const IN_TOTO_PAYLOAD_TYPE = "application/vnd.in-toto+json";

/** Far above any envelope of a tool; each one costs a verification, and a thousand envelopes may lie beside an image. */
const MAXIMUM_SIGNATURES = 32;

/** A DSSE envelope (https://github.com/secure-systems-lab/dsse). */
export interface Envelope {
    readonly payloadType: string;
    readonly payload: Buffer;
    readonly signatures: readonly Buffer[];
    /** The payload where it is in standard base64: who verifies signatures takes that for URLs as well, others do not. */
    readonly standardPayload?: Buffer;
    /** The same where the field is called `payload` to the letter, as it must be for policies of attestations. */
    readonly policyPayload?: Buffer;
}

/** Reads an envelope as go-securesystemslib does (its dsse/envelope.go and verify.go). */
export function readEnvelope(bytes: Uint8Array): Envelope | Refused | Unknown {
    return envelopeOf(parseRecord(bytes));
}

/** The same, of JSON that is parsed already. */
export function envelopeOf(record: JsonRecord | undefined): Envelope | Refused | Unknown {
    const payloadType = goField(record, "payloadType") ?? "";
    const payload = decode(goField(record, "payload") ?? "");
    const listed = goField(record, "signatures") ?? [];
    if (record === undefined || typeof payloadType !== "string" || payload === undefined || !Array.isArray(listed)) {
        return refused("payload-malformed", "the attestation is no DSSE envelope");
    }
    if (listed.length === 0) {
        return refused("signature-invalid", "no signature found in the envelope");
    }
    if (listed.length > MAXIMUM_SIGNATURES) {
        return unknown("too-much-work", `the envelope has ${listed.length} signatures`);
    }
    const signatures = listed.map((entry: unknown) => decode(goField(asRecord(entry), "sig") ?? ""));
    return signatures.every((signature) => signature !== undefined)
        ? {
              payloadType,
              payload,
              signatures,
              standardPayload: decodeStandard(goField(record, "payload")),
              policyPayload: decodeStandard(record.payload),
          }
        : refused("signature-malformed", "a signature of the envelope is no base64");
}

/** Whether one of the signatures is of this key. Key IDs do not count: cosign's verifiers have none. */
export function isSignedBy(envelope: Envelope, verifier: Verifier): boolean {
    const message = preAuthenticationEncoding(envelope.payloadType, envelope.payload);
    return envelope.signatures.some((signature) => verifier.verify(message, signature));
}

/** What is signed of an envelope: DSSEv1, then type and payload with their lengths. */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Buffer {
    return Buffer.concat([
        Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `),
        payload,
    ]);
}

function decodeStandard(text: unknown): Buffer | undefined {
    return typeof text === "string" ? decodeBase64(text) : undefined;
}

/** Standard base64, otherwise that for URLs. */
function decode(text: unknown): Buffer | undefined {
    if (typeof text !== "string") {
        return undefined;
    }
    const isForUrls = !/[+/]/.test(text);
    return decodeBase64(isForUrls ? text.replaceAll("-", "+").replaceAll("_", "/") : text);
}
