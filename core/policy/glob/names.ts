import { DOCKER_HUB } from "../go/reference";

/**
 * The names that images can have at admission, as an automaton: `registry/repository@sha256:…`.
 *
 * The registry has a dot or a colon, ends in a port if it has a colon, and is never `docker.io`; on Docker Hub the
 * repository has a slash. With it, "no image can ever match" is decided, not guessed.
 *
 * policy-controller reads names that no container runtime runs: with a colon without a port (as in `https://…`), with `//`
 * or with a slash before the digest. Whether they count is the caller's choice.
 */
export type NameState = RegistryState | RepositoryState | DigestState;

interface RegistryState {
    part: "registry";
    /** The registry so far, as long as it can still become one of Docker Hub's names; then `NOT_HUB`. */
    text: string;
    hasDot: boolean;
    /** What stands behind the last colon. */
    port: "none" | "empty" | "digits" | "broken";
}

interface RepositoryState {
    part: "repository";
    isHub: boolean;
    hasSlash: boolean;
    isSegmentStart: boolean;
    /** Two characters are the least; more need not be counted. */
    isLongEnough: boolean;
}

interface DigestState {
    part: "digest";
    /** How much of it is there. */
    length: number;
}

const DOCKER_HUB_ALIAS = "docker.io";
const NOT_HUB = "-";
const DIGEST_PREFIX = "sha256:";
const DIGEST_LENGTH = DIGEST_PREFIX.length + 64;

/** Before the first character. */
export const NAME_START: NameState = { part: "registry", text: "", hasDot: false, port: "none" };

/** Which names there are: those that containers run with, or all that policy-controller reads. */
export type NamesOf = "runtimes" | "policy-controller";

/** The state after one more character, undefined where no name goes on with it. */
export function nextInName(names: NamesOf, state: NameState, character: string): NameState | undefined {
    switch (state.part) {
        case "registry":
            return character === "/" ? endOfRegistry(names, state) : inRegistry(state, character);
        case "repository":
            return character === "@" ? endOfRepository(names, state) : inRepository(names, state, character);
        case "digest":
            return inDigest(state, character);
    }
}

/** True at the end of a whole name. */
export function isWholeName(state: NameState): boolean {
    return state.part === "digest" && state.length === DIGEST_LENGTH;
}

function inRegistry({ text, hasDot, port }: RegistryState, character: string): NameState | undefined {
    if (!/[A-Za-z0-9._:-]/.test(character)) {
        return undefined;
    }
    const longer = text + character;
    return {
        part: "registry",
        text: [DOCKER_HUB, DOCKER_HUB_ALIAS].some((name) => name.startsWith(longer)) ? longer : NOT_HUB,
        hasDot: hasDot || character === ".",
        port: portAfter(port, character),
    };
}

function portAfter(port: RegistryState["port"], character: string): RegistryState["port"] {
    if (character === ":") {
        return "empty";
    }
    if (port === "none" || port === "broken") {
        return port;
    }
    return /[0-9]/.test(character) ? "digits" : "broken";
}

function endOfRegistry(names: NamesOf, { text, hasDot, port }: RegistryState): NameState | undefined {
    const hasPort = port === "digits" || (port === "empty" && names === "policy-controller");
    const isRegistry = (hasDot && port === "none") || hasPort;
    return isRegistry && text !== DOCKER_HUB_ALIAS
        ? { part: "repository", isHub: text === DOCKER_HUB, hasSlash: false, isSegmentStart: true, isLongEnough: false }
        : undefined;
}

function inRepository(names: NamesOf, state: RepositoryState, character: string): NameState | undefined {
    const isSlash = character === "/";
    if (!/[a-z0-9_./-]/.test(character) || (isSlash && state.isSegmentStart && names === "runtimes")) {
        return undefined;
    }
    return {
        ...state,
        hasSlash: state.hasSlash || isSlash,
        isSegmentStart: isSlash,
        isLongEnough: state.hasSlash || !state.isSegmentStart,
    };
}

function endOfRepository(names: NamesOf, state: RepositoryState): NameState | undefined {
    const { isHub, hasSlash, isSegmentStart, isLongEnough } = state;
    const isComplete = (!isSegmentStart || names === "policy-controller") && isLongEnough && (!isHub || hasSlash);
    return isComplete ? { part: "digest", length: 0 } : undefined;
}

function inDigest({ length }: DigestState, character: string): NameState | undefined {
    const isNext =
        length < DIGEST_PREFIX.length
            ? DIGEST_PREFIX[length] === character
            : length < DIGEST_LENGTH && /[0-9a-f]/.test(character);
    return isNext ? { part: "digest", length: length + 1 } : undefined;
}
