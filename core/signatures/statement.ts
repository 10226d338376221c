/** in-toto statements, which cosign reads twice: for their subjects, and for what `attestations` of an authority ask. */
import { asRecord, goField, goText, parseRecord } from "./go-json";
import { fitsGoType, type GoType } from "./go-types";

import type { EngineVersion } from "./check";
import type { JsonRecord } from "./go-json";

/** What a statement says. */
export interface Statement {
    readonly predicateType: string;
    /** The whole of it. */
    readonly content: JsonRecord;
}

const SUBJECT = { name: "string", digest: { map: "string" } } as const;

/** `Statement` of in-toto-golang (in_toto/attestations.go). */
const STATEMENT: GoType = {
    struct: {
        _type: "string",
        predicateType: "string",
        subject: { slice: { struct: SUBJECT } },
        predicate: "interface",
    },
};

/** `Statement` of in-toto's attestation module (go/v1), by the names that encoding/json knows its fields by. */
const STATEMENT_V1: GoType = {
    struct: {
        type: "string",
        predicate_type: "string",
        subject: {
            slice: {
                struct: {
                    ...SUBJECT,
                    uri: "string",
                    content: "bytes",
                    download_location: "string",
                    media_type: "string",
                    annotations: { map: "interface" },
                },
            },
        },
        predicate: { map: "interface" },
    },
};

/** Reads a statement as policies of attestations do (`AttestationToPayloadJSON` in cosign's pkg/policy). Undefined where they cannot. */
export function readStatement(bytes: Uint8Array): Statement | undefined {
    const content = parseRecord(bytes);
    return content !== undefined && fitsGoType(content, STATEMENT)
        ? { predicateType: goText(goField(content, "predicateType")), content }
        : undefined;
}

/**
 * `sha256:…` of every subject that has one (`IntotoSubjectClaimVerifier` in cosign's pkg/cosign/verifiers.go). Undefined
 * where cosign cannot read the statement.
 *
 * cosign 3, in policy-controller 0.15, reads it into a structure in which the predicate must be an object; before that it
 * may be anything.
 */
export function subjectsOf(bytes: Uint8Array, engine: EngineVersion): readonly string[] | undefined {
    const content = parseRecord(bytes);
    if (content === undefined || !fitsGoType(content, engine === "0.13" ? STATEMENT : STATEMENT_V1)) {
        return undefined;
    }
    const listed = (goField(content, "subject") ?? []) as unknown[];
    if (engine !== "0.13" && listed.includes(null)) {
        return undefined; // It ends the webhook's process, and then nothing is admitted.
    }
    return listed.flatMap((subject) => {
        const digest = asRecord(goField(asRecord(subject ?? undefined), "digest"));
        // A null is the empty text there.
        return digest !== undefined && Object.hasOwn(digest, "sha256") ? [`sha256:${goText(digest.sha256)}`] : [];
    });
}
