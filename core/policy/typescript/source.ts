import { commentText, propertyName, stringLiteral } from "./literal";

/**
 * A piece of a program. Only the functions of this file make one, and they take names from our own code and values as
 * values: so nothing that stands in somebody's YAML can become code.
 */
export type Source = Atom | Group;

/** What stays on its line. */
class Atom {
    public constructor(
        public readonly text: string,
        public readonly names: readonly string[] = [],
    ) {}
}

/** What is broken into lines where it is too long for one. */
class Group {
    public constructor(
        public readonly open: string,
        public readonly items: readonly Item[],
        public readonly close: string,
        public readonly names: readonly string[] = [],
    ) {}
}

interface Item {
    prefix: string;
    source: Source;
    comments: readonly string[];
}

/** A field of an object, and what is to be said of it. */
export interface Field {
    name: string;
    source: Source;
    comments?: readonly string[];
}

/** Longer lines are broken. */
export const LINE_WIDTH = 110;
const INDENT = "    ";
const NAME = /^(?:new )?[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)?$/;

/** A name of the package's API, or one that the program declares. @throws Error for what is no name */
export function name(text: string): Source {
    return new Atom(checkedName(text), [rootOf(text)]);
}

/** A value. */
export function value(plain: string | boolean): Source {
    return new Atom(typeof plain === "string" ? stringLiteral(plain) : String(plain));
}

/** A member of an enumeration, or any other text as if it were one. */
export function member(type: string, members: Readonly<Record<string, string>>, text: string): Source {
    const known = Object.keys(members).find((key) => members[key] === text);
    return known === undefined
        ? new Atom(`${stringLiteral(text)} as ${checkedName(type)}`, [type])
        : name(`${type}.${known}`);
}

/** A list. */
export function list(sources: readonly Source[]): Source {
    return new Group(
        "[",
        sources.map((source) => ({ prefix: "", source, comments: [] })),
        "]",
    );
}

/** An object of fields in their order. */
export function object(fields: readonly Field[]): Source {
    const items = fields.map((field): Item => ({
        prefix: `${propertyName(field.name)}: `,
        source: field.source,
        comments: field.comments ?? [],
    }));
    return new Group("{", items, "}");
}

/** A call, or `new`. The last argument is broken into lines where it is too long, those before it are not. */
export function call(callee: string, ...args: readonly Source[]): Source {
    const before = args.slice(0, -1).map((source) => `${inline(source)}, `);
    const open = `${checkedName(callee)}(${before.join("")}`;
    const last = args.at(-1) ?? new Atom("");
    const names = [rootOf(callee), ...args.flatMap((source) => source.names)];
    return last instanceof Atom
        ? new Atom(`${open}${last.text})`, names)
        : new Group(open + last.open, last.items, `${last.close})`, names);
}

/** The names that the piece uses, of the package's API and of the program's own. */
export function namesIn(source: Source): string[] {
    return source instanceof Atom
        ? [...source.names]
        : [...source.names, ...source.items.flatMap((item) => namesIn(item.source))];
}

/** The piece as text, for a line that is indented so far. */
export function print(source: Source, prefix = "", indent = ""): string {
    const short = inline(source);
    const fits = indent.length + prefix.length + short.length < LINE_WIDTH;
    if (source instanceof Atom || (fits && !hasComments(source))) {
        return prefix + short;
    }
    const inner = indent + INDENT;
    const lines = source.items.flatMap((item) => [
        ...item.comments.map((comment) => `${inner}// ${commentText(comment)}`),
        `${inner}${print(item.source, item.prefix, inner)},`,
    ]);
    return [prefix + source.open, ...lines, indent + source.close].join("\n");
}

function inline(source: Source): string {
    if (source instanceof Atom) {
        return source.text;
    }
    const inside = source.items.map((item) => item.prefix + inline(item.source)).join(", ");
    const space = source.open.endsWith("{") && inside !== "" ? " " : "";
    return `${source.open}${space}${inside}${space}${source.close}`;
}

function hasComments(source: Source): boolean {
    return source instanceof Group && source.items.some((item) => item.comments.length > 0 || hasComments(item.source));
}

/** `Authority` of `Authority.key`, `TrustRoot` of `new TrustRoot`. */
function rootOf(text: string): string {
    return text.replace(/^new /, "").split(".", 1)[0] ?? text;
}

function checkedName(text: string): string {
    if (!NAME.test(text)) {
        throw new Error(`${JSON.stringify(text)} is no name for a program`);
    }
    return text;
}
