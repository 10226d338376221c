import { parseReference, referenceName } from "../go/reference";
import { advance, globRefusal, isAtEnd, start, tokensOf } from "./compile";

import type { GlobToken } from "./compile";

/**
 * True where a glob matches a name exactly as written. For an image as a workload names it, see `matchesImage`.
 *
 * Linear in both lengths: a glob with many `**` cannot be made to take long, as a regular expression could.
 */
export function matchesName(glob: string, name: string): boolean {
    const tokens = tokensOf(glob);
    return globRefusal(glob) === undefined && isAtEnd(tokens, consume(tokens, start(tokens), name));
}

/**
 * The name that globs are matched against at admission (`validateContainerImage` in validator.go): the digest in place of
 * the tag, Docker Hub as `index.docker.io`, its single names below `library/`.
 *
 * @param image an image as a workload names it
 * @param digest what the registry answers for the tag, where `image` has no digest itself
 * @returns undefined for what is no reference, and where no digest is known
 */
export function admissionName(image: string, digest?: string): string | undefined {
    const reference = parseReference(image);
    const known = reference?.digest ?? digest;
    return reference === undefined || known === undefined ? undefined : referenceName({ ...reference, digest: known });
}

/**
 * Whether a glob matches an image at admission.
 *
 * @param digest what the registry answers for the tag, where `image` has no digest itself
 * @returns undefined where no digest is known, and the glob matches with some and not with others
 */
export function matchesImage(glob: string, image: string, digest?: string): boolean | undefined {
    const reference = parseReference(image);
    if (reference === undefined || globRefusal(glob) !== undefined) {
        return false;
    }
    const known = reference.digest ?? digest;
    return known === undefined
        ? matchesSomeDigest(glob, referenceName({ ...reference, digest: "sha256:" }))
        : matchesName(glob, referenceName({ ...reference, digest: known }));
}

/** Hexadecimal digits of a SHA-256. */
const DIGEST_DIGITS = 64;

function matchesSomeDigest(glob: string, nameWithoutDigits: string): boolean | undefined {
    const tokens = tokensOf(glob);
    const begin = consume(tokens, start(tokens), nameWithoutDigits);
    if (Array.from(begin).some((position) => isOnlyWildcards(tokens.slice(position)))) {
        return true;
    }
    const end = Array.from({ length: DIGEST_DIGITS }).reduce<Set<number>>(
        (positions) =>
            new Set(Array.from("0123456789abcdef").flatMap((digit) => [...advance(tokens, positions, digit)])),
        begin,
    );
    return isAtEnd(tokens, end) ? undefined : false;
}

function isOnlyWildcards(tokens: readonly GlobToken[]): boolean {
    return tokens.length > 0 && tokens.every((token) => token.kind !== "character");
}

function consume(tokens: readonly GlobToken[], positions: Set<number>, text: string): Set<number> {
    return Array.from(text).reduce((reached, character) => advance(tokens, reached, character), positions);
}
