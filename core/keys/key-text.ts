/**
 * From the content of a key file to its one PEM block.
 *
 * Stricter than cosign and policy-controller in what surrounds the block: both take the first block and say nothing of
 * what follows, so that a second key in a policy looks trusted and is not.
 */
import { KeyError } from "./errors";
import { decodePem, type PemBlock } from "./pem";

/** Far above any key: an encrypted RSA key of 4096 bits has about 4.5 KiB. */
export const MAXIMUM_KEY_CHARACTERS = 64 * 1024;

/** The content of a key file: text, or its bytes as read from disk. */
export type KeyText = string | Uint8Array;

/**
 * Reads the one PEM block of a key file. Text before it is skipped, as Go does (`openssl` writes some there).
 *
 * @throws {@link KeyError} `key-too-large`, `key-not-text`, `key-no-pem`, `key-truncated`, `key-malformed`,
 * `key-several-blocks`, `key-trailing-data`
 */
export function readOnlyBlock(input: KeyText): PemBlock {
    const text = readText(input);
    const begins = text.match(/^-----BEGIN /gm)?.length ?? 0;
    const block = decodePem(text);
    if (begins > 1) {
        throw new KeyError(
            "key-several-blocks",
            text.includes("-----BEGIN EC PARAMETERS-----")
                ? "There is an EC PARAMETERS block in front of the key. Delete it, or write the key without it: openssl ecparam -genkey -noout."
                : "There is more than one PEM block, of which only the first would count. Keep one key in one file; for two trusted keys, write two authorities.",
        );
    }
    if (block === undefined) {
        throw withoutBlock(text);
    }
    if (block.rest.trim() !== "") {
        throw new KeyError("key-trailing-data", "There is text after the END line. Delete what follows the END line.");
    }
    return block;
}

/**
 * Reads the block that policy-controller would read: the first that decodes, whatever surrounds it.
 *
 * @throws {@link KeyError} `key-no-pem`, `key-truncated`, `key-malformed`
 */
export function readFirstBlock(input: KeyText): PemBlock {
    // Go reads bytes. Only ASCII matters to PEM, so that one character a byte is as good and cannot fail.
    const text = typeof input === "string" ? input : Buffer.from(input).toString("latin1");
    const block = decodePem(text);
    if (block === undefined) {
        throw withoutBlock(text);
    }
    return block;
}

function readText(input: KeyText): string {
    if (input.length > MAXIMUM_KEY_CHARACTERS) {
        throw new KeyError(
            "key-too-large",
            `This is longer than ${MAXIMUM_KEY_CHARACTERS} characters, which no key is. Give the key's own file.`,
        );
    }
    const text = typeof input === "string" ? input : decodeUtf8(input);
    // U+FFFD is what other readers put where bytes are not UTF-8: the original bytes are gone by then.
    if (text === undefined || text.includes("\uFFFD") || text.includes("\0")) {
        throw new KeyError(
            "key-not-text",
            "This is not UTF-8 text, so it is no PEM file. Convert DER with openssl pkey -inform DER (with -pubin for a public key); save a UTF-16 file, as PowerShell's > writes it, as UTF-8.",
        );
    }
    return text;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
    try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
        return undefined;
    }
}

/**
 * Why there is no block: the usual ways in which a PEM text breaks on its way through YAML, variables and templates.
 */
function withoutBlock(text: string): KeyError {
    if (!/-----(?:BEGIN|END) /.test(text)) {
        return new KeyError("key-no-pem", "There is no PEM block in it. Give a file that begins with -----BEGIN.");
    }
    if (text.startsWith("\uFEFF")) {
        return new KeyError(
            "key-no-pem",
            "It begins with a byte order mark, behind which no PEM block is found. Save it as UTF-8 without one.",
        );
    }
    if (text.includes("\\n")) {
        return new KeyError(
            "key-no-pem",
            "It has the two characters \\n where line ends should be. Give it with real line ends.",
        );
    }
    if (!/^-----BEGIN [^-]*-----[ \t]*\r?$/m.test(text)) {
        return new KeyError(
            "key-no-pem",
            "The BEGIN line does not stand alone at the start of a line. Remove the indentation, and put BEGIN and END on lines of their own.",
        );
    }
    if (!/^-----END /m.test(text)) {
        return new KeyError(
            "key-truncated",
            "There is a BEGIN line without an END line at the start of a line. Copy the whole file, without indentation.",
        );
    }
    return new KeyError(
        "key-malformed",
        "Between BEGIN and END there is no valid base64, or END names another type than BEGIN. Copy the whole file again.",
        "pem.body",
    );
}
