import { PolicyResult, Verdict } from "./verdict";

import type { NoMatch } from "./config";
import type { ResolvedImage } from "./digest";
import type { AuthorityVerdict, ImageVerdict, PolicyVerdict } from "./verdict";

/** Why an image gets its verdict, in one line. */
export function reasonOf(
    verdict: Verdict,
    policies: readonly PolicyVerdict[],
    noMatch: NoMatch,
    resolved: ResolvedImage,
): string {
    if (verdict === Verdict.Unknown && resolved.state === "unknown") {
        return `The digest is not known. ${resolved.reason}`;
    }
    if (policies.length === 0) {
        return `No policy matches the image, and no-match-policy is ${noMatch}.`;
    }
    return tellingOf(verdict, policies)
        .map((policy) => `Policy ${policy.name}: ${saidBy(policy)}`)
        .join(" ");
}

/** The same, a line for each policy, with the glob that matches. */
export function reasonLines(judged: ImageVerdict): string[] {
    const { verdict, reason, policies } = judged;
    return isDecidedByPolicies(judged)
        ? tellingOf(verdict, policies).map((policy) => `policy ${policy.name} (${policy.glob}): ${saidBy(policy)}`)
        : [reason];
}

/** Whether policies explain a verdict; where the digest is not known, it is the registry that does. */
export function isDecidedByPolicies({ verdict, digest, policies }: ImageVerdict): boolean {
    return policies.length > 0 && !(verdict === Verdict.Unknown && digest === null);
}

/** The policies that explain a verdict. */
function tellingOf(verdict: Verdict, policies: readonly PolicyVerdict[]): readonly PolicyVerdict[] {
    const telling = policies.filter(({ result }) => result === TELLING[verdict]);
    return telling.length > 0 ? telling : policies;
}

/** The result that explains a verdict. */
const TELLING = {
    [Verdict.Admitted]: PolicyResult.Passed,
    [Verdict.Warned]: PolicyResult.Warned,
    [Verdict.Refused]: PolicyResult.Failed,
    [Verdict.Unknown]: PolicyResult.Unknown,
} as const;

function saidBy({ result, reason, authorities }: PolicyVerdict): string {
    const telling = authorities.filter((authority) => isTelling(authority, result)).map(ofAuthority);
    return [...(reason === undefined ? [] : [reason]), ...telling].join(" ");
}

/** Of a policy that passes, who vouched; of one that does not, who did not. */
function isTelling({ result }: AuthorityVerdict, policy: PolicyResult): boolean {
    return policy === PolicyResult.Passed ? result === "passed" : result !== "passed";
}

function ofAuthority({ name, reason }: AuthorityVerdict): string {
    return `${name}: ${reason}`;
}
