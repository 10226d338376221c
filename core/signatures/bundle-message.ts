/**
 * A sigstore bundle's JSON as Go's protojson reads it into the message: by the names to the letter, each once, and nothing else
 * beside them. What is read more kindly here could be one thing to who checks the subject, and another to who checks the signature.
 */
import { isJsonBomb } from "../registry/json";
import { unreadable } from "./check-layer";
import { asRecord, goText, parseRecord, type JsonRecord } from "./go-json";
import { refused, unknown, type Refused, type Unknown } from "./outcome";

import type { StoredBundle } from "./stored";

type Field = "bytes" | "enum" | "int64" | "string" | Message | { readonly repeated: Field };

interface Message {
    readonly message: Readonly<Record<string, Field>>;
    /** Fields of which there may be one. */
    readonly oneOf?: readonly string[];
}

const INCLUSION_PROOF: Message = {
    message: {
        logIndex: "int64",
        rootHash: "bytes",
        treeSize: "int64",
        hashes: { repeated: "bytes" },
        checkpoint: { message: { envelope: "string" } },
    },
};

const LOG_ENTRY: Message = {
    message: {
        logIndex: "int64",
        logId: { message: { keyId: "bytes" } },
        kindVersion: { message: { kind: "string", version: "string" } },
        integratedTime: "int64",
        inclusionPromise: { message: { signedEntryTimestamp: "bytes" } },
        inclusionProof: INCLUSION_PROOF,
        canonicalizedBody: "bytes",
    },
};

const CERTIFICATE: Message = { message: { rawBytes: "bytes" } };

/** `Bundle` of sigstore's protobuf-specs (sigstore_bundle.proto). */
const BUNDLE: Message = {
    message: {
        mediaType: "string",
        verificationMaterial: {
            message: {
                publicKey: { message: { hint: "string" } },
                x509CertificateChain: { message: { certificates: { repeated: CERTIFICATE } } },
                certificate: CERTIFICATE,
                tlogEntries: { repeated: LOG_ENTRY },
                timestampVerificationData: {
                    message: { rfc3161Timestamps: { repeated: { message: { signedTimestamp: "bytes" } } } },
                },
            },
            oneOf: ["publicKey", "x509CertificateChain", "certificate"],
        },
        messageSignature: {
            message: { messageDigest: { message: { algorithm: "enum", digest: "bytes" } }, signature: "bytes" },
        },
        dsseEnvelope: {
            message: {
                payload: "bytes",
                payloadType: "string",
                signatures: { repeated: { message: { sig: "bytes", keyid: "string" } } },
            },
        },
    },
    oneOf: ["messageSignature", "dsseEnvelope"],
};

/** Of the version that cosign reads, 0.3: older ones it does not take, newer ones are not known to it. */
const MEDIA_TYPE = /^application\/vnd\.dev\.sigstore\.bundle(?:\.v0\.3(?:\.\d+)?\+json|\+json;version=0\.3)$/;

/** The message of a stored bundle; what cosign cannot read it passes over, whatever the reason. @throws UnreadHere */
export async function bundleMessage(bundle: StoredBundle): Promise<JsonRecord | Refused | Unknown> {
    try {
        return readBundleMessage(await bundle.content());
    } catch (error) {
        return unreadable(error);
    }
}

/** Whether there is no message, and why. */
export function isOutcome(message: JsonRecord | Refused | Unknown): message is Refused | Unknown {
    return "verdict" in message;
}

/**
 * The message in a bundle's JSON, its fields by their JSON names (`Bundle` in cosign's pkg/oci/remote/signatures.go, and what it
 * calls in sigstore-go's pkg/bundle).
 *
 * @throws UnreadHere
 */
function readBundleMessage(bytes: Uint8Array): JsonRecord | Refused | Unknown {
    if (isJsonBomb(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))) {
        return unknown("too-much-work", "the bundle nests more deeply, or has more values, than is read");
    }
    const record = parseRecord(bytes);
    const message = record === undefined ? undefined : readMessage(record, BUNDLE);
    if (message === undefined) {
        return refused("signature-malformed", "what refers to the image is no bundle that cosign reads");
    }
    return MEDIA_TYPE.test(goText(message.mediaType))
        ? message
        : refused("signature-malformed", "the bundle is not of version 0.3, the only one that cosign reads");
}

/** Undefined for what protojson does not read. */
function readMessage(value: unknown, { message, oneOf = [] }: Message): JsonRecord | undefined {
    const record = typeof value === "object" ? asRecord(value ?? undefined) : undefined;
    const fields = new Map<string, unknown>();
    for (const [written, inner] of Object.entries(record ?? {})) {
        const name = Object.hasOwn(message, written) ? written : jsonName(written, message);
        const field = name === undefined ? undefined : message[name];
        if (name === undefined || field === undefined || fields.has(name)) {
            return undefined;
        }
        const read = inner === null ? null : readField(inner, field);
        if (read === undefined) {
            return undefined;
        }
        fields.set(name, read);
    }
    const given = Array.from(fields).filter(([, inner]) => inner !== null);
    const hasSeveral = given.filter(([name]) => oneOf.includes(name)).length > 1;
    return record === undefined || hasSeveral ? undefined : Object.fromEntries(given);
}

/** protojson takes the names of the .proto file as well: `dsse_envelope`. */
function jsonName(written: string, message: Message["message"]): string | undefined {
    return Object.keys(message).find(
        (name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) === written,
    );
}

function readField(value: unknown, field: Field): unknown {
    if (typeof field === "string") {
        return FITS[field](value) ? value : undefined;
    }
    if ("message" in field) {
        return readMessage(value, field);
    }
    const { repeated } = field;
    const items = Array.isArray(value) ? value.map((item: unknown) => readField(item, repeated)) : undefined;
    return items?.includes(undefined) === true ? undefined : items;
}

const FITS = {
    bytes: (value: unknown) => typeof value === "string" && /^[A-Za-z0-9+/_-]*={0,2}$/.test(value),
    enum: (value: unknown) => typeof value === "string" || Number.isInteger(value),
    int64: (value: unknown) => Number.isSafeInteger(value) || (typeof value === "string" && isInt64(value)),
    string: (value: unknown) => typeof value === "string",
};

function isInt64(text: string): boolean {
    return /^-?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}
