/** How many letters may differ for a name to be taken for a slip of another. */
const CLOSE_EDITS = 2;

/** The name that was probably meant: the same in another case, or one or two letters away. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
    const plain = simplified(name);
    const same = candidates.find((candidate) => simplified(candidate) === plain);
    if (same !== undefined) {
        return same;
    }
    const [closest] = candidates
        .map((candidate) => ({ candidate, edits: editsBetween(plain, simplified(candidate)) }))
        .filter(({ candidate, edits }) => edits <= CLOSE_EDITS && edits < candidate.length / 2)
        .sort((left, right) => left.edits - right.edits);
    return closest?.candidate;
}

/** `caCert`, `ca-cert` and `CA_CERT` are one name to a human. */
function simplified(name: string): string {
    return name.toLowerCase().replaceAll(/[-_]/g, "");
}

/** Levenshtein's distance, row by row; names that are much longer than any field are not worth the time. */
function editsBetween(left: string, right: string): number {
    if (Math.abs(left.length - right.length) > CLOSE_EDITS) {
        return Infinity;
    }
    const last = Array.from(left).reduce(
        (row, letter, index) => {
            const next = [index + 1];
            Array.from(right).forEach((other, column) => {
                const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
                next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
            });
            return next;
        },
        Array.from({ length: right.length + 1 }, (_, index) => index),
    );
    return last[right.length] ?? Infinity;
}
