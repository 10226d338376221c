/**
 * JSON as Go's encoding/json reads it into a struct: what cosign sees in a payload that somebody else wrote.
 */

/** Go's own limit (`maxNestingDepth`); what is deeper is an error there. */
const MAXIMUM_DEPTH = 10_000;

/** A JSON object. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** A key stands twice in one object. Go makes one value of both, field by field and by its types, which is not followed here. */
export class DoubledKey extends Error {
    public override readonly name = "DoubledKey";

    public constructor() {
        super("an object in its JSON has a key twice, of which Go makes something of its own");
    }
}

/** What comes of work on somebody else's JSON, or what it comes to where that has a key twice. */
export async function unlessDoubled<T>(work: () => Promise<T>, otherwise: (error: DoubledKey) => T): Promise<T> {
    try {
        return await work();
    } catch (error) {
        if (error instanceof DoubledKey) {
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
 * @throws DoubledKey
 */
export function parseJson(bytes: Uint8Array | string): unknown {
    const text = typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("utf8");
    const { depth, members, hasOtherNumbers } = look(text);
    if (depth > MAXIMUM_DEPTH) {
        return undefined;
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
        .reduce(merged, undefined);
}

/** A name as encoding/json compares it: the letter ſ is an s. */
export function foldName(name: string): string {
    return name.toLowerCase().replaceAll("\u017f", "s");
}

/** What is read into a structure that has a value: fields that are not given again stay, a list has as many items as the last one. */
function merged(first: unknown, next: unknown): unknown {
    if (Array.isArray(first) && Array.isArray(next)) {
        return next.map((item: unknown, index) => merged(first[index], item));
    }
    const [before, after] = [asRecord(first), asRecord(next)];
    if (first === undefined || before === undefined || after === undefined) {
        return next;
    }
    return Object.entries(after).reduce<JsonRecord>((fields, [name, value]) => {
        const known = Object.keys(fields).find((field) => foldName(field) === foldName(name)) ?? name;
        return { ...fields, [known]: value === null ? fields[known] : merged(fields[known], value) };
    }, before);
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
    /** Whether a number may be written with a point or an exponent. */
    hasOtherNumbers: boolean;
}

/** Looks at a text before the parser does, which must not be given what is deep. */
function look(text: string): Look {
    const found: Look = { depth: 0, members: 0, hasOtherNumbers: false };
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
            found.depth = Math.max(found.depth, depth);
        } else if (character === "}" || character === "]") {
            depth--;
        } else if (character === ":") {
            found.members++;
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
