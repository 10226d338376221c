import { isRe2 } from "./re2";

/** Which builds of Go know a Unicode class by a name. */
export type NameSupport = "every" | "some" | "none";

/** Known by these names since Go 1.25 only, though re2js takes them as they stand. */
const NEW_IN_GO_1_25: readonly string[] = ["Cn", "LC", "Lc", "Assigned", "Ascii"];

/** Scripts to re2js and not to Go: those that came with Unicode 16 and 17, and what has no script (Go has Unicode 15). */
const NOT_IN_GO: ReadonlySet<string> = new Set(
    [
        "Unknown Garay Gurung_Khema Kirat_Rai Ol_Onal Sunuwar Todhri Tulu_Tigalari",
        "Beria_Erfe Sidetic Tai_Yo Tolong_Siki",
    ].flatMap(canonicalNames),
);

/** The long names of the categories (`CategoryAliases` of Go's unicode package), which Go knows since 1.25. */
const CATEGORY_ALIASES: ReadonlySet<string> = new Set(
    [
        "Cased_Letter Close_Punctuation Combining_Mark Connector_Punctuation Control cntrl Currency_Symbol",
        "Dash_Punctuation Decimal_Number digit Enclosing_Mark Final_Punctuation Format Initial_Punctuation",
        "Letter Letter_Number Line_Separator Lowercase_Letter Mark Math_Symbol Modifier_Letter Modifier_Symbol",
        "Nonspacing_Mark Number Open_Punctuation Other Other_Letter Other_Number Other_Punctuation Other_Symbol",
        "Paragraph_Separator Private_Use Punctuation punct Separator Space_Separator Spacing_Mark Surrogate",
        "Symbol Titlecase_Letter Unassigned Uppercase_Letter",
    ].flatMap(canonicalNames),
);

/**
 * Who knows `\\p{name}`.
 *
 * Until Go 1.24 a name had to stand as in Go's tables: `Greek`, `Old_Italic`, `Lu`. Since 1.25 case and separators do not
 * matter, and categories have their long names (`unicodeTable` in regexp/syntax); but a script that has a `_` in its name
 * is then found no more.
 */
export function nameSupport(name: string): NameSupport {
    const canonical = canonicalName(name);
    if (NOT_IN_GO.has(canonical)) {
        return "none";
    }
    const isOld = isInTables(name) && !NEW_IN_GO_1_25.includes(name);
    const isNew = isInTables(canonical) || CATEGORY_ALIASES.has(canonical);
    return isOld && isNew ? "every" : isOld || isNew ? "some" : "none";
}

function isInTables(name: string): boolean {
    return /^[A-Za-z_]+$/.test(name) && isRe2(`\\p{${name}}`);
}

function canonicalNames(line: string): string[] {
    return line.split(" ").map(canonicalName);
}

/** Go's `canonicalName`: without separators, the first letter large and the others small. */
function canonicalName(name: string): string {
    const letters = name.replaceAll(/[_ -]/g, "");
    return letters.slice(0, 1).toUpperCase() + letters.slice(1).toLowerCase();
}
