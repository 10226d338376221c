/** Which JSON Go's encoding/json reads into which type: what does not fit is an error there, however little it matters. */
import { decodeBase64 } from "../policy/go/base64";
import { foldName } from "./go-json";

/** A type of a Go program, as far as encoding/json is about it. */
export type GoType =
    | "bool"
    | "bytes"
    | "int64"
    /** Any JSON, of which every number must be one of Go's float64. */
    | "interface"
    /** `v1.Hash` of go-containerregistry. */
    | "hash"
    | "string"
    | "time"
    | { readonly map: GoType }
    | { readonly slice: GoType }
    | { readonly struct: Readonly<Record<string, GoType>> };

/** Whether encoding/json reads parsed JSON into a type. */
export function fitsGoType(value: unknown, type: GoType): boolean {
    if (value === null) {
        return type !== "hash"; // Its own reader wants a text; everything else stays what it was.
    }
    if (typeof type === "string") {
        return FITS[type](value);
    }
    if ("slice" in type) {
        return Array.isArray(value) && value.every((item) => fitsGoType(item, type.slice));
    }
    if (typeof value !== "object" || Array.isArray(value)) {
        return false;
    }
    const entries = Object.entries(value);
    return "map" in type
        ? entries.every(([, entry]) => fitsGoType(entry, type.map))
        : entries.every(([name, entry]) => fitsField(name, entry, type.struct));
}

/** Names of fields are the same in any case; what is no field is passed over. */
function fitsField(name: string, value: unknown, fields: Readonly<Record<string, GoType>>): boolean {
    const field = Object.keys(fields).find((candidate) => foldName(candidate) === foldName(name));
    const type = field === undefined ? undefined : fields[field];
    return type === undefined || fitsGoType(value, type);
}

const FITS = {
    bool: (value: unknown) => typeof value === "boolean",
    bytes: (value: unknown) => typeof value === "string" && decodeBase64(value) !== undefined,
    hash: (value: unknown) => typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value),
    int64: (value: unknown) => Number.isInteger(value) && Math.abs(value as number) <= Number.MAX_SAFE_INTEGER,
    interface: hasFiniteNumbers,
    string: (value: unknown) => typeof value === "string",
    time: (value: unknown) => typeof value === "string" && isTime(value),
};

/** Without recursion: what is nested ten thousand deep is still JSON. */
function hasFiniteNumbers(value: unknown): boolean {
    const open = [value];
    while (open.length > 0) {
        const next = open.pop();
        if (typeof next === "object" && next !== null) {
            for (const inner of Object.values(next)) {
                open.push(inner);
            }
        } else if (typeof next === "number" && !Number.isFinite(next)) {
            return false;
        }
    }
    return true;
}

const MINUTES_PER_DAY = 24 * 60;

/** `Time.UnmarshalJSON`: RFC 3339, also with one digit for the hour and a comma before the fraction; a day that there is. */
function isTime(text: string): boolean {
    const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d?):(\d\d):(\d\d)(?:[.,]\d+)?(?:Z|[+-](\d\d):(\d\d))$/.exec(text);
    if (parts === null) {
        return false;
    }
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0] = parts
        .slice(1)
        .map((part: string | undefined) => Number(part ?? 0));
    // A year before 100 would be one of the last century to JavaScript.
    const daysInMonth = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
    const isDay = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth;
    // It is written out again later, which fails for a zone of a whole day.
    const isZone = zoneMinute <= 60 && zoneHour * 60 + zoneMinute < MINUTES_PER_DAY;
    return isDay && hour < 24 && minute < 60 && second < 60 && isZone;
}
