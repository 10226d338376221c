import { isIPv4, isIPv6 } from "node:net";

import { escape, isEncoded, PercentError, unescape } from "./percent";

import type { UrlPart } from "./percent";

/** A URL as Go's net/url reads it: much more than WHATWG's URL takes, and some of what that takes is refused. */
export interface GoUrl {
    /** In lower case; empty for a relative reference. */
    scheme: string;
    /** `host`, `host:port` or empty. */
    host: string;
    /** The same URL as Go writes it (`URL.String`), which is what the webhook writes back into an object. */
    text: string;
}

/** What Go answers: a URL, or why it is none. */
export type GoUrlResult = { url: GoUrl; refusal?: undefined } | { url?: undefined; refusal: string };

/** `url.Parse`: any reference, also a relative one. */
export function parseUrl(text: string): GoUrlResult {
    return answer(text, (bytes) => {
        const hash = bytes.indexOf("#");
        const fragment = hash < 0 ? "" : bytes.slice(hash + 1);
        const url = parse(hash < 0 ? bytes : bytes.slice(0, hash), false);
        return fragment === "" ? url : { ...url, text: `${url.text}#${rewritten(fragment, "fragment")}` };
    });
}

/** `url.ParseRequestURI`: an absolute URL, or a path that begins with a slash; `#` has no meaning. */
export function parseRequestUri(text: string): GoUrlResult {
    return answer(text, (bytes) => parse(bytes, true));
}

/** Why a text is no URL. */
class UrlError extends Error {
    public override readonly name = "UrlError";
}

function answer(text: string, read: (bytes: string) => GoUrl): GoUrlResult {
    try {
        const url = read(Buffer.from(text, "utf8").toString("latin1"));
        return { url: { scheme: url.scheme, host: fromBytes(url.host), text: fromBytes(url.text) } };
    } catch (cause) {
        if (cause instanceof UrlError || cause instanceof PercentError) {
            return { refusal: fromBytes(cause.message) };
        }
        throw cause;
    }
}

function fromBytes(bytes: string): string {
    return Buffer.from(bytes, "latin1").toString("utf8");
}

function parse(bytes: string, absolute: boolean): GoUrl {
    if (Array.from(bytes).some((byte) => byte < " " || byte === "\x7f")) {
        throw new UrlError("net/url: invalid control character in URL");
    }
    if (bytes === "" && absolute) {
        throw new UrlError("empty url");
    }
    if (bytes === "*") {
        return { scheme: "", host: "", text: "*" };
    }
    const { scheme, rest } = splitScheme(bytes);
    const { head, query } = splitQuery(rest);
    if (!head.startsWith("/")) {
        return parseRootless(scheme, head, query, absolute);
    }
    const hasAuthority = head.startsWith("//") && (scheme !== "" || (!absolute && !head.startsWith("///")));
    if (!hasAuthority) {
        const path = rewritten(head, "path");
        return { scheme, host: "", text: `${scheme === "" ? "" : `${scheme}:`}${path}${query}` };
    }
    const slash = head.indexOf("/", 2);
    const authority = parseAuthority(scheme, slash < 0 ? head.slice(2) : head.slice(2, slash));
    const path = rewritten(slash < 0 ? "" : head.slice(slash), "path");
    return { scheme, host: authority.host, text: textOf(scheme, authority, path, query) };
}

/** What comes before the first colon, if it looks like a scheme. */
function splitScheme(bytes: string): { scheme: string; rest: string } {
    if (bytes.startsWith(":")) {
        throw new UrlError("missing protocol scheme");
    }
    const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(bytes)?.[1];
    return scheme === undefined
        ? { scheme: "", rest: bytes }
        : { scheme: scheme.toLowerCase(), rest: bytes.slice(scheme.length + 1) };
}

/** The query keeps its question mark; Go never looks into it. */
function splitQuery(rest: string): { head: string; query: string } {
    const mark = rest.indexOf("?");
    return mark < 0 ? { head: rest, query: "" } : { head: rest.slice(0, mark), query: rest.slice(mark) };
}

function parseRootless(scheme: string, head: string, query: string, absolute: boolean): GoUrl {
    if (scheme !== "") {
        return { scheme, host: "", text: `${scheme}:${head}${query}` };
    }
    if (absolute) {
        throw new UrlError("invalid URI for request");
    }
    if (head.split("/", 1)[0]?.includes(":") === true) {
        throw new UrlError("first path segment in URL cannot contain colon");
    }
    const path = rewritten(head, "path");
    return { scheme, host: "", text: `${path.split("/", 1)[0]?.includes(":") === true ? "./" : ""}${path}${query}` };
}

interface Authority {
    /** Written anew, with its `@`; empty where there is none. */
    user: string;
    host: string;
}

function parseAuthority(scheme: string, authority: string): Authority {
    const at = authority.lastIndexOf("@");
    const host = parseHost(scheme, authority.slice(at + 1));
    return { user: at < 0 ? "" : `${parseUser(authority.slice(0, at))}@`, host };
}

function parseUser(user: string): string {
    if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user)) {
        throw new UrlError("net/url: invalid userinfo");
    }
    const colon = user.indexOf(":");
    const parts = colon < 0 ? [user] : [user.slice(0, colon), user.slice(colon + 1)];
    return parts.map((part) => escape(unescape(part, "user"), "user")).join(":");
}

function parseHost(scheme: string, host: string): string {
    const bracket = host.lastIndexOf("[");
    if (bracket > 0) {
        throw new UrlError("invalid IP-literal");
    }
    if (bracket === 0) {
        return parseAddress(host);
    }
    // Since Go 1.26 http and https hosts have at most one colon; other schemes keep the older, laxer reading.
    const isHttp = scheme === "http" || scheme === "https";
    const colon = isHttp ? host.indexOf(":") : host.lastIndexOf(":");
    requirePort(colon < 0 ? "" : host.slice(colon));
    return unescape(host, "host");
}

/** An IPv6 address in brackets, perhaps with a zone and a port. */
function parseAddress(host: string): string {
    const end = host.lastIndexOf("]");
    if (end < 0) {
        throw new UrlError("missing ']' in host");
    }
    requirePort(host.slice(end + 1));
    const inside = host.slice(1, end);
    const zone = inside.indexOf("%25");
    const name =
        zone < 0
            ? unescape(inside, "host")
            : unescape(inside.slice(0, zone), "host") + unescape(inside.slice(zone), "zone");
    if (isIPv4(name)) {
        throw new UrlError("invalid IP-literal");
    }
    const [address = "", ...zones] = name.split("%");
    if (!isIPv6(address) || (zones.length > 0 && zones.join("%") === "")) {
        throw new UrlError(`invalid host: ParseAddr(${JSON.stringify(name)})`);
    }
    return `[${name}]${host.slice(end + 1)}`;
}

function requirePort(port: string): void {
    if (!/^(:[0-9]*)?$/.test(port)) {
        throw new UrlError(`invalid port ${JSON.stringify(port)} after host`);
    }
}

function textOf(scheme: string, { user, host }: Authority, path: string, query: string): string {
    const hasSlashes = host !== "" || path !== "" || user !== "";
    // A relative reference with an empty authority (`//` alone, or `///path`) loses its slashes.
    const authority =
        scheme === "" && host === "" && user === "" ? "" : `${hasSlashes ? "//" : ""}${user}${escape(host, "host")}`;
    return `${scheme === "" ? "" : `${scheme}:`}${authority}${path}${query}`;
}

/** A path or fragment as Go writes it: as it was where that is well encoded, otherwise decoded and encoded anew. */
function rewritten(text: string, part: UrlPart): string {
    const decoded = unescape(text, part);
    return isEncoded(text, part) ? text : escape(decoded, part);
}
