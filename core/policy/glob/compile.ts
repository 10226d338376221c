/**
 * Globs as policy-controller compiles them (pkg/apis/glob/glob.go), as automata in place of regular expressions: time grows
 * with the lengths only, whatever the glob is.
 */

/** The characters of a glob; there is nothing else, and no way to escape one. */
const GLOB = /^[a-zA-Z0-9\-_:/*.@]+$/;

/** What Go's `filepath.Match` looks at, which the webhook asks first: up to a star, escapes and classes must be whole. */
const SHELL_PATTERN = /^\**(?!\*)(?:[^[\\*]|\\[^]|\[\^?(?:(?:[^\]\\-]|\\[^])(?:-(?:[^\]\\-]|\\[^]))?)+\])*(?:\*|$)/u;

/** Two globs that mean Docker Hub. Only these two exactly: `*` inside a longer glob has no such meaning. */
const SHORTHANDS: ReadonlyMap<string, string> = new Map([
    ["*", "index.docker.io/library/*"],
    ["*/*", "index.docker.io/*/*"],
]);

/** Why the webhook refuses a glob, in its words; undefined where it takes it. */
export function globRefusal(glob: string): string | undefined {
    if (GLOB.test(glob)) {
        return undefined;
    }
    return SHELL_PATTERN.test(glob) ? `invalid glob ${JSON.stringify(glob)}` : "syntax error in pattern";
}

/** Places between the pieces of a glob, as bits: where it can stand after some characters. */
export type Positions = bigint;

/**
 * A glob as an automaton. Its pieces are characters that stand for themselves, `*` (anything but a slash) and `**`
 * (anything); of several stars in a row, each two from the left are `**`.
 */
export class GlobMachine {
    /** Where the glob stands before the first character. */
    public readonly start: Positions;
    /** What every name begins with that the glob matches. */
    public readonly prefix: string;
    /** The characters that the glob names. */
    public readonly characters: ReadonlySet<string>;
    readonly #pieces: readonly string[];
    readonly #places: ReadonlyMap<string, Positions>;

    /** @param glob a glob that `globRefusal` has nothing against */
    public constructor(glob: string) {
        this.#pieces = (SHORTHANDS.get(glob) ?? glob).match(/\*\*|[^]/g) ?? [];
        const wildcard = this.#pieces.findIndex((piece) => piece.startsWith("*"));
        this.prefix = this.#pieces.slice(0, wildcard < 0 ? undefined : wildcard).join("");
        const places = new Map<string, Positions>();
        this.#pieces.forEach((piece, index) => places.set(piece, (places.get(piece) ?? 0n) | (1n << BigInt(index))));
        this.#places = places;
        this.characters = new Set(this.#pieces.filter((piece) => !piece.startsWith("*")));
        this.start = this.#skipWildcards(1n);
    }

    /** Where the glob can stand after one more character; 0n where it does not go on with it. */
    public after(positions: Positions, character: string): Positions {
        const moved = (positions & this.#placesOf(character)) << 1n;
        const stayed = positions & (this.#placesOf("**") | (character === "/" ? 0n : this.#placesOf("*")));
        return this.#skipWildcards(moved | stayed);
    }

    /** Where the glob can stand after a whole text. */
    public afterAll(positions: Positions, text: string): Positions {
        return Array.from(text).reduce((reached, character) => this.after(reached, character), positions);
    }

    /** True where the glob can be used up. */
    public isAtEnd(positions: Positions): boolean {
        return (positions & (1n << BigInt(this.#pieces.length))) !== 0n;
    }

    /** True where only wildcards can be left, at least one: whatever follows without a slash, the glob takes it. */
    public isOpenEnded(positions: Positions): boolean {
        const fixed = this.#pieces.findLastIndex((piece) => !piece.startsWith("*"));
        const wildcards = (1n << BigInt(this.#pieces.length)) - (1n << BigInt(fixed + 1));
        return (positions & wildcards) !== 0n;
    }

    #placesOf(piece: string): Positions {
        return this.#places.get(piece) ?? 0n;
    }

    /** A wildcard may stand for nothing. */
    #skipWildcards(positions: Positions): Positions {
        const wildcards = this.#placesOf("*") | this.#placesOf("**");
        const skipped = positions | ((positions & wildcards) << 1n);
        return skipped === positions ? positions : this.#skipWildcards(skipped);
    }
}
