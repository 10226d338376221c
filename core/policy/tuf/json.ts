/**
 * JSON as both TUF clients read and sign it. Each has its own way: one signs what was in the file, the other one what it
 * writes back of it (go-tuf's verify/verify.go; go-tuf 2's metadata/marshal.go). What is not the same in both is an error.
 */
import { isRecord } from "../shape";

/** A number that is written otherwise than both clients would write it, such as `1.0`, or is rounded. */
export class OddNumber {
    public constructor(public readonly value: number) {}
}

/** The reviver's third parameter, which TypeScript's library does not know yet. */
type Reviver = (name: string, value: unknown, context?: { source?: string }) => unknown;

/** Reads JSON; undefined for what is none. */
export function parseJson(text: string): unknown {
    const revive: Reviver = (_, value, context) =>
        typeof value === "number" && context?.source !== String(value) ? new OddNumber(value) : value;
    try {
        return JSON.parse(text, revive);
    } catch {
        return undefined; // Also for what is nested too deeply.
    }
}

/** Whether a field is written twice: of such a one Go's decoder may take the second, or what is in both. */
export function hasFieldTwice(text: string, value: unknown): boolean {
    return countFields(value) !== countNames(text);
}

function countFields(value: unknown): number {
    if (typeof value !== "object" || value === null || value instanceof OddNumber) {
        return 0;
    }
    const fields = Array.isArray(value) ? 0 : Object.keys(value).length;
    return Object.values(value).reduce((sum: number, entry) => sum + countFields(entry), fields);
}

/** Strings that a colon follows. Every string is stepped over whole, so that no text in one counts. */
function countNames(text: string): number {
    return Array.from(text.matchAll(/"(?:[^"\\]|\\.)*"(?<colon>\s*:)?/gs)).filter(({ groups }) => groups?.colon).length;
}

/** Both numbers are read as 64 bits. */
const LARGEST_INTEGER = 2 ** 63;

/** The form that is signed (OLPC canonical JSON, in `cjson` of go-securesystemslib); undefined for what has none. */
export function canonicalJson(value: unknown): Buffer | undefined {
    const text = encode(value);
    return text === undefined ? undefined : Buffer.from(text);
}

function encode(value: unknown): string | undefined {
    if (typeof value === "string") {
        return `"${value.replaceAll(/[\\"]/g, "\\$&")}"`;
    }
    if (typeof value === "number" || value instanceof OddNumber) {
        return encodeNumber(typeof value === "number" ? value : value.value);
    }
    if (Array.isArray(value)) {
        return join("[", value.map(encode), "]");
    }
    if (!isRecord(value)) {
        return JSON.stringify(value);
    }
    const fields = Object.keys(value).sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    return join(
        "{",
        fields.map((name) => prefixed(`${String(encode(name))}:`, encode(value[name]))),
        "}",
    );
}

function encodeNumber(value: number): string | undefined {
    const isInteger = Number.isInteger(value) && value >= -LARGEST_INTEGER && value < LARGEST_INTEGER;
    return isInteger ? (Object.is(value, -0) ? "-0" : String(value)) : undefined;
}

function prefixed(prefix: string, text: string | undefined): string | undefined {
    return text === undefined ? undefined : prefix + text;
}

function join(open: string, parts: readonly (string | undefined)[], close: string): string | undefined {
    return parts.includes(undefined) ? undefined : open + parts.join(",") + close;
}
