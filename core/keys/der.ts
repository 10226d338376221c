import { KeyError } from "./errors";

/**
 * Checks that a DER structure fills its bytes exactly. OpenSSL and Go's PKCS#8 reader stop at its end and ignore what
 * follows; a key with something glued to it is a broken file, and hides bytes that nobody looks at.
 *
 * @throws {@link KeyError} `key-malformed`, `key-truncated`, `key-trailing-data`
 */
export function requireWholeDer(der: Uint8Array): void {
    const length = sequenceLength(der);
    if (length === undefined) {
        throw new KeyError(
            "key-malformed",
            "The block holds no ASN.1 sequence, so no key. Copy the whole file again.",
            "pem.body",
        );
    }
    if (length > der.length) {
        throw new KeyError(
            "key-truncated",
            "The key inside the block is cut off. Copy the whole file again.",
            "pem.body",
        );
    }
    if (length < der.length) {
        throw new KeyError(
            "key-trailing-data",
            "There are more bytes in the block than the key has. Write the key anew: openssl pkey -in FILE.",
            "pem.body",
        );
    }
}

/** The length in bytes of the SEQUENCE at the start, header included (X.690, 8.1.3). */
function sequenceLength(der: Uint8Array): number | undefined {
    const [tag, first] = der;
    if (tag !== 0x30 || first === undefined) {
        return undefined;
    }
    if (first < 0x80) {
        return 2 + first;
    }
    const lengthBytes = first & 0x7f;
    if (lengthBytes === 0 || lengthBytes > 4 || der.length < 2 + lengthBytes) {
        return undefined;
    }
    return der.subarray(2, 2 + lengthBytes).reduce((length, byte) => length * 256 + byte, 0) + 2 + lengthBytes;
}
