/** Together with a length that four divides. Without groups, which a long text would overflow the stack with. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Decodes base64 as Go's `base64.StdEncoding` does: padded, line ends skipped, anything else refused. `Buffer.from`
 * alone would skip over every foreign character, and read other bytes than the cluster does, or some where it reads none.
 *
 * @returns undefined where Go returns an error
 */
export function decodeBase64(text: string): Buffer | undefined {
    const characters = text.replaceAll(/[\r\n]/g, "");
    return characters.length % 4 === 0 && BASE64.test(characters) ? Buffer.from(characters, "base64") : undefined;
}
