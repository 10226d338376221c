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

/** Whether a text nests more deeply, or has more values, than is read: as many bytes of `[]` take thirty times as many in memory. */
export function isJsonBomb(bytes: Buffer): boolean {
    let depth = 0;
    let values = 0;
    let quoted = false;
    for (let at = 0; at < bytes.length; at++) {
        const byte = bytes[at] ?? 0;
        if (quoted) {
            at += byte === BACKSLASH ? 1 : 0;
            quoted = byte !== QUOTE;
        } else if (byte === QUOTE) {
            quoted = true;
        } else if (OPENING.has(byte)) {
            depth++;
            values++;
        } else if (CLOSING.has(byte)) {
            depth--;
        } else if (byte === COMMA) {
            values++;
        }
        if (depth > MAX_DEPTH || values > MAX_VALUES) {
            return true;
        }
    }
    return false;
}
