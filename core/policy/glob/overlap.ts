import { Automaton, NOWHERE } from "./automaton";
import { GlobMachine } from "./compile";
import { isWholeName, NAME_START, nextInName } from "./names";

import type { Place } from "./automaton";
import type { Positions } from "./compile";
import type { NamesOf, NameState } from "./names";

/** So many places are looked at: far above what globs of people need, and within a second. */
const PLACE_LIMIT = 20_000;

/** What is searched for an answer: an automaton, and where it may end. The same for every question. */
class Language<State> {
    public readonly automaton: Automaton<State>;

    public constructor(
        start: State,
        next: (state: State, character: string) => State | undefined,
        keyOf: (state: State) => unknown,
        private readonly isWhole: (state: State) => boolean,
    ) {
        this.automaton = new Automaton(start, next, keyOf);
    }

    public hasEndAt(place: Place): boolean {
        const state = this.automaton.stateAt(place);
        return state !== undefined && this.isWhole(state);
    }
}

function languageOf(names: NamesOf): Language<NameState> {
    const next = (state: NameState, character: string): NameState | undefined => nextInName(names, state, character);
    return new Language(NAME_START, next, (state) => Object.values(state).join("|"), isWholeName);
}

/** All names that images can have at admission. */
const NAMES = languageOf("policy-controller");

/** Those of them that containers can run with. */
const NAMES_THAT_RUN = languageOf("runtimes");

/** Texts with one `@`. Names are some of them, and most globs that have no name in common have no such text either. */
const TEXTS_WITH_ONE_AT = new Language<number>(
    0,
    (count, character) => (character !== "@" ? count : count === 0 ? 1 : undefined),
    (count) => count,
    (count) => count === 1,
);

/** A glob, ready to be compared. */
interface Compiled {
    machine: GlobMachine;
    automaton: Automaton<Positions>;
}

/**
 * True where there can be a name that the glob matches at admission. False is certain; true is as well, but for globs that
 * nobody would write by hand.
 */
export function canMatch(glob: string): boolean {
    return new GlobComparison().canMatch(glob);
}

/** True where there can be an image that runs, and whose name at admission every one of the globs matches; as certain. */
export function canMatchTogether(globs: readonly string[]): boolean {
    return new GlobComparison().canMatchTogether(globs);
}

/** Compares globs with each other; what was found out about one of them is kept for the next question. */
export class GlobComparison {
    readonly #compiled = new Map<string, Compiled>();

    /** As the function of that name. */
    public canMatch(glob: string): boolean {
        return this.#haveName(NAMES, [glob]);
    }

    /** As the function of that name. */
    public canMatchTogether(globs: readonly string[]): boolean {
        return this.#haveName(NAMES_THAT_RUN, globs);
    }

    #haveName(names: Language<NameState>, globs: readonly string[]): boolean {
        const all = globs.map((glob) => this.#compile(glob));
        // Beyond the limit it is not decided: to say "never" could be wrong, to say nothing cannot.
        return (
            haveCommonBeginning(all) && find(TEXTS_WITH_ONE_AT, all, []) !== "none" && find(names, all, []) !== "none"
        );
    }

    /** The name of an image that every glob of `matching` matches and none of `missing`; undefined where none was found. */
    public example(matching: readonly string[], missing: readonly string[] = []): string | undefined {
        const [inside, outside] = [matching, missing].map((globs) => globs.map((glob) => this.#compile(glob)));
        const answer = find(NAMES_THAT_RUN, inside ?? [], outside ?? []);
        return typeof answer === "object" ? answer.name : undefined;
    }

    /** True where every image that `glob` matches is matched by one of the others as well. False may only mean: perhaps. */
    public covers(others: readonly string[], glob: string): boolean {
        const [inner, ...outer] = [glob, ...others].map((each) => this.#compile(each));
        return inner !== undefined && find(NAMES_THAT_RUN, [inner], outer) === "none";
    }

    #compile(glob: string): Compiled {
        const known = this.#compiled.get(glob);
        if (known !== undefined) {
            return known;
        }
        const machine = new GlobMachine(glob);
        const after = (positions: Positions, character: string): Positions | undefined =>
            machine.after(positions, character) || undefined;
        const compiled = { machine, automaton: new Automaton(machine.start, after, (positions) => positions) };
        this.#compiled.set(glob, compiled);
        return compiled;
    }
}

/** Most globs of a cluster part at their first letters; a search would find the same, and take longer. */
function haveCommonBeginning(globs: readonly Compiled[]): boolean {
    const prefixes = globs.map(({ machine }) => machine.prefix);
    const longest = prefixes.reduce((longer, prefix) => (prefix.length > longer.length ? prefix : longer), "");
    return prefixes.every((prefix) => longest.startsWith(prefix));
}

/** Looks for a text of the language that all of `matching` match and none of `missing`. */
function find<State>(
    language: Language<State>,
    matching: readonly Compiled[],
    missing: readonly Compiled[],
): { name: string } | "none" | "undecided" {
    const globs = [...matching, ...missing];
    const alphabet = alphabetOf(globs);
    const first: Place[] = [language.automaton.start, ...globs.map(({ automaton }) => automaton.start)];
    const seen = new Set([keyOf(first)]);
    const open = [{ places: first, name: "" }];
    for (let current = open.pop(); current !== undefined; current = open.pop()) {
        if (isFound(language, current.places, globs, matching.length)) {
            return { name: current.name };
        }
        for (const character of alphabet) {
            const places = stepAll(language, current.places, character, globs, matching.length);
            if (places !== undefined && seen.size !== seen.add(keyOf(places)).size) {
                open.push({ places, name: current.name + character });
            }
        }
        if (seen.size > PLACE_LIMIT) {
            return "undecided";
        }
    }
    return "none";
}

/** The places after one more character; undefined where no name, or one of those that must match, goes on with it. */
function stepAll<State>(
    { automaton: names }: Language<State>,
    places: readonly Place[],
    character: string,
    globs: readonly Compiled[],
    mustMatch: number,
): Place[] | undefined {
    const name = names.step(places[0] ?? NOWHERE, character);
    if (name === NOWHERE) {
        return undefined;
    }
    const next = [name];
    for (const [index, { automaton }] of globs.entries()) {
        const place = automaton.step(places[index + 1] ?? NOWHERE, character);
        if (place === NOWHERE && index < mustMatch) {
            return undefined;
        }
        next.push(place);
    }
    return next;
}

function isFound<State>(
    language: Language<State>,
    [text = NOWHERE, ...places]: readonly Place[],
    globs: readonly Compiled[],
    mustMatch: number,
): boolean {
    return (
        language.hasEndAt(text) &&
        globs.every(({ machine, automaton }, index) => {
            const positions = automaton.stateAt(places[index] ?? NOWHERE);
            return (positions !== undefined && machine.isAtEnd(positions)) === index < mustMatch;
        })
    );
}

/** Characters that no glob names all lead to the same places: a letter, a digit and the names' own signs do for them. */
function alphabetOf(globs: readonly Compiled[]): string[] {
    const named = globs.flatMap(({ machine }) => Array.from(machine.characters));
    return Array.from(new Set([...Array.from("ag0sh256/.:@"), ...named]));
}

/** A number where the places of two globs fit into one, as for most questions, and text for more. */
function keyOf(places: readonly Place[]): number | string {
    return places.length <= 3
        ? places.reduce((key, place) => key * (PLACE_LIMIT + 2) + place + 1, 0)
        : places.join("|");
}
