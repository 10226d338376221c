import { createRequire } from "node:module";

/** Why an expression is refused. */
export interface RegexpRefusal {
    /** What Go's regexp says. */
    message: string;
    /** Set where the only trouble is the name of a Unicode class that Go knows since 1.25, and older builds do not. */
    dependsOnGoVersion?: boolean;
}

/** Why Go's regexp refuses an expression; undefined where it takes it. */
export function regexpRefusal(expression: string): RegexpRefusal | undefined {
    const unique = withUniqueNames(expression);
    const message = compileError(unique);
    if (message === undefined) {
        return undefined;
    }
    // Go 1.25 began to take names in any case and the long names of categories (\p{greek}, \p{Letter}).
    return compileError(withoutNewNames(unique)) === undefined ? { message, dependsOnGoVersion: true } : { message };
}

/**
 * How Go's regexp finds an expression in a text: anywhere, unless it is anchored.
 *
 * @param expression one that `regexpRefusal` has nothing against
 */
export function regexpMatcher(expression: string): (text: string) => boolean {
    const compiled = re2js().compile(withUniqueNames(expression));
    return (text) => compiled.matcher(text).find();
}

/** Loaded here alone: it is large, and only keyless policies have expressions. */
function re2js(): typeof import("re2js").RE2JS {
    return (createRequire(__filename)("re2js") as typeof import("re2js")).RE2JS;
}

function compileError(expression: string): string | undefined {
    try {
        re2js().compile(expression);
        return undefined;
    } catch (cause) {
        const message = cause instanceof Error ? cause.message : String(cause);
        return message.replaceAll(OUR_SUFFIX, ">");
    }
}

/** A quotation, an escaped character or Unicode class, a class in brackets, or the beginning of a named group. */
const TOKEN =
    /\\Q.*?(?:\\E|$)|\\[pP]\{[^}]*\}|\\.|\[\^?\]?(?:\\[pP]\{[^}]*\}|\\.|\[:\^?\w+:\]|[^\]\\])*\]|\(\?P?<(?<name>\w+)>/gs;

/** What `withUniqueNames` puts behind a name, which a message should not show. */
const OUR_SUFFIX = /_\d+_again>/g;

/** Go lets groups share a name, re2js does not. Which name a group has makes no difference to what is valid. */
function withUniqueNames(expression: string): string {
    const seen = new Set<string>();
    return expression.replaceAll(TOKEN, (token, name: string | undefined) => {
        if (name === undefined || !seen.has(name)) {
            seen.add(name ?? "");
            return token;
        }
        return `(?P<${name}_${seen.size}_again>`;
    });
}

/** The expression with a class that every build knows in place of each one that only newer builds know by its name. */
function withoutNewNames(expression: string): string {
    return expression.replaceAll(TOKEN, (token) =>
        token.startsWith("\\Q")
            ? token
            : token.replaceAll(/\\[pP]\{\^?(?<name>[^}]*)\}|\\./gs, (escape, name: string | undefined) =>
                  name !== undefined && isNameInAnyForm(name) ? "\\pL" : escape,
              ),
    );
}

/** A script or a category by its name in any case, with any separators (UTS #18). */
function isNameInAnyForm(name: string): boolean {
    const words = name.split(/[ _-]+/).map((word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase());
    return ["gc", "Script"].some((property) => isRegExp(`\\p{${property}=${words.join("_")}}`));
}

function isRegExp(expression: string): boolean {
    try {
        return new RegExp(expression, "u").unicode;
    } catch {
        return false;
    }
}
