import { parseReference, referenceName } from "../go/reference";
import { GlobMachine, globRefusal } from "./compile";

import type { Positions } from "./compile";

/** True where a glob matches a name exactly as written. For an image as a workload names it, see `matchesImage`. */
export function matchesName(glob: string, name: string): boolean {
    const [prefix = ""] = glob.split("*", 1);
    if (!name.startsWith(prefix) || globRefusal(glob) !== undefined) {
        return false;
    }
    if (glob === `${prefix}**`) {
        return true; // Most globs; the automaton takes a hundred times as long.
    }
    const machine = new GlobMachine(glob);
    return machine.isAtEnd(machine.afterAll(machine.start, name));
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

const HEXADECIMAL = Array.from("0123456789abcdef");

/** Hexadecimal digits of a SHA-256. */
const DIGEST_DIGITS = 64;

/** Whether the glob takes the name with every digest (true), with none (false), or with some. */
function matchesSomeDigest(glob: string, nameWithoutDigits: string): boolean | undefined {
    const machine = new GlobMachine(glob);
    const begin = machine.afterAll(machine.start, nameWithoutDigits);
    if (machine.isOpenEnded(begin)) {
        return true;
    }
    const end = Array.from({ length: DIGEST_DIGITS }).reduce<Positions>(
        (positions) => HEXADECIMAL.reduce((reached, digit) => reached | machine.after(positions, digit), 0n),
        begin,
    );
    return machine.isAtEnd(end) ? undefined : false;
}
