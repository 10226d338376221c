/** A PEM block from its first line to its last, or to the end where the last line is missing or does not follow. */
const PEM_BLOCK = /(?<begin>-+ *BEGIN [^-]*-+)(?<body>.*?)(?:-+ *END [^-]*-+|$)/gs;

/** More base64 in one piece than any word of a sentence has. */
const BASE64 = /[A-Za-z0-9+/]{16}/;

/**
 * The base64 of a private key from its beginning, and the lines below it: DER, a sequence whose first element is the integer 0
 * or 1 (RFC 5958, RFC 5915, RFC 8017), or PEM that was encoded once more. In any case of letters: what is said of a name may
 * repeat it in lower case.
 */
const KEY_FROM_ITS_BEGINNING =
    /(?:M[A-H].CAQ[AE]|MI[GH].AgE[AB]|MII..[AQgw]IBA|LS0tLS1C)[A-Z0-9+/]{24,}(?:(?:\s|\\[nr])+[A-Z0-9+/]{16,})*={0,2}…?/gi;

/** A line of a PEM block has 64 such characters; a path of words can have as many. */
const LONG_BASE64 = /[A-Za-z0-9+/]{32,}={0,2}…?/g;

/**
 * A text that may repeat what stands in a file, without what may be a private key, which can stand anywhere. A key is known for
 * certain by how it begins; a piece of one by its looks, which some 3 of 10,000 such lines do not have.
 */
export function withoutKeyMaterial(text: string): string {
    return text
        .replaceAll(PEM_BLOCK, (block, begin: string, body: string) => (BASE64.test(body) ? `${begin}…` : block))
        .replaceAll(KEY_FROM_ITS_BEGINNING, "…")
        .replaceAll(LONG_BASE64, (run) => (looksRandom(run) ? "…" : run));
}

/**
 * Whether base64 stands for bytes rather than for words or a hash in hexadecimal digits. Of bytes every sixth character is
 * a digit, and two of three have a neighbour of another kind; in words most have one of their own.
 */
function looksRandom(run: string): boolean {
    const parts = run.split("/").filter((part) => !/^(?:[0-9a-f]+|[0-9A-F]+)$/.test(part));
    const kinds = Array.from(parts.join("/"), (character) => KINDS.findIndex((kind) => kind.test(character)));
    const changes = kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1]).length;
    const digits = kinds.filter((kind) => kind === 0).length;
    return digits >= 2 && changes >= 0.4 * run.length;
}

const KINDS = [/[0-9+]/, /[a-z]/, /[A-Z]/, /./] as const;
