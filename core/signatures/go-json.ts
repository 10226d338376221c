/**
 * JSON as Go's encoding/json reads it into a struct: what cosign sees in a payload that somebody else wrote.
 */

/** Go's own limit (`maxNestingDepth`); what is deeper is an error there. */
const MAXIMUM_DEPTH = 10_000;

/** A JSON object. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** The value, undefined for what is no JSON. Bytes that are no UTF-8 become U+FFFD, as in Go. */
export function parseJson(bytes: Uint8Array | string): unknown {
    const text = typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("utf8");
    if (isTooDeep(text)) {
        return undefined;
    }
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

/** The object in a JSON text, undefined for what is none. null is an empty one, as for a struct in Go. */
export function parseRecord(bytes: Uint8Array | string): JsonRecord | undefined {
    const value = parseJson(bytes);
    return value === undefined ? undefined : asRecord(value ?? undefined);
}

/**
 * A field of an object. As in Go, upper and lower case are the same, the last one counts, and null is as good as absent.
 */
export function goField(record: JsonRecord | undefined, name: string): unknown {
    const wanted = name.toLowerCase();
    return Object.entries(record ?? {}).findLast(
        ([candidate, value]) => value !== null && candidate.toLowerCase() === wanted,
    )?.[1];
}

/** A string of Go: the empty one where there is none. */
export function goText(value: unknown): string {
    return typeof value === "string" ? value : "";
}

/** The value as an object: an absent one is empty; undefined for what is none, which is an error in Go. */
export function asRecord(value: unknown): JsonRecord | undefined {
    if (value === undefined) {
        return {};
    }
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonRecord) : undefined;
}

/** Counts brackets outside of strings, so that the parser is never given what would be deep. */
function isTooDeep(text: string): boolean {
    if (text.length < MAXIMUM_DEPTH) {
        return false;
    }
    let depth = 0;
    let isInString = false;
    for (let index = 0; index < text.length; index++) {
        const character = text[index];
        if (isInString) {
            if (character === "\\") {
                index++;
            } else if (character === '"') {
                isInString = false;
            }
        } else if (character === '"') {
            isInString = true;
        } else if (character === "{" || character === "[") {
            depth++;
            if (depth > MAXIMUM_DEPTH) {
                return true;
            }
        } else if (character === "}" || character === "]") {
            depth--;
        }
    }
    return false;
}
