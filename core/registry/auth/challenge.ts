/** What a 401 asks for. */
export interface Challenge {
    /** In lower case. */
    scheme: string;
    /** By their names in lower case: `realm`, `service`, `scope`, `error`. */
    parameters: Readonly<Record<string, string>>;
}

/** `Bearer realm="https://…",service="…"`, several of them after one another, also in one header (RFC 9110, 11.6.1). */
const PART =
    /\s*(?:([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|([\w!#$%&'*+.^`|~-]+)(?=\s|,|$))\s*,?/y;

/** Reads a `WWW-Authenticate` header, as far as it can be read. */
export function parseChallenges(header: string | readonly string[] | undefined): Challenge[] {
    const text = typeof header === "string" ? header : (header ?? []).join(", ");
    const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
    PART.lastIndex = 0;
    for (let match = PART.exec(text); match !== null && match[0] !== ""; match = PART.exec(text)) {
        const [, name, quoted, plain, scheme] = match;
        if (scheme !== undefined) {
            challenges.push({ scheme: scheme.toLowerCase(), parameters: {} });
        } else if (name !== undefined) {
            const parameters = challenges.at(-1)?.parameters ?? {};
            parameters[name.toLowerCase()] ??= quoted?.replace(/\\(.)/g, "$1") ?? plain ?? "";
        }
    }
    return challenges;
}

/** The one to answer: a token rather than a password. */
export function chooseChallenge(challenges: readonly Challenge[]): Challenge | undefined {
    return challenges.find(({ scheme }) => scheme === "bearer") ?? challenges.find(({ scheme }) => scheme === "basic");
}
