/** Where an automaton stands, as a small number. */
export type Place = number;

/** The place from which nothing is reached any more. */
export const NOWHERE: Place = -1;

/**
 * A deterministic automaton over ASCII, made as far as somebody walks in it. Its places are numbers, and a step that was
 * made once is looked up from then on: comparing the globs of many policies is walking the same ways again and again.
 */
export class Automaton<State> {
    /** Before the first character. */
    public readonly start: Place;
    readonly #states: State[] = [];
    readonly #places = new Map<unknown, Place>();
    /** By place, then by character code. */
    readonly #steps: (Place | undefined)[][] = [];

    /**
     * @param next the state after one more character, undefined where there is none
     * @param keyOf what two states have in common exactly if they are the same
     */
    public constructor(
        start: State,
        private readonly next: (state: State, character: string) => State | undefined,
        private readonly keyOf: (state: State) => unknown,
    ) {
        this.start = this.#placeOf(start);
    }

    /** Where a character leads. */
    public step(place: Place, character: string): Place {
        const steps = this.#steps[place];
        if (steps === undefined) {
            return NOWHERE;
        }
        const code = character.charCodeAt(0);
        return (steps[code] ??= this.#walk(place, character));
    }

    /** The state that a place stands for; undefined for NOWHERE. */
    public stateAt(place: Place): State | undefined {
        return this.#states[place];
    }

    #walk(place: Place, character: string): Place {
        const state = this.#states[place];
        const reached = state === undefined ? undefined : this.next(state, character);
        return reached === undefined ? NOWHERE : this.#placeOf(reached);
    }

    #placeOf(state: State): Place {
        const key = this.keyOf(state);
        const known = this.#places.get(key);
        if (known !== undefined) {
            return known;
        }
        const place = this.#states.push(state) - 1;
        this.#steps.push([]);
        this.#places.set(key, place);
        return place;
    }
}
