/** More than any manifest, token or credential file nests, and little enough for code that walks it by recursion. */
const MAX_DEPTH = 32;

/** Far more than a list of 10,000 signatures or platforms has, and little enough to be kept in memory. */
const MAX_VALUES = 200_000;

/** A JSON object as it came, nothing known of its members. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Reads a JSON object from somebody else's bytes. Undefined where it is none, or a bomb. */
export function parseObject(bytes: Buffer): JsonObject | undefined {
    if (isJsonBomb(bytes)) {
        return undefined;
    }
    try {
        return asObject(JSON.parse(bytes.toString("utf8")));
    } catch {
        return undefined;
    }
}

export function asObject(value: unknown): JsonObject | undefined {
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** A member that is a text and not empty. */
export function textOf(object: JsonObject, member: string): string | undefined {
    const value = object[member];
    return typeof value === "string" && value !== "" ? value : undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);
const COMMA = 0x2c;

/** The first object or list in a text, as Go's json.Decoder reads it: what stands behind is never looked at. */
export function firstValue(bytes: Buffer): Buffer {
    const end = find(bytes, (byte, depth) => depth === 0 && CLOSING.has(byte));
    return end === undefined ? bytes : bytes.subarray(0, end + 1);
}

/** Whether a text nests more deeply, or has more values, than is read: as many bytes of `[]` take thirty times as many in memory. */
export function isJsonBomb(bytes: Buffer): boolean {
    let values = 0;
    const isTooMuch = (byte: number, depth: number): boolean => {
        values += OPENING.has(byte) || byte === COMMA ? 1 : 0;
        return depth > MAX_DEPTH || values > MAX_VALUES;
    };
    return find(bytes, isTooMuch) !== undefined;
}

/** Where a byte outside of strings is what is looked for. @param isWanted is told how deep the text nests behind the byte */
function find(bytes: Buffer, isWanted: (byte: number, depth: number) => boolean): number | undefined {
    let depth = 0;
    let quoted = false;
    for (let at = 0; at < bytes.length; at++) {
        const byte = bytes[at] ?? 0;
        if (quoted) {
            at += byte === BACKSLASH ? 1 : 0;
            quoted = byte !== QUOTE;
            continue;
        }
        quoted = byte === QUOTE;
        depth += OPENING.has(byte) ? 1 : CLOSING.has(byte) ? -1 : 0;
        if (isWanted(byte, depth)) {
            return at;
        }
    }
    return undefined;
}
