/** What one policy says of one image, and what several say together. */
import { matchesImage } from "../policy/glob/match";
import { containsUnknown, isKnown, UNKNOWN } from "../policy/unknown";
import { judgeAuthority } from "./authority";
import { AuthorityResult, PolicyResult, Verdict } from "./verdict";

import type { PolicyInForce } from "./policies";
import type { SignedImage } from "../signatures";
import type { Means } from "./authority";
import type { NoMatch } from "./config";
import type { Applies } from "./match";
import type { AuthorityVerdict, PolicyVerdict } from "./verdict";

/** A glob of a policy that matches the image, or may. */
export interface GlobMatch {
    glob: string;
    applies: Exclude<Applies, "no">;
}

/**
 * The first glob of a policy that matches an image, for certain if one does.
 *
 * @param digest what the image stands for, where that is known
 */
export function matchingGlob(
    { spec }: PolicyInForce,
    image: string,
    digest: string | undefined,
): GlobMatch | undefined {
    if (spec.images === UNKNOWN) {
        return { glob: "(not known yet)", applies: "maybe" };
    }
    const matches = (spec.images ?? []).flatMap((pattern): GlobMatch[] => {
        const glob = isKnown(pattern) ? pattern.glob : UNKNOWN;
        if (glob === UNKNOWN || pattern === UNKNOWN) {
            return [{ glob: "(not known yet)", applies: "maybe" }];
        }
        const fits = glob === undefined || glob === "" ? false : matchesImage(glob, image, digest);
        return fits === false ? [] : [{ glob: glob ?? "", applies: fits === true ? "yes" : "maybe" }];
    });
    return matches.find(({ applies }) => applies === "yes") ?? matches[0];
}

/** One way in which a policy can turn out: "gone" where it is not in force, or not about the image after all. */
type Turn = "gone" | typeof Verdict.Admitted | typeof Verdict.Warned | typeof Verdict.Refused;

/** A policy's verdict, and every way in which it can turn out. */
export interface JudgedPolicy {
    verdict: PolicyVerdict;
    turns: Turn[];
}

/** Judges an image by a policy that matches it, or may. */
export async function judgePolicy(
    policy: PolicyInForce,
    { glob, applies }: GlobMatch,
    image: SignedImage | undefined,
    means: Means,
): Promise<JudgedPolicy> {
    const authorities =
        policy.authorities === UNKNOWN
            ? []
            : await Promise.all(policy.authorities.map((authority) => judgeAuthority(authority, image, means)));
    const held = policy.authorities === UNKNOWN ? undefined : anyOf(authorities);
    const { passes, reason } = withProgram(policy, held, authorities);
    const turns = [...(passes === true ? [] : failures(policy)), ...(passes === false ? [] : [Verdict.Admitted])];
    const doubts = [
        ...(policy.mayBeAbsent === undefined ? [] : [policy.mayBeAbsent]),
        ...(applies === "maybe" ? ["It is not known whether the policy is about the image."] : []),
    ];
    const why = [reason, ...doubts].filter((sentence) => sentence !== undefined).join(" ");
    return {
        turns: doubts.length > 0 ? ["gone", ...turns] : turns,
        verdict: {
            name: policy.name,
            glob,
            result: resultOf(turns),
            ...(why === "" ? {} : { reason: why }),
            authorities,
        },
    };
}

/** One authority is enough. Without any (`fail-on-empty-authorities: "false"`), nothing is asked, and nothing fails. */
function anyOf(authorities: readonly AuthorityVerdict[]): boolean | undefined {
    const results = authorities.map(({ result }) => result);
    if (results.length === 0 || results.includes(AuthorityResult.Passed)) {
        return true;
    }
    return results.includes(AuthorityResult.Unknown) ? undefined : false;
}

/** `spec.policy` runs only after an authority has passed, and then decides. */
function withProgram(
    { spec }: PolicyInForce,
    passes: boolean | undefined,
    authorities: readonly AuthorityVerdict[],
): { passes: boolean | undefined; reason?: string } {
    if (spec.policy === undefined || passes === false || authorities.length === 0) {
        return { passes, ...(authorities.length === 0 && passes === true ? { reason: NOBODY } : {}) };
    }
    const type = isKnown(spec.policy) && isKnown(spec.policy.type) ? spec.policy.type.toUpperCase() : "policy";
    return { passes: undefined, reason: `The policy's ${type} program is not evaluated here.` };
}

const NOBODY = "The policy names no authority, so nothing is asked of the image.";

function failures({ spec }: PolicyInForce): Turn[] {
    if (containsUnknown(spec.mode)) {
        return [Verdict.Refused, Verdict.Warned];
    }
    return [spec.mode === "warn" ? Verdict.Warned : Verdict.Refused];
}

function resultOf(turns: readonly Turn[]): PolicyResult {
    const [only, ...others] = turns;
    if (others.length > 0) {
        return PolicyResult.Unknown;
    }
    if (only === Verdict.Admitted) {
        return PolicyResult.Passed;
    }
    return only === Verdict.Warned ? PolicyResult.Warned : PolicyResult.Failed;
}

/** What becomes of an image of which no policy that is in force says anything: nothing yet, or the worst so far. */
type State = "unmatched" | Exclude<Turn, "gone">;

const ORDER: readonly State[] = ["unmatched", Verdict.Admitted, Verdict.Warned, Verdict.Refused];

/**
 * The verdict of several policies, all of which must hold (`validatePolicies`). Certain wherever every way in which the
 * uncertain ones can turn out leads to the same.
 */
export function together(policies: readonly JudgedPolicy[], noMatch: NoMatch): Verdict {
    let states: State[] = ["unmatched"];
    for (const { turns } of policies) {
        const next = states.flatMap((state) =>
            turns.map((turn) => (turn === "gone" || ORDER.indexOf(state) > ORDER.indexOf(turn) ? state : turn)),
        );
        states = [...new Set(next)];
    }
    const verdicts = new Set(states.map((state) => (state === "unmatched" ? NO_MATCH[noMatch] : state)));
    const [only, ...others] = verdicts;
    return only === undefined || others.length > 0 ? Verdict.Unknown : only;
}

const NO_MATCH = { deny: Verdict.Refused, warn: Verdict.Warned, allow: Verdict.Admitted } as const;
