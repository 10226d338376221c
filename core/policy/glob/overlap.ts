import { GlobMachine } from "./compile";
import { isWholeName, NAME_START, nextInName } from "./names";

import type { Positions } from "./compile";
import type { NameState } from "./names";

/** So many states are looked at: far above what globs of people need, and within a second. */
const STATE_LIMIT = 20_000;

/**
 * True where there can be an image whose name at admission every one of the globs matches. False is certain; true is as
 * well, but for globs that nobody would write by hand.
 */
export function canMatchTogether(globs: readonly string[]): boolean {
    if (!prefixesAgree(globs)) {
        return false;
    }
    const machines = globs.map((glob) => new GlobMachine(glob));
    if (!haveCommonBeginning(machines)) {
        return false;
    }
    const alphabet = alphabetOf(machines);
    const first: Search = { name: NAME_START, positions: machines.map(({ start }) => start) };
    const seen = new Set([keyOf(first)]);
    const open = [first];
    for (let current = open.pop(); current !== undefined && seen.size <= STATE_LIMIT; current = open.pop()) {
        if (isFound(current, machines)) {
            return true;
        }
        for (const next of followersOf(current, machines, alphabet)) {
            const key = keyOf(next);
            if (!seen.has(key)) {
                seen.add(key);
                open.push(next);
            }
        }
    }
    // Beyond the limit it is not decided: to say "never" could be wrong, to say nothing cannot.
    return seen.size > STATE_LIMIT;
}

/** What stands before the first star begins every name that a glob matches: a quick no for most pairs. */
function prefixesAgree(globs: readonly string[]): boolean {
    const prefixes = globs.map((glob) => glob.split("*", 1)[0] ?? "");
    const longest = prefixes.reduce((left, right) => (left.length >= right.length ? left : right), "");
    return prefixes.every((prefix) => longest.startsWith(prefix));
}

/** True where there can be an image that the glob matches. */
export function canMatch(glob: string): boolean {
    return canMatchTogether([glob]);
}

/** Most globs of a cluster part at their first letters; a search would find the same, and take longer. */
function haveCommonBeginning(machines: readonly GlobMachine[]): boolean {
    const longest = machines.reduce((longer, { prefix }) => (prefix.length > longer.length ? prefix : longer), "");
    return machines.every(({ prefix }) => longest.startsWith(prefix));
}

/** A place in the search: how far a name is, and where each glob stands. */
interface Search {
    name: NameState;
    positions: readonly Positions[];
}

function isFound({ name, positions }: Search, machines: readonly GlobMachine[]): boolean {
    return isWholeName(name) && machines.every((machine, index) => machine.isAtEnd(positions[index] ?? 0n));
}

function followersOf(current: Search, machines: readonly GlobMachine[], alphabet: readonly string[]): Search[] {
    return alphabet.flatMap((character) => {
        const name = nextInName(current.name, character);
        if (name === undefined) {
            return [];
        }
        const positions = machines.map((machine, index) => machine.after(current.positions[index] ?? 0n, character));
        return positions.includes(0n) ? [] : [{ name, positions }];
    });
}

/** Characters that no glob names all lead to the same places: a letter, a digit and the names' own signs do for them. */
function alphabetOf(machines: readonly GlobMachine[]): string[] {
    const named = machines.flatMap(({ characters }) => Array.from(characters));
    return Array.from(new Set([...Array.from("ag0sh256/.:@"), ...named]));
}

function keyOf({ name, positions }: Search): string {
    return [...(Object.values(name) as unknown[]), ...positions].join("|");
}
