import { KeyError } from "./errors";

/**
 * A password as the bytes that cosign would be given: UTF-8, not normalised, a newline at its end included. The empty
 * password is legal.
 *
 * @throws {@link KeyError} `password-not-unicode`
 */
export function passwordBytes(password: string): Buffer {
    const bytes = Buffer.from(password, "utf8");
    if (bytes.toString("utf8") !== password) {
        throw new KeyError(
            "password-not-unicode",
            "The password holds half of a surrogate pair, which no terminal or environment variable can carry. Use whole characters.",
            "password",
        );
    }
    return bytes;
}
