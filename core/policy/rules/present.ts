import { parseUrl } from "../go/url";
import { UNKNOWN } from "../unknown";

/** Fields by name, some of which may be UNKNOWN. */
type Fields = object;

/**
 * The names of the fields that Go takes for given: not absent, and no empty string. Undefined where one is UNKNOWN and
 * its value could change the count's verdict.
 */
export function givenOf<T extends Fields>(
    fields: T,
    names: readonly (keyof T & string)[],
): (keyof T & string)[] | undefined {
    const given = names.filter((name) => fields[name] !== UNKNOWN && isGiven(fields[name]));
    const isOpen = names.some((name) => fields[name] === UNKNOWN);
    return isOpen && given.length < 2 ? undefined : given;
}

/** True for a value that is there: to Go's zero values, an empty string is as good as none. UNKNOWN is there. */
function isGiven(value: unknown): boolean {
    return value !== undefined && value !== "";
}

/** True for a value that is known not to be there. */
export function isMissing(value: unknown): boolean {
    return !isGiven(value);
}

/** True also for a URL of which nothing is left when Go writes it anew, such as `#` and `//`. */
export function isMissingUrl(url: unknown): boolean {
    return isMissing(url) || (typeof url === "string" && parseUrl(url).url?.text === "");
}

/** "none", or the names joined: what a rule that counts has found. */
export function enumerate(names: readonly string[]): string {
    return names.length === 0 ? "none" : names.join(" and ");
}
