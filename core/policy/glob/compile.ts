/**
 * Globs as policy-controller compiles them (pkg/apis/glob/glob.go).
 */

/** One piece of a glob: a character that stands for itself, `*` (anything but a slash) or `**` (anything). */
export type GlobToken = { kind: "character"; character: string } | { kind: "segment" } | { kind: "anything" };

/** The characters of a glob; there is nothing else, and no way to escape one. */
const GLOB = /^[a-zA-Z0-9\-_:/*.@]+$/;

/** Two globs that mean Docker Hub. Only these two exactly: `*` inside a longer glob has no such meaning. */
const SHORTHANDS: ReadonlyMap<string, string> = new Map([
    ["*", "index.docker.io/library/*"],
    ["*/*", "index.docker.io/*/*"],
]);

/** Why the webhook refuses a glob, in its words; undefined where it takes it. */
export function globRefusal(glob: string): string | undefined {
    return GLOB.test(glob) ? undefined : `invalid glob ${JSON.stringify(glob)}`;
}

/** The glob with the two shorthands for Docker Hub spelled out. */
export function expandGlob(glob: string): string {
    return SHORTHANDS.get(glob) ?? glob;
}

/** The glob's pieces. Of several stars in a row, each two from the left are `**`. */
export function tokensOf(glob: string): GlobToken[] {
    return (expandGlob(glob).match(/\*\*|[^]/g) ?? []).map((piece) => {
        switch (piece) {
            case "**":
                return { kind: "anything" };
            case "*":
                return { kind: "segment" };
            default:
                return { kind: "character", character: piece };
        }
    });
}

/**
 * Where a glob can stand after one more character: positions are counted between tokens, and a wildcard may be passed
 * without a character.
 */
export function advance(tokens: readonly GlobToken[], positions: ReadonlySet<number>, character: string): Set<number> {
    const next = new Set<number>();
    for (const position of positions) {
        const token = tokens[position];
        if (token === undefined) {
            continue;
        }
        if (token.kind === "character") {
            if (token.character === character) {
                next.add(position + 1);
            }
        } else if (token.kind === "anything" || character !== "/") {
            next.add(position);
        }
    }
    return withSkippedWildcards(tokens, next);
}

/** Where a glob stands before the first character. */
export function start(tokens: readonly GlobToken[]): Set<number> {
    return withSkippedWildcards(tokens, new Set([0]));
}

/** True where the glob is used up. */
export function isAtEnd(tokens: readonly GlobToken[], positions: ReadonlySet<number>): boolean {
    return positions.has(tokens.length);
}

function withSkippedWildcards(tokens: readonly GlobToken[], positions: Set<number>): Set<number> {
    // A Set's iteration reaches what is added during it, so that rows of wildcards are skipped as well.
    for (const position of positions) {
        const token = tokens[position];
        if (token !== undefined && token.kind !== "character") {
            positions.add(position + 1);
        }
    }
    return positions;
}
