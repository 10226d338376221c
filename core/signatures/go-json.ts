/**
 * JSON as Go's encoding/json reads it into a struct: what cosign sees in a payload that somebody else wrote.
 */

import type { UnknownCode } from "./outcome";

/** Go's own limit (`maxNestingDepth`); what is deeper is an error there. */
const MAXIMUM_DEPTH = 10_000;

/** A JSON object. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Far above any bill of materials that is signed, and little enough to be kept in memory: `[]` takes thirty times its bytes. */
const MAXIMUM_VALUES = 1_000_000;

/** How deep fields that are given twice are made one, and how many: this is done by recursion, and takes memory again. */
const MAXIMUM_MERGED_DEPTH = 500;
const MAXIMUM_MERGED_FIELDS = 10_000;

/** Go reads this JSON, and what it makes of it is not found out here. */
export class UnreadHere extends Error {
    public override readonly name: string = "UnreadHere";

    public constructor(
        public readonly code: Extract<UnknownCode, "json-ambiguous" | "too-much-work">,
        message: string,
    ) {
        super(message);
    }
}

/** A key stands twice in one object. Go makes one value of both, field by field and by its types, which is not followed here. */
export class DoubledKey extends UnreadHere {
    public override readonly name = "DoubledKey";

    public constructor() {
        super("json-ambiguous", "an object in its JSON has a key twice, of which Go makes something of its own");
    }
}

/** What comes of work on somebody else's JSON, or what it comes to where that is not read here. */
export async function unlessUnread<T>(work: () => Promise<T>, otherwise: (error: UnreadHere) => T): Promise<T> {
    try {
        return await work();
    } catch (error) {
        if (error instanceof UnreadHere) {
            return otherwise(error);
        }
        throw error;
    }
}

/** In place of a number that Go takes for no integer, because it is written with a point or an exponent: `347.0`. */
const NO_INTEGER = 0.5;

/**
 * The value, undefined for what is no JSON. Bytes that are no UTF-8 become U+FFFD, as in Go.
 *
 * @throws UnreadHere for a key that is given twice, and for more values than are kept in memory
 */
export function parseJson(bytes: Uint8Array | string): unknown {
    const text = typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("utf8");
    const { depth, members, values, hasOtherNumbers } = look(text);
    if (depth > MAXIMUM_DEPTH) {
        return undefined;
    }
    if (values > MAXIMUM_VALUES) {
        throw new UnreadHere("too-much-work", `its JSON has more than ${MAXIMUM_VALUES} values`);
    }
    let value: unknown;
    try {
        value = hasOtherNumbers ? JSON.parse(text, integersAsInGo) : JSON.parse(text);
    } catch {
        return undefined;
    }
    if (members !== memberCount(value)) {
        throw new DoubledKey();
    }
    return value;
}

function integersAsInGo(_key: string, value: unknown, context?: { source?: string }): unknown {
    return Number.isInteger(value) && !/^-?\d+$/.test(context?.source ?? "") ? NO_INTEGER : value;
}

/** The object in a JSON text, undefined for what is none. null is an empty one, as for a struct in Go. */
export function parseRecord(bytes: Uint8Array | string): JsonRecord | undefined {
    const value = parseJson(bytes);
    return value === undefined ? undefined : asRecord(value ?? undefined);
}

/**
 * A field of an object. As in Go, upper and lower case are the same, null is as good as absent, and of several the last one
 * counts, except that objects and lists are merged.
 */
export function goField(record: JsonRecord | undefined, name: string): unknown {
    const wanted = foldName(name);
    return Object.entries(record ?? {})
        .filter(([candidate, value]) => value !== null && foldName(candidate) === wanted)
        .map(([, value]) => value)
        .reduce((before: unknown, value) => merged(before, value), undefined);
}

/** A name as encoding/json compares it: the letter ſ is an s. */
export function foldName(name: string): string {
    return name.toLowerCase().replaceAll("\u017f", "s");
}

/** What is read into a structure that has a value: fields that are not given again stay, a list has as many items as the last one. */
function merged(first: unknown, next: unknown, depth = 0): unknown {
    if (depth > MAXIMUM_MERGED_DEPTH) {
        throw new UnreadHere("too-much-work", "its JSON has fields twice that nest very deeply");
    }
    if (Array.isArray(first) && Array.isArray(next)) {
        return next.map((item: unknown, index) => merged(first[index], item, depth + 1));
    }
    const [before, after] = [asRecord(first), asRecord(next)];
    if (first === undefined || before === undefined || after === undefined) {
        return next;
    }
    if (Object.keys(before).length + Object.keys(after).length > MAXIMUM_MERGED_FIELDS) {
        throw new UnreadHere("too-much-work", "its JSON has very many fields twice");
    }
    const fields = new Map(Object.entries(before));
    // The first of several counts.
    const names = new Map(Array.from(fields.keys(), (name) => [foldName(name), name] as const).reverse());
    for (const [name, value] of Object.entries(after)) {
        const known = names.get(foldName(name)) ?? name;
        fields.set(known, value === null ? fields.get(known) : merged(fields.get(known), value, depth + 1));
        names.set(foldName(known), known);
    }
    return Object.fromEntries(fields);
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

/** What a text is like outside of its strings. */
interface Look {
    depth: number;
    /** Keys of all its objects together, however often each is given. */
    members: number;
    /** As many as there are commas and brackets that open, which is not less than there are values. */
    values: number;
    /** Whether a number may be written with a point or an exponent. */
    hasOtherNumbers: boolean;
}

/** Looks at a text before the parser does, which must not be given what is deep. */
function look(text: string): Look {
    const found: Look = { depth: 0, members: 0, values: 0, hasOtherNumbers: false };
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
            found.values++;
            found.depth = Math.max(found.depth, depth);
        } else if (character === "}" || character === "]") {
            depth--;
        } else if (character === ":") {
            found.members++;
        } else if (character === ",") {
            found.values++;
        } else if (character === "." || (/[eE]/.test(character ?? "") && /\d/.test(text[index - 1] ?? ""))) {
            found.hasOtherNumbers = true;
        }
    }
    return found;
}

/** Keys of all objects in a value together. Without recursion: what is nested ten thousand deep is still JSON. */
function memberCount(value: unknown): number {
    const open = [value];
    let members = 0;
    while (open.length > 0) {
        const next = open.pop();
        if (typeof next === "object" && next !== null) {
            const inner = Object.values(next);
            members += Array.isArray(next) ? 0 : inner.length;
            for (const item of inner) {
                open.push(item);
            }
        }
    }
    return members;
}
