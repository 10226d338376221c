/** Without characters that a terminal obeys or that turn the text around: names and values come from files of others. */
export function printable(text: string): string {
    return text.replaceAll(
        /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
        (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
    );
}
