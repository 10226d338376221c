import { decodeBase64 } from "./go/base64";
import { parseUrl } from "./go/url";

/**
 * Objects as the webhook writes them back. It decodes what it is given into Go's types and patches the object to what
 * those give (`roundTripPatch` in knative's defaulting webhook): empty optional fields go, URLs and base64 are written
 * anew. An object in this form comes back unchanged, and so does not drift.
 */

/** Fields that stay although they are empty: pointers and required fields in Go. */
const KEPT = new Set([
    ...["images", "glob", "identities", "tagPrefix", "url", "group", "version", "resource", "key", "operator"],
    ...["certificateAuthorities", "name", "predicateType", "action", "type"],
]);

const URLS = new Set(["url", "mirror", "uri", "baseURL"]);

const BYTES = new Set(["root", "mirrorFS", "certChain", "publicKey"]);

/** The value in that form. UNKNOWN and other values that are no data stay as they are. */
export function canonical<T>(value: T): T {
    return canonicalValue(value) as T;
}

function canonicalValue(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(canonicalValue);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const fields = Object.entries(value).map(([name, field]) => [name, canonicalField(name, field)] as const);
    return Object.fromEntries(fields.filter(([name, field]) => !isOmitted(name, field)));
}

function canonicalField(name: string, value: unknown): unknown {
    if (name === "matchLabels") {
        return value;
    }
    if (typeof value !== "string") {
        return canonicalValue(value);
    }
    if (URLS.has(name)) {
        return parseUrl(value).url?.text ?? value;
    }
    return BYTES.has(name) ? (decodeBase64(value)?.toString("base64") ?? value) : value;
}

function isOmitted(name: string, value: unknown): boolean {
    const isEmpty =
        value === "" ||
        (Array.isArray(value) && value.length === 0) ||
        (name === "matchLabels" && typeof value === "object" && value !== null && Object.keys(value).length === 0);
    return value === undefined || (isEmpty && !KEPT.has(name));
}
