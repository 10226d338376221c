import { asRecord, goField, parseRecord } from "./go-json";

import type { EngineVersion } from "./check";

/** What cosign looks at in an in-toto statement. */
export interface Statement {
    readonly predicateType: string;
    /** `sha256:…` of every subject that has one. */
    readonly subjects: readonly string[];
    /** The whole of it. */
    readonly content: unknown;
}

/**
 * Reads an in-toto statement. Undefined where cosign cannot.
 *
 * cosign 3, in policy-controller 0.15, reads it into a structure in which the predicate must be an object; before that it
 * may be anything.
 */
export function readStatement(bytes: Uint8Array, engine: EngineVersion): Statement | undefined {
    const content = parseRecord(bytes);
    const predicateType = goField(content, "predicateType") ?? "";
    const listed = goField(content, "subject") ?? [];
    const predicate = goField(content, "predicate");
    if (
        content === undefined ||
        typeof predicateType !== "string" ||
        !Array.isArray(listed) ||
        (engine !== "0.13" && asRecord(predicate) === undefined)
    ) {
        return undefined;
    }
    const digests = listed.map((subject: unknown) => asRecord(goField(asRecord(subject ?? undefined), "digest")));
    if (!digests.every((digest) => digest !== undefined && Object.values(digest).every(isText))) {
        return undefined;
    }
    const subjects = digests.flatMap((digest) => (isText(digest?.sha256) ? [`sha256:${digest.sha256}`] : []));
    return { predicateType, subjects, content };
}

function isText(value: unknown): value is string {
    return typeof value === "string";
}
