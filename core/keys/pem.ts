/**
 * PEM as Go's encoding/pem/pem.go writes and reads it, because both cosign and policy-controller read keys with it.
 */
import { decodeBase64 } from "../policy/go/base64";

/** Go's `pemLineLength`. */
const LINE_LENGTH = 64;

const END = "-----END ";
const BEGIN_LINE = /^-----BEGIN (.*)-----$/;

/** One PEM block. */
export interface PemBlock {
    /**
     * What stands between `BEGIN` and the dashes, such as `PUBLIC KEY`. Comes from the file: never quote it in a
     * message.
     */
    readonly type: string;
    /** Names of the RFC 1421 headers, such as `DEK-Info`. */
    readonly headers: readonly string[];
    /** The decoded body. */
    readonly body: Buffer;
    /** What follows the block's END line. */
    readonly rest: string;
}

/**
 * Writes a PEM block byte for byte as Go's `pem.Encode` does: no headers, 64 characters a line, a newline at the end.
 */
export function encodePem(type: string, body: Uint8Array): string {
    const base64 = Buffer.from(body).toString("base64");
    const lines = [];
    for (let start = 0; start < base64.length; start += LINE_LENGTH) {
        lines.push(base64.slice(start, start + LINE_LENGTH));
    }
    return [`-----BEGIN ${type}-----`, ...lines, `-----END ${type}-----`, ""].join("\n");
}

/**
 * Finds the first block that Go's `pem.Decode` would return.
 *
 * As there: text before the block is skipped; BEGIN and END stand at the start of a line; lines end in LF or CRLF and
 * may have blanks and tabs at their end; a block that does not decode is skipped as if it were text.
 */
export function decodePem(text: string): PemBlock | undefined {
    const lines = splitLines(text);
    let begin: number | undefined;
    for (const [index, line] of lines.entries()) {
        if (line.startsWith("-----BEGIN ")) {
            // The last BEGIN before an END counts, so that one without an END hides nothing.
            begin = index;
        } else if (line.startsWith(END) && index > 0) {
            const block = begin === undefined ? undefined : decodeBlock(lines.slice(begin, index + 1));
            if (block !== undefined) {
                return { ...block, rest: lines.slice(index + 1).join("\n") };
            }
            // Go goes on right behind an END that ends nothing, as if the text began there.
            lines[index] = line.slice(END.length);
            begin = line.startsWith(`${END}-----BEGIN `) ? index : undefined;
        }
    }
    return undefined;
}

/** Go's `getLine`: a CR goes only before an LF, and then blanks and tabs. */
function splitLines(text: string): string[] {
    return text.split(/\r?\n/).map(withoutBlanksAtEnd);
}

/** A regular expression would look at the blanks inside of a line once for each of them: minutes for a hostile file. */
function withoutBlanksAtEnd(line: string): string {
    let end = line.length;
    while (line[end - 1] === " " || line[end - 1] === "\t") {
        end -= 1;
    }
    return line.slice(0, end);
}

function decodeBlock(lines: readonly string[]): Omit<PemBlock, "rest"> | undefined {
    const type = BEGIN_LINE.exec(lines[0] ?? "")?.[1];
    if (type === undefined || lines.at(-1) !== `-----END ${type}-----`) {
        return undefined;
    }
    const content = lines.slice(1, -1);
    const firstBodyLine = content.findIndex((line) => !line.includes(":"));
    if (firstBodyLine === -1 && content.length > 0) {
        return undefined; // Headers end with a line that is none; without one, Go has run into the END line.
    }
    const headerCount = Math.max(firstBodyLine, 0);
    const body = decodeBase64(content.slice(headerCount).join("").replaceAll(/[ \t]/g, ""));
    if (body === undefined) {
        return undefined;
    }
    const headers = content.slice(0, headerCount).map((line) => line.slice(0, line.indexOf(":")).trim());
    return { type, headers, body };
}
