/** A PEM block from its first line to its last, or to the end where the last line is missing or does not follow. */
const PEM_BLOCK = /(?<begin>-+ *BEGIN [^-]*-+)(?<body>.*?)(?:-+ *END [^-]*-+|$)/gs;

/** More base64 in one piece than any word of a sentence has. */
const BASE64 = /[A-Za-z0-9+/]{16}/;

/** A text that may repeat what stands in a file, without the inside of PEM blocks: a private key may be anywhere. */
export function withoutKeyMaterial(text: string): string {
    return text.replaceAll(PEM_BLOCK, (block, begin: string, body: string) =>
        BASE64.test(body) ? `${begin}…` : block,
    );
}
