/**
 * Percent-encoding as Go's net/url does it, on "byte strings": every character stands for one byte (latin1), so that
 * what is decoded need not be UTF-8.
 */

/** The part of a URL that a text stands in; which characters must be encoded depends on it. */
export type UrlPart = "path" | "host" | "zone" | "user" | "fragment";

/** The characters besides letters and digits that stand for themselves, by part (net/url, encoding_table.go). */
const PLAIN: Readonly<Record<UrlPart, string>> = {
    path: "-_.~$&+,/:;=@",
    host: "-_.~!$&'()*+,;=:[]<>\"",
    zone: "-_.~!$&'()*+,;=:[]<>\"",
    user: "-_.~$&+,;=",
    fragment: "-_.~$&+,/:;=?@!()*",
};

/** True for a byte that has to be encoded there. */
function mustEscape(byte: string, part: UrlPart): boolean {
    return !/[A-Za-z0-9]/.test(byte) && !PLAIN[part].includes(byte);
}

/** The text with what must be encoded encoded. */
export function escape(text: string, part: UrlPart): string {
    return Array.from(text, (byte) => (mustEscape(byte, part) ? encodeByte(byte) : byte)).join("");
}

function encodeByte(byte: string): string {
    return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

/** What makes a text unreadable, in Go's words. */
export class PercentError extends Error {
    public override readonly name = "PercentError";
}

/** The text with its percent signs decoded. @throws PercentError where Go refuses */
export function unescape(text: string, part: UrlPart): string {
    return text.replaceAll(/%.{0,2}|[^%]/gs, (piece) => {
        if (piece.startsWith("%")) {
            return decodePiece(piece, part);
        }
        if ((part === "host" || part === "zone") && piece.charCodeAt(0) < 0x80 && mustEscape(piece, part)) {
            throw new PercentError(`invalid character ${JSON.stringify(piece)} in host name`);
        }
        return piece;
    });
}

function decodePiece(piece: string, part: UrlPart): string {
    const byte = /^%[0-9A-Fa-f]{2}$/.test(piece) ? String.fromCharCode(parseInt(piece.slice(1), 16)) : undefined;
    // In a host only what is not ASCII may be encoded (RFC 3986), and `%25`, which begins an IPv6 zone (RFC 6874).
    const isAllowed =
        part === "host"
            ? byte !== undefined && (byte.charCodeAt(0) >= 0x80 || piece === "%25")
            : part !== "zone" || piece === "%25" || byte === " " || (byte !== undefined && !mustEscape(byte, "host"));
    if (byte === undefined || !isAllowed) {
        throw new PercentError(`invalid URL escape ${JSON.stringify(piece)}`);
    }
    return byte;
}

/** True for a text that Go keeps as it was written, instead of encoding its decoded form anew. */
export function isEncoded(text: string, part: UrlPart): boolean {
    return Array.from(text).every((byte) => "!$&'()*+,;=:@[]%".includes(byte) || !mustEscape(byte, part));
}
