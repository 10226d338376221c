/**
 * What metadata looks like. The newer TUF client checks signatures over what it writes back (go-tuf 2's
 * metadata/marshal.go): a field that it adds, leaves out or spells otherwise there breaks the signature. What is asked for
 * here is what comes back as it was.
 */
import { formatPath } from "../path";
import { isRecord } from "../shape";
import { OddNumber } from "./json";

import type { PropertyPath } from "../path";

export type Role = "root" | "timestamp" | "snapshot" | "targets";

/** What is wrong with a value, as a clause that names its place; undefined where nothing is. */
type Check = (value: unknown, path: PropertyPath) => string | undefined;

/** What is wrong with the signed part of a role's metadata; undefined where nothing is. */
export function shapeProblem(role: Role, signed: unknown): string | undefined {
    return SIGNED[role](signed, ["signed"]);
}

function check(what: string, isRight: (value: unknown) => boolean): Check {
    return (value, path) => (isRight(value) ? undefined : `${formatPath(path)} is not ${what}`);
}

const TEXT = check("a text", (value) => typeof value === "string");

const FLAG = check("true or false", (value) => typeof value === "boolean");

const INTEGER = check("a whole number", (value) => Number.isInteger(value));

/** Go leaves 0 out where the field need not be there. */
const LENGTH = check("a whole number other than 0", (value) => Number.isInteger(value) && value !== 0);

const HEX = check(
    "an even number of hexadecimal digits in lower case",
    (value) => typeof value === "string" && /^(?:[0-9a-f]{2})*$/.test(value),
);

/** RFC 3339 as Go writes it: no zeros at the end of a fraction, and Z for UTC. */
const DATE_OF_GO =
    /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{0,8}[1-9])?(?:Z|[+-](?!00:00)(?:[01]\d|2[0-3]):[0-5]\d)$/;

const DATE = check(
    "a date such as 2030-01-31T00:00:00Z",
    (value) => typeof value === "string" && DATE_OF_GO.test(value) && isDay(value.slice(0, 10)),
);

function isDay(day: string): boolean {
    const midnight = new Date(`${day}T00:00:00Z`);
    return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}

/** Kept as it stands there, unless it is null. */
const CUSTOM = check("free of fractions and null", (value) => value !== null && !hasFraction(value));

function hasFraction(value: unknown): boolean {
    return typeof value === "object" && value !== null
        ? value instanceof OddNumber || Object.values(value).some(hasFraction)
        : typeof value === "number" && !Number.isInteger(value);
}

function list(entry: Check): Check {
    return (value, path) =>
        Array.isArray(value) ? first(Array.from(value.entries()), entry, path) : `${formatPath(path)} is not a list`;
}

function map(entry: Check): Check {
    return (value, path) =>
        isRecord(value) ? first(Object.entries(value), entry, path) : `${formatPath(path)} is not an object`;
}

/** Go reads null as nothing, and writes it back where the field must be there. */
function orNull(content: Check): Check {
    return (value, path) => (value === null ? undefined : content(value, path));
}

function first(
    entries: readonly (readonly [string | number, unknown])[],
    entry: Check,
    path: PropertyPath,
): string | undefined {
    return entries.map(([name, value]) => entry(value, [...path, name])).find((problem) => problem !== undefined);
}

/** A map with something in it: Go leaves an empty one out where it need not be there. */
function filled(entry: Check): Check {
    return (value, path) =>
        isRecord(value) && Object.keys(value).length === 0 ? `${formatPath(path)} is empty` : map(entry)(value, path);
}

/** Of these two fields one at most. */
function notBoth(left: string, right: string, content: Check): Check {
    return (value, path) =>
        content(value, path) ??
        (isRecord(value) && left in value && right in value
            ? `${formatPath(path)} has both ${left} and ${right}`
            : undefined);
}

/** An object with these fields, and perhaps others, which both clients keep. */
function object(required: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check {
    const fields = new Map(Object.entries({ ...required, ...optional }));
    return (value, path) => {
        if (!isRecord(value)) {
            return `${formatPath(path)} is not an object`;
        }
        const missing = Object.keys(required).find((name) => !Object.hasOwn(value, name));
        // Go takes a name in any case for the field.
        const misspelled = Object.keys(value).find((name) => !fields.has(name) && fields.has(foldCase(name)));
        return missing !== undefined
            ? `${formatPath([...path, missing])} is missing`
            : misspelled !== undefined
              ? `${formatPath([...path, misspelled])} is not in lower case`
              : Object.entries(value)
                    .map(([name, field]) => fields.get(name)?.(field, [...path, name]))
                    .find((problem) => problem !== undefined);
    };
}

/** Upper case first: there are letters that have a plain one only there. */
function foldCase(name: string): string {
    return name.toUpperCase().toLowerCase();
}

const KEY = object(
    { keytype: TEXT, scheme: TEXT, keyval: object({ public: TEXT }) },
    { keyid_hash_algorithms: orNull(list(TEXT)) },
);

const ROLE = { keyids: orNull(list(TEXT)), threshold: INTEGER };

const DELEGATED_ROLE = object(
    { ...ROLE, name: TEXT, terminating: FLAG },
    { paths: list(TEXT), path_hash_prefixes: list(TEXT) },
);

/** `2 ** bit_length` roles at most. */
const BIT_LENGTH = check(
    "a whole number from 1 to 32",
    (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 32,
);

const DELEGATIONS = object(
    { keys: orNull(map(orNull(KEY))) },
    {
        roles: list(notBoth("paths", "path_hash_prefixes", DELEGATED_ROLE)),
        succinct_roles: object({ ...ROLE, bit_length: BIT_LENGTH, name_prefix: TEXT }),
    },
);

const TARGET = object({ length: INTEGER, hashes: orNull(map(HEX)) }, { custom: CUSTOM });

const META = orNull(map(orNull(object({ version: INTEGER }, { length: LENGTH, hashes: filled(HEX) }))));

const COMMON = { _type: TEXT, spec_version: TEXT, version: INTEGER, expires: DATE };

const SIGNED: Readonly<Record<Role, Check>> = {
    root: object({ ...COMMON, consistent_snapshot: FLAG, keys: map(KEY), roles: map(object(ROLE)) }),
    timestamp: object({ ...COMMON, meta: META }),
    snapshot: object({ ...COMMON, meta: META }),
    targets: object(
        { ...COMMON, targets: map(TARGET) },
        { delegations: notBoth("roles", "succinct_roles", DELEGATIONS) },
    ),
};
