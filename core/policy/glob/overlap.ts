import { advance, isAtEnd, start, tokensOf } from "./compile";
import { isWholeName, NAME_START, nextInName } from "./names";

import type { GlobToken } from "./compile";
import type { NameState } from "./names";

/** What a glob may have to say of a name: the characters that globs can have. */
const CHARACTERS = Array.from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:/.@");

/** So many states are looked at; far above what globs of people need, and a fraction of a second. */
const STATE_LIMIT = 100_000;

/** True where there can be an image whose name at admission every one of the globs matches. */
export function canMatchTogether(globs: readonly string[]): boolean {
    const machines = globs.map(tokensOf);
    const alphabet = alphabetOf(machines);
    const first: Search = { name: NAME_START, positions: machines.map(start) };
    const seen = new Set([keyOf(first)]);
    const open = [first];
    for (let current = open.pop(); current !== undefined; current = open.pop()) {
        if (
            isWholeName(current.name) &&
            machines.every((tokens, index) => isAtEnd(tokens, positionsAt(current, index)))
        ) {
            return true;
        }
        for (const next of followersOf(current, machines, alphabet)) {
            const key = keyOf(next);
            if (!seen.has(key)) {
                seen.add(key);
                open.push(next);
            }
        }
        if (seen.size > STATE_LIMIT) {
            // Not decided. Saying "never" here could be wrong; saying nothing cannot.
            return true;
        }
    }
    return false;
}

/** True where there can be an image that the glob matches. */
export function canMatch(glob: string): boolean {
    return canMatchTogether([glob]);
}

/** A place in the search: how far a name is, and where each glob stands. */
interface Search {
    name: NameState;
    positions: ReadonlySet<number>[];
}

function followersOf(current: Search, machines: readonly GlobToken[][], alphabet: readonly string[]): Search[] {
    return alphabet.flatMap((character) => {
        const name = nextInName(current.name, character);
        if (name === undefined) {
            return [];
        }
        const positions = machines.map((tokens, index) => advance(tokens, positionsAt(current, index), character));
        return positions.some((reached) => reached.size === 0) ? [] : [{ name, positions }];
    });
}

/** Characters that no glob names all lead to the same places: one letter, one digit and the names' own signs do. */
function alphabetOf(machines: readonly GlobToken[][]): string[] {
    const named = new Set(machines.flat().map((token) => (token.kind === "character" ? token.character : "")));
    return CHARACTERS.filter((character) => named.has(character) || "ag0sh256/.:@".includes(character));
}

function positionsAt(search: Search, index: number): ReadonlySet<number> {
    return search.positions[index] ?? new Set();
}

function keyOf({ name, positions }: Search): string {
    return [
        ...(Object.values(name) as unknown[]),
        ...positions.map((reached) => [...reached].sort((a, b) => a - b).join(".")),
    ].join("|");
}
