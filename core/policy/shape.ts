import { decodeBase64 } from "./go/base64";
import { parseUrl } from "./go/url";
import { error, show } from "./finding";
import { nearest } from "./nearest";
import { UNKNOWN } from "./unknown";

import type { Finding } from "./finding";
import type { PropertyPath } from "./path";
import type { ObjectShape, Shape } from "./schema";

/** A value of which the types can be relied on. */
export interface Shaped {
    /** The value, with UNKNOWN where a type is wrong, and without what is null or has no field. */
    value: unknown;
    /** What is wrong with types and names. */
    findings: Finding[];
}

/**
 * Holds a value against its schema.
 *
 * The API server drops a field that is null, and the webhook's decoder reads a null in a list as an empty entry; so
 * does this. Nothing throws, whatever the value is.
 */
export function readShape(value: unknown, shape: Shape, path: PropertyPath): Shaped {
    if (value === UNKNOWN || shape === "any") {
        return { value, findings: [] };
    }
    if (typeof shape === "string") {
        return LEAF_READERS[shape](value, path);
    }
    return "items" in shape ? readList(value, shape.items, path) : readObject(value, shape, path);
}

const LEAF_READERS = {
    string: readString,
    boolean: readBoolean,
    url: readUrl,
    bytes: readBytes,
    strings: readStrings,
} as const;

function readString(value: unknown, path: PropertyPath): Shaped {
    // Half of a surrogate pair is no text in JSON: the API server's decoder reads U+FFFD in its place.
    return typeof value === "string" ? right(value.toWellFormed()) : wrongType(value, "a string", path);
}

function readBoolean(value: unknown, path: PropertyPath): Shaped {
    return typeof value === "boolean" ? right(value) : wrongType(value, "true or false", path);
}

function readUrl(value: unknown, path: PropertyPath): Shaped {
    if (typeof value !== "string") {
        return wrongType(value, "a string", path);
    }
    const text = value.toWellFormed();
    const { url, refusal } = parseUrl(text);
    // The webhook writes the URL anew and reads it a second time; not all that Go writes can it read.
    const refused = refusal ?? parseUrl(url.text).refusal;
    return refused === undefined
        ? right(text)
        : wrong(
              error("url-invalid", path, {
                  found: show(value),
                  cluster: `cannot decode incoming new object: parse …: ${refused}`,
                  instead: "Write a URL such as https://rekor.sigstore.dev; encode other characters with %.",
              }),
          );
}

function readBytes(value: unknown, path: PropertyPath): Shaped {
    // Go's decoder takes bytes as a list of numbers as well, and writes them back in base64.
    if (Array.isArray(value)) {
        const wrongAt = value.findIndex((entry) => !isByte(entry));
        return wrongAt < 0
            ? right(Buffer.from(value.map(Number)).toString("base64"))
            : wrongType(value, "a string", path, goNameOfEntry(value[wrongAt]));
    }
    if (typeof value !== "string") {
        return wrongType(value, "a string", path);
    }
    return decodeBase64(value) !== undefined
        ? right(value)
        : wrong(
              error("base64-invalid", path, {
                  found: show(value),
                  cluster: "cannot decode incoming new object: illegal base64 data",
                  instead: value.includes("-----BEGIN")
                      ? 'This is PEM as text. Write it in base64: base64 -w0 FILE, or Buffer.from(pem).toString("base64").'
                      : "Write the bytes in base64 with its padding: base64 -w0 FILE.",
              }),
          );
}

function isByte(value: unknown): boolean {
    return value === null || (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255);
}

function readStrings(value: unknown, path: PropertyPath): Shaped {
    if (!isRecord(value)) {
        return wrongType(value, "names with strings", path);
    }
    const fields = Object.entries(value).map(
        ([name, entry]) => [name, readShape(entry ?? "", "string", [...path, name])] as const,
    );
    return together(fields);
}

function readList(value: unknown, items: Shape, path: PropertyPath): Shaped {
    if (!Array.isArray(value)) {
        return wrongType(value, "a list", path);
    }
    const entries = value.map((entry: unknown, index) => readShape(entry ?? zeroOf(items), items, [...path, index]));
    return { value: entries.map((entry) => entry.value), findings: entries.flatMap((entry) => entry.findings) };
}

function readObject(value: unknown, { fields }: ObjectShape, path: PropertyPath): Shaped {
    if (!isRecord(value)) {
        return wrongType(value, "an object", path);
    }
    const present = Object.entries(value).filter(([, entry]) => entry !== undefined && entry !== null);
    const known = present.flatMap(([name, entry]) => {
        const shape = Object.hasOwn(fields, name) ? fields[name] : undefined;
        return shape === undefined ? [] : [[name, readShape(entry, shape, [...path, name])] as const];
    });
    const unknown = Object.keys(value).filter((name) => value[name] !== undefined && !Object.hasOwn(fields, name));
    const { value: kept, findings } = together(known);
    return {
        value: kept,
        findings: [...unknown.map((name) => unknownField(name, Object.keys(fields), path)), ...findings],
    };
}

/** What Go's decoder makes of a null in a list. */
function zeroOf(shape: Shape): unknown {
    return shape === "string" ? "" : {};
}

function right(value: unknown): Shaped {
    return { value, findings: [] };
}

function wrong(finding: Finding): Shaped {
    return { value: UNKNOWN, findings: [finding] };
}

function together(fields: readonly (readonly [string, Shaped])[]): Shaped {
    return {
        value: Object.fromEntries(fields.map(([name, field]) => [name, field.value])),
        findings: fields.flatMap(([, field]) => field.findings),
    };
}

/** @param said what Go's decoder says that it cannot read */
function wrongType(value: unknown, wanted: string, path: PropertyPath, said = goTypeOf(value)): Shaped {
    return wrong(
        error("wrong-type", path, {
            found: show(value),
            cluster: `cannot decode incoming new object: json: cannot unmarshal ${said} into Go struct field …`,
            instead: `Write ${wanted}.`,
        }),
    );
}

/** What Go's decoder calls a JSON value. */
function goTypeOf(value: unknown): string {
    if (value === null || value === undefined) {
        return "null";
    }
    return Array.isArray(value)
        ? "array"
        : ({ boolean: "bool", bigint: "number" }[typeof value as string] ?? typeof value);
}

/** What it calls an entry of a list of bytes: it repeats numbers that do not fit. */
function goNameOfEntry(entry: unknown): string {
    return typeof entry === "number" ? `number ${entry}` : goTypeOf(entry);
}

function unknownField(name: string, fields: readonly string[], path: PropertyPath): Finding {
    const meant = nearest(name, fields);
    return error("unknown-field", [...path, name], {
        found: show(name),
        cluster:
            "The cluster would refuse the field when it comes by kubectl or server-side apply, and drop it without a word otherwise.",
        instead: meant === undefined ? `Remove it; here may stand: ${fields.join(", ")}.` : `Write ${meant}.`,
    });
}

/** True for an object with fields, not a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `metadata.name` of an object; undefined where there is none. */
export function nameOf(object: unknown): string | undefined {
    const name = isRecord(object) && isRecord(object.metadata) ? object.metadata.name : undefined;
    return typeof name === "string" ? name : undefined;
}
