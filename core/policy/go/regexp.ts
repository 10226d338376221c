import { compileError, re2js } from "./re2";
import { nameSupport } from "./unicode-class";

/** Why an expression is refused. */
export interface RegexpRefusal {
    /** What Go's regexp says. */
    message: string;
    /** Set where the only trouble is the name of a Unicode class that only some builds of Go know. */
    dependsOnGoVersion?: boolean;
}

/** Why Go's regexp refuses an expression; undefined where every build takes it. */
export function regexpRefusal(expression: string): RegexpRefusal | undefined {
    const classes = unicodeClasses(expression).map(({ text, name }) => ({ text, support: nameSupport(name) }));
    const unknown = classes.find(({ support }) => support === "none");
    const other = compileError(forRe2js(withoutClasses(expression)));
    if (other !== undefined) {
        return { message: other.replaceAll(OUR_SUFFIX, ">") };
    }
    const doubtful = unknown ?? classes.find(({ support }) => support === "some");
    return (
        doubtful && {
            message: `error parsing regexp: invalid character class range: \`${doubtful.text}\``,
            ...(doubtful === unknown ? {} : { dependsOnGoVersion: true }),
        }
    );
}

/**
 * How Go's regexp finds an expression in a text: anywhere, unless it is anchored.
 *
 * @param expression one that `regexpRefusal` has nothing against
 */
export function regexpMatcher(expression: string): (text: string) => boolean {
    const compiled = re2js().compile(forRe2js(expression));
    return (text) => compiled.matcher(text).find();
}

/** A quotation, an escaped character or Unicode class, a class in brackets, or the beginning of a named group. */
const TOKEN =
    /\\Q.*?(?:\\E|$)|\\[pP](?:\{[^}]*\}|[A-Za-z])|\\.|\[\^?\]?(?:\\[pP]\{[^}]*\}|\\.|\[:\^?\w+:\]|[^\]\\])*\]|\(\?P?<(?<name>\w+)>/gs;

/** What `forRe2js` puts behind a name, which a message should not show. */
const OUR_SUFFIX = /_\d+_again>/g;

/**
 * The same expression for re2js, which is stricter in two things: groups must not share a name (which one they have makes no difference to
 * what is valid), and `[:]` inside a class is taken for the name of one.
 */
function forRe2js(expression: string): string {
    const seen = new Set<string>();
    let again = 0;
    return expression.replaceAll(TOKEN, (token, name: string | undefined) => {
        if (token.startsWith("[")) {
            return `[${token.slice(1).replaceAll("[:]", "\\[:]")}`;
        }
        if (name === undefined || !seen.has(name)) {
            seen.add(name ?? "");
            return token;
        }
        again += 1;
        return `(?P<${name}_${again}_again>`;
    });
}

/** A Unicode class, or another escaped character, which may be a backslash in front of a `p`. */
const ESCAPE = /\\[pP](?:\{\^?(?<name>[^}]*)\}|(?<letter>[A-Za-z]))|\\./gsu;

/** A Unicode class as it stands in an expression. */
interface UnicodeClass {
    /** `\\p{^Greek}` */
    text: string;
    /** `Greek` */
    name: string;
}

function unicodeClasses(expression: string): UnicodeClass[] {
    return (expression.match(TOKEN) ?? [])
        .filter((token) => !token.startsWith("\\Q"))
        .flatMap((token) => Array.from(token.matchAll(ESCAPE), classOf))
        .filter((found) => found !== undefined);
}

function classOf({ 0: text, groups }: RegExpMatchArray): UnicodeClass | undefined {
    const name = groups?.name ?? groups?.letter;
    return name === undefined ? undefined : { text, name };
}

/** The expression with a class that re2js knows in place of each Unicode class: whether Go knows those is asked by itself. */
function withoutClasses(expression: string): string {
    return expression.replaceAll(TOKEN, (token) =>
        token.startsWith("\\Q")
            ? token
            : token.replaceAll(ESCAPE, (escape, name: string | undefined, letter: string | undefined) =>
                  name === undefined && letter === undefined ? escape : "\\pL",
              ),
    );
}
