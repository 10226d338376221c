import { createHash, verify } from "node:crypto";

import { decodeBase64 } from "../policy/go/base64";
import { decodePem } from "../keys/pem";
import { asRecord, goField, parseRecord, type JsonRecord } from "./go-json";
import { quoted, refused, unknown, type Refused, type Unknown } from "./outcome";

import type { OpenLayer } from "./check-layer";
import type { SignatureCheck, TransparencyLogCheck } from "./check";
import type { LogEntry } from "./signature-parts";

type RequiredLog = Extract<TransparencyLogCheck, { kind: "required" }>;

/** What an entry of Rekor v1 says, whatever its kind. */
interface EntryContent {
    /** In base64; undefined where cosign does not compare it. */
    readonly signature?: string;
    /** PEM, in base64. */
    readonly publicKey: string;
    readonly hash: { readonly algorithm: string; readonly value: string };
}

/**
 * When the log promises to have seen the signature (`VerifyBundle` of cosign's pkg/cosign/verify.go): the entry is for
 * this signature, this signer and this payload, and the log has signed it.
 */
export function logEntryTime(layer: OpenLayer, check: SignatureCheck, log: RequiredLog): Date | Refused | Unknown {
    const entry = layer.logEntry;
    if (entry === undefined) {
        return log.isAskedOnline
            ? unknown("transparency-log-online", "the controller asks the transparency log for this signature")
            : invalid("offline verification failed: there is no entry of a transparency log beside the signature");
    }
    const content = readEntry(entry.body);
    if ("verdict" in content) {
        return content;
    }
    return contentRefusal(content, layer, check) ?? promiseRefusal(entry, log) ?? new Date(entry.integratedTime * 1000);
}

function contentRefusal(content: EntryContent, layer: OpenLayer, check: SignatureCheck): Refused | undefined {
    if (layer.signature !== "" && content.signature !== layer.signature) {
        return invalid("signature in bundle does not match signature being verified");
    }
    const logged = decodePem((decodeBase64(content.publicKey) ?? Buffer.alloc(0)).toString("latin1"))?.body;
    const expected = expectedKeys(layer, check);
    if (logged === undefined || !expected.some((each) => each.equals(logged))) {
        return invalid("the entry in the transparency log is of another key or certificate");
    }
    const hash = createHash("sha256").update(layer.payload).digest("hex");
    return content.hash.algorithm === "sha256" && content.hash.value === hash
        ? undefined
        : invalid("the entry in the transparency log is for another payload");
}

/**
 * What the entry must name (`keyBytes`): the authority's key, or the certificate. Of a key with a certificate beside its
 * signature, cosign 3 wants them to fit, and the entry to name the certificate.
 */
function expectedKeys({ certificate }: OpenLayer, { signer, engine }: SignatureCheck): Buffer[] {
    if (signer.kind === "certificate") {
        return certificate === undefined ? [] : [certificate.raw];
    }
    if (certificate === undefined || engine === "0.13") {
        return [signer.publicKey.export({ type: "spki", format: "der" })];
    }
    return certificate.publicKey.equals(signer.publicKey) ? [certificate.raw] : [];
}

/** `VerifySET`: the log's signature over the entry's canonical JSON (RFC 8785: here, keys in order). */
function promiseRefusal(entry: LogEntry, log: RequiredLog): Refused | undefined {
    const key = log.keys.get(entry.logId);
    if (key === undefined) {
        return invalid("verifying bundle: rekor log public key not found for payload");
    }
    const { body, integratedTime, logIndex, logId } = entry;
    const promised = Buffer.from(JSON.stringify({ body, integratedTime, logID: logId, logIndex }));
    return verify("sha256", promised, key, entry.signedEntryTimestamp) ? undefined : invalid("unable to verify SET");
}

function readEntry(body: string | undefined): EntryContent | Refused | Unknown {
    const entry = body === undefined ? undefined : parseRecord(decodeBase64(body) ?? Buffer.alloc(0));
    const kind = goField(entry, "kind");
    const version = goField(entry, "apiVersion");
    const spec = asRecord(goField(entry, "spec"));
    if (entry === undefined || spec === undefined || typeof kind !== "string" || typeof version !== "string") {
        return invalid("the entry of the transparency log cannot be read");
    }
    const read = READERS[`${kind} ${version}`];
    if (read === undefined) {
        return unknown(
            "transparency-log-entry-kind",
            `the log entry is of the kind ${quoted(kind)} ${quoted(version)}`,
        );
    }
    return read(spec) ?? invalid("the entry of the transparency log cannot be read");
}

const READERS: Readonly<Record<string, ((spec: JsonRecord) => EntryContent | undefined) | undefined>> = {
    "hashedrekord 0.0.1": (spec) =>
        entryContent(
            at(spec, "data", "hash"),
            at(spec, "signature", "publicKey", "content"),
            at(spec, "signature", "content"),
        ),
    "intoto 0.0.1": (spec) => entryContent(at(spec, "content", "hash"), at(spec, "publicKey"), undefined),
    "intoto 0.0.2": (spec) => {
        const signature = only(at(spec, "content", "envelope", "signatures"));
        return entryContent(at(spec, "content", "hash"), at(signature, "publicKey"), at(signature, "sig"));
    },
    "dsse 0.0.1": (spec) => {
        const signature = only(at(spec, "signatures"));
        return entryContent(at(spec, "envelopeHash"), at(signature, "verifier"), at(signature, "signature"));
    },
};

function entryContent(hash: unknown, publicKey: unknown, signature: unknown): EntryContent | undefined {
    const algorithm = at(hash, "algorithm");
    const value = at(hash, "value");
    return typeof algorithm === "string" && typeof value === "string" && typeof publicKey === "string"
        ? { hash: { algorithm, value }, publicKey, signature: typeof signature === "string" ? signature : undefined }
        : undefined;
}

function at(value: unknown, ...path: readonly string[]): unknown {
    return path.reduce<unknown>((inner, name) => goField(asRecord(inner), name), value);
}

/** The one signature of an envelope; cosign takes no entry with several. */
function only(signatures: unknown): unknown {
    return Array.isArray(signatures) && signatures.length === 1 ? (signatures[0] as unknown) : undefined;
}

function invalid(reason: string): Refused {
    return refused("transparency-log-invalid", reason);
}
