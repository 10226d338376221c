/** YAML of others: documents as plain values, and the line on which each part of them stands. */
import { Composer, isAlias, isCollection, isMap, isScalar, isSeq, LineCounter, Parser, visit } from "yaml";

import type { Document, DocumentOptions, Node, Pair, ParseOptions, Scalar, SchemaOptions, YAMLMap } from "yaml";
import type { PropertyPath } from ".";

/** One document of a file. */
export interface YamlDocument {
    /** From 0, in its file. */
    index: number;
    /** Undefined for an empty document. */
    value: unknown;
    /** The line, from 1, of a part of the document; of the nearest part around it where there is no such part. */
    lineOf: (path: PropertyPath) => number;
}

/** Text that is no YAML, or none that should be read. */
export class YamlError extends Error {
    public override readonly name = "YamlError";

    /** @param line from 1; undefined for what has no place */
    public constructor(
        message: string,
        public readonly line?: number,
    ) {
        super(message);
    }

    /** In one sentence, and where. @param file as messages call it */
    public in(file: string): string {
        const place = this.line === undefined ? "" : `, line ${this.line}`;
        return `${file}${place}: this cannot be read as YAML. ${this.message}`;
    }
}

/** Deeper than any manifest or schema nests, and little enough for code that walks it by recursion. */
export const MAXIMUM_DEPTH = 200;

/** What 10 MB of ordinary manifests have of colons, commas and dashes, and little enough to be kept in memory. */
const MAXIMUM_ENTRIES = 500_000;

/** What each entry of a list or a mapping, and each document, has one of at least. */
const ENTRY_MARKS: ReadonlySet<string> = new Set([",", ":", "-", "?", "[", "{", "---"]);

/** Uses of anchors, nested ones multiplied, in one document. Policies have a few; a bomb has billions. */
const MAXIMUM_ALIASES = 100;

/**
 * As kubectl reads YAML (sigs.k8s.io/yaml): version 1.1, so that `yes` is a boolean and `<<` merges, but neither times
 * nor numbers to the base 60. A key given twice, of which kubectl would keep the last without a word, is an error.
 */
const OPTIONS: ParseOptions & DocumentOptions & SchemaOptions = {
    version: "1.1",
    // The parser compares each key with each other one, which takes minutes for a map of some hundred thousand.
    uniqueKeys: false,
    logLevel: "error",
    prettyErrors: false,
    customTags: (tags) =>
        tags.filter(
            (tag) =>
                typeof tag === "string" ||
                !(tag.tag.endsWith(":timestamp") || ("format" in tag && tag.format === "TIME")),
        ),
};

/** The parser's own messages quote the file, which may hold a private key; these do not. */
const REASONS: ReadonlyMap<string, string> = new Map([
    ["BAD_ALIAS", "An alias names an anchor that is not there"],
    ["BAD_INDENT", "The indentation does not fit what stands around it"],
    ["BAD_SCALAR_START", "A value begins with a character that must stand in quotes"],
    ["BLOCK_AS_IMPLICIT_KEY", "A nested mapping stands on the line of its key; put it on a line of its own"],
    ["MISSING_CHAR", "A closing quote or bracket, or a colon, is missing"],
    ["MULTILINE_IMPLICIT_KEY", "A line that should be a key has no colon, or text stands there without indentation"],
    ["TAB_AS_INDENT", "A tab is used as indentation. Use spaces"],
]);

/**
 * Reads all documents of a text.
 *
 * @throws YamlError
 */
export function readYaml(text: string): YamlDocument[] {
    if (text.includes("\0")) {
        throw new YamlError("This is no text.");
    }
    const lines = new LineCounter();
    const tokens = new BoundedParser(lines).parse(text);
    const documents = [...new Composer({ ...OPTIONS, lineCounter: lines }).compose(tokens)];
    return documents.map((document, index) => ({
        index,
        value: valueOf(document, lines),
        lineOf: (path) => lineAt(lines, offsetOf(document, path)),
    }));
}

/** Stops while it reads: some texts take hundreds of times their size in memory, or overflow the stack of what composes them. */
class BoundedParser extends Parser {
    private entries = 0;

    public constructor(private readonly lines: LineCounter) {
        super(lines.addNewLine);
    }

    public override *next(source: string): ReturnType<Parser["next"]> {
        this.entries += ENTRY_MARKS.has(source) ? 1 : 0;
        if (this.stack.length > MAXIMUM_DEPTH) {
            throw this.tooMuch(`It is nested more than ${MAXIMUM_DEPTH} levels deep, deeper than any manifest.`);
        }
        if (this.entries > MAXIMUM_ENTRIES) {
            throw this.tooMuch(`It has more than ${MAXIMUM_ENTRIES} entries. Give it in parts.`);
        }
        yield* super.next(source);
    }

    private tooMuch(message: string): YamlError {
        return new YamlError(message, lineAt(this.lines, this.offset));
    }
}

function valueOf(document: Document.Parsed, lines: LineCounter): unknown {
    const [error] = document.errors;
    if (error !== undefined) {
        const reason = REASONS.get(error.code) ?? "The structure of the file is broken here";
        throw new YamlError(`${reason}.`, lineAt(lines, error.pos[0]));
    }
    const odd = collectionKey(document);
    if (odd !== undefined) {
        throw new YamlError("A key is a list or a mapping. Write text.", lineAt(lines, startOf(odd)));
    }
    const doubled = doubledKey(document);
    if (doubled !== undefined) {
        throw new YamlError(
            "The same key stands twice in one mapping, and only the last would count. Delete one of them.",
            lineAt(lines, startOf(doubled)),
        );
    }
    let value: unknown;
    try {
        value = document.toJS({ maxAliasCount: MAXIMUM_ALIASES });
    } catch (error) {
        if (error instanceof ReferenceError) {
            const start = lineAt(lines, startOf(document.contents));
            throw new YamlError(
                `The document uses its anchors more than ${MAXIMUM_ALIASES} times, as files do that are made to exhaust the memory.`,
                start,
            );
        }
        throw error;
    }
    if (containsItself(value)) {
        throw new YamlError("An anchor contains itself.", lineAt(lines, startOf(document.contents)));
    }
    return value ?? undefined;
}

/** The first key that is no text, which kubectl does not take; the parser would write it out as text, within it again and again. */
function collectionKey(document: Document.Parsed): unknown {
    let found: unknown;
    visit(document, {
        Pair: (_, { key }) => {
            found = isCollection(target(key, document)) ? key : undefined;
            return found === undefined ? undefined : visit.BREAK;
        },
    });
    return found;
}

/** The first key that stands in its mapping a second time; as JSON has only strings for keys, 1 and "1" are the same. */
function doubledKey(document: Document.Parsed): unknown {
    let doubled: unknown;
    visit(document, {
        Map: (_, map) => {
            const keys = new Set<string>();
            doubled = map.items
                .map(({ key }) => key)
                .filter((key) => isScalar(key) && typeof key.value !== "symbol")
                .find((key) => keys.size === keys.add(String((key as Scalar).value)).size);
            return doubled === undefined ? undefined : visit.BREAK;
        },
    });
    return doubled;
}

function containsItself(value: unknown, around = new Set<unknown>(), seen = new Set<unknown>()): boolean {
    if (typeof value !== "object" || value === null || seen.has(value)) {
        return around.has(value);
    }
    seen.add(value);
    around.add(value);
    const found = Object.values(value).some((part) => containsItself(part, around, seen));
    around.delete(value);
    return found;
}

function lineAt(lines: LineCounter, offset: number): number {
    return Math.max(1, lines.linePos(offset).line);
}

function offsetOf(document: Document.Parsed, path: PropertyPath): number {
    let offset = startOf(document.contents);
    let node = target(document.contents, document);
    for (const part of path) {
        if (isMap(node)) {
            const pair = pairOf(node, part, document);
            if (pair === undefined) {
                break;
            }
            offset = startOf(pair.key);
            node = target(pair.value, document);
        } else if (isSeq(node) && typeof part === "number" && part < node.items.length) {
            offset = startOf(node.items[part]);
            node = target(node.items[part], document);
        } else {
            break;
        }
    }
    return offset;
}

/** The pair of a key, also where `<<` merges it from elsewhere. */
function pairOf(map: YAMLMap, part: string | number, document: Document.Parsed): Pair | undefined {
    const own = map.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
    if (own !== undefined) {
        return own;
    }
    for (const { key, value } of map.items) {
        // The parser gives the merge key as a symbol.
        const sources = isScalar(key) && typeof key.value === "symbol" ? target(value, document) : undefined;
        for (const source of isSeq(sources) ? sources.items : [sources]) {
            const merged = target(source, document);
            const pair = isMap(merged) ? pairOf(merged, part, document) : undefined;
            if (pair !== undefined) {
                return pair;
            }
        }
    }
    return undefined;
}

/** The node, or what it is an alias of. */
function target(node: unknown, document: Document.Parsed): unknown {
    return isAlias(node) ? node.resolve(document) : node;
}

function startOf(node: unknown): number {
    return (node as Node | null | undefined)?.range?.[0] ?? 0;
}
