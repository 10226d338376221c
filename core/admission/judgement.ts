import { AuthorityResult } from "./verdict";

import type { Outcome } from "../signatures";
import type { AuthorityVerdict } from "./verdict";

/** What an authority says, without its name. */
export type Judgement = Omit<AuthorityVerdict, "name">;

/** The authority vouches for the image. */
export function passed(reason: string): Judgement {
    return { result: AuthorityResult.Passed, reason: sentence(reason) };
}

/** The authority does not vouch for the image. */
export function failed(reason: string): Judgement {
    return { result: AuthorityResult.Failed, reason: sentence(reason) };
}

/** It cannot be known from here. */
export function unknown(reason: string): Judgement {
    return { result: AuthorityResult.Unknown, reason: sentence(reason) };
}

/** What becomes of outcomes none of which is verified: one that is unknown may be. */
export function notVerified(outcomes: readonly Outcome[]): Judgement {
    const open = outcomes.find((outcome) => outcome.verdict === "unknown");
    if (open?.verdict === "unknown") {
        return unknown(open.reason);
    }
    const reasons = outcomes.flatMap((outcome) => (outcome.verdict === "refused" ? [outcome.reason] : []));
    const different = [...new Set(reasons)];
    const shown = different.slice(0, SHOWN_REASONS).join("; ");
    const more = different.length - SHOWN_REASONS;
    return failed(more > 0 ? `${shown} (and ${more} more)` : shown);
}

/** A list of a thousand bad signatures needs no thousand sentences. */
const SHOWN_REASONS = 3;

/** What others say without a full stop, with one. */
function sentence(text: string): string {
    return /[.!?)]$/.test(text) ? text : `${text}.`;
}
