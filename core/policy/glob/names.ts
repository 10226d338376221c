import { DOCKER_HUB } from "../go/reference";

/**
 * The names that images can have at admission, as an automaton: `registry/repository@sha256:…`.
 *
 * The registry has a dot or a colon, ends in a port if it has a colon, and is never `docker.io`; on Docker Hub the
 * repository has a slash. With it, "no image can ever match" is decided, not guessed.
 */
export interface NameState {
    part: "registry" | "repository" | "digest";
    /** The registry so far, as long as it can still become one of Docker Hub's names; then whether it is Docker Hub. */
    hub: string;
    /** Registry: a dot or a colon was there. Repository: a slash was there. */
    hasMark: boolean;
    /** Registry: something that is no digit stands behind the last colon. */
    isPortBroken: boolean;
    hasColon: boolean;
    /** Repository: characters, as far as they count. Digest: how much of it is there. */
    count: number;
}

const DOCKER_HUB_ALIAS = "docker.io";
const DIGEST_PREFIX = "sha256:";
const DIGEST_LENGTH = DIGEST_PREFIX.length + 64;
const SHORTEST_REPOSITORY = 2;

/** Before the first character. */
export const NAME_START: NameState = {
    part: "registry",
    hub: "",
    hasMark: false,
    isPortBroken: false,
    hasColon: false,
    count: 0,
};

/** Where no name of Docker Hub is possible any more. */
const NOT_HUB = "-";

/** The state after one more character, undefined where no name goes on with it. */
export function nextInName(state: NameState, character: string): NameState | undefined {
    switch (state.part) {
        case "registry":
            return character === "/" ? endOfRegistry(state) : inRegistry(state, character);
        case "repository":
            return character === "@" ? endOfRepository(state) : inRepository(state, character);
        case "digest":
            return inDigest(state, character);
    }
}

/** True at the end of a whole name. */
export function isWholeName(state: NameState): boolean {
    return state.part === "digest" && state.count === DIGEST_LENGTH;
}

function inRegistry(state: NameState, character: string): NameState | undefined {
    if (!/[A-Za-z0-9._:-]/.test(character)) {
        return undefined;
    }
    const text = state.hub + character;
    const isColon = character === ":";
    return {
        ...state,
        hub: [DOCKER_HUB, DOCKER_HUB_ALIAS].some((name) => name.startsWith(text)) ? text : NOT_HUB,
        hasMark: state.hasMark || isColon || character === ".",
        hasColon: state.hasColon || isColon,
        isPortBroken: !isColon && (state.isPortBroken || (state.hasColon && !/[0-9]/.test(character))),
    };
}

function endOfRegistry(state: NameState): NameState | undefined {
    if (!state.hasMark || state.isPortBroken || state.hub === DOCKER_HUB_ALIAS) {
        return undefined;
    }
    return { ...NAME_START, part: "repository", hub: state.hub === DOCKER_HUB ? DOCKER_HUB : NOT_HUB };
}

function inRepository(state: NameState, character: string): NameState | undefined {
    if (!/[a-z0-9_./-]/.test(character)) {
        return undefined;
    }
    return {
        ...state,
        hasMark: state.hasMark || character === "/",
        count: Math.min(state.count + 1, SHORTEST_REPOSITORY),
    };
}

function endOfRepository(state: NameState): NameState | undefined {
    const isComplete = state.count === SHORTEST_REPOSITORY && (state.hub !== DOCKER_HUB || state.hasMark);
    return isComplete ? { ...NAME_START, part: "digest" } : undefined;
}

function inDigest(state: NameState, character: string): NameState | undefined {
    const isNext =
        state.count < DIGEST_PREFIX.length
            ? DIGEST_PREFIX[state.count] === character
            : state.count < DIGEST_LENGTH && /[0-9a-f]/.test(character);
    return isNext ? { ...state, count: state.count + 1 } : undefined;
}
