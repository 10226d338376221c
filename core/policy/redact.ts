/** A PEM block from its first line to its last, or to the end where the last line is missing or does not follow. */
const PEM_BLOCK = /(?<begin>-+ *BEGIN [^-]*-+)(?<body>.*?)(?:-+ *END [^-]*-+|$)/gs;

/** More base64 in one piece than any word of a sentence has. */
const BASE64 = /[A-Za-z0-9+/]{16}/;

/** A line of a PEM block has 64 such characters; a path of words can have as many. */
const LONG_BASE64 = /[A-Za-z0-9+/]{32,}={0,2}…?/g;

/** A text that may repeat what stands in a file, without what may be a private key, which can stand anywhere. */
export function withoutKeyMaterial(text: string): string {
    return text
        .replaceAll(PEM_BLOCK, (block, begin: string, body: string) => (BASE64.test(body) ? `${begin}…` : block))
        .replaceAll(LONG_BASE64, (run) => (isRandom(run) ? "…" : run));
}

/**
 * Whether base64 stands for bytes rather than for words or a hash in hexadecimal digits. Of bytes every sixth character is
 * a digit, and two of three have a neighbour of another kind; in words most have one of their own.
 */
function isRandom(run: string): boolean {
    const parts = run.split("/").filter((part) => !/^(?:[0-9a-f]+|[0-9A-F]+)$/.test(part));
    const kinds = Array.from(parts.join("/"), (character) => KINDS.findIndex((kind) => kind.test(character)));
    const changes = kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1]).length;
    const digits = kinds.filter((kind) => kind === 0).length;
    return FIRST_OF_KEY.test(run) || (digits >= 2 && changes >= 0.4 * run.length);
}

/** How DER begins, and PEM in base64. */
const FIRST_OF_KEY = /^(?:M[CHI]|LS0t)/;

const KINDS = [/[0-9]/, /[a-z]/, /[A-Z]/, /./] as const;
