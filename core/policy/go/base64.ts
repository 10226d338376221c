/** The bytes that Go's decoder reads: padded, line ends skipped, nothing else. Undefined where Go refuses. */
export function decodeBase64(text: string): Buffer | undefined {
    const characters = text.replaceAll(/[\r\n]/g, "");
    const digits = characters.replace(/={1,2}$/, "");
    return characters.length % 4 === 0 && !/[^A-Za-z0-9+/]/.test(digits)
        ? Buffer.from(characters, "base64")
        : undefined;
}
