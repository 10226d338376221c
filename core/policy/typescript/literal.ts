/** Values as literals of TypeScript. Whatever stands in a value, it stays a value. */

/** What is not printed as itself: controls, what turns text around, what looks like a blank, halves of a character. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
    ["\\", "\\\\"],
    ["\n", "\\n"],
    ["\r", "\\r"],
    ["\t", "\\t"],
]);

/** A text in double quotes, on one line. */
export function stringLiteral(text: string): string {
    return `"${Array.from(text, (character) => (character === '"' ? '\\"' : escaped(character))).join("")}"`;
}

/** A text of several lines, as a template without substitutions. */
export function templateLiteral(text: string): string {
    const body = Array.from(text, (character) =>
        character === "\n" ? character : character === "`" ? "\\`" : escaped(character),
    ).join("");
    return `\`${body.replaceAll("${", "\\${")}\``;
}

/** Text for a comment: one line, and what cannot be seen spelled out. */
export function commentText(text: string): string {
    return Array.from(text, (character) => (INVISIBLE.test(character) ? escaped(character) : character)).join("");
}

/** The name of a property; `__proto__` in quotes would set the prototype in place of a property. */
export function propertyName(name: string): string {
    if (name === "__proto__") {
        return '["__proto__"]';
    }
    return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : stringLiteral(name);
}

function escaped(character: string): string {
    const short = SHORT_ESCAPES.get(character);
    if (short !== undefined) {
        return short;
    }
    return INVISIBLE.test(character) ? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}` : character;
}
