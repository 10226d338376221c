/** Verdicts as lines of text, as every report has them. */
import { printable } from "../policy/printable";
import { placeOf } from "./checked-image";
import { isDecidedByPolicies } from "./reason";
import { AuthorityResult } from "./verdict";

import type { ExemptWorkload } from "./checked-image";
import type { ImageVerdict, PolicyVerdict } from "./verdict";

/** More names than these tell nobody anything. */
const MAXIMUM_NAMES = 5;

/** Why an image gets its verdict: what each policy says, and each of its authorities. */
export function whyLines(judged: ImageVerdict): string[] {
    const first = isDecidedByPolicies(judged) ? [] : [printable(`  ${judged.reason}`)];
    return [...first, ...judged.policies.flatMap(policyLines)];
}

function policyLines({ name, glob, result, reason, authorities }: PolicyVerdict): string[] {
    return [
        `  policy ${name} (${glob}): ${result}${reason === undefined ? "" : `. ${reason}`}`,
        ...authorities.flatMap((authority) => [
            `    ${authority.name}: ${authority.result}. ${authority.reason}`,
            ...(authority.advice === undefined ? [] : [`      ${authority.advice}`]),
        ]),
    ].map(printable);
}

/** The policies of an image in a few words, with who vouches for it: `acme (ghcr.io/acme/**): release`. */
export function policiesInShort({ policies, reason }: ImageVerdict): string {
    const short = policies.map(({ name, glob, authorities }) => {
        const passed = authorities.filter(({ result }) => result === AuthorityResult.Passed).map((each) => each.name);
        return `${name} (${glob})${passed.length === 0 ? "" : `: ${passed.join(" and ")}`}`;
    });
    return printable(short.length === 0 ? reason : short.join(", "));
}

/** The digest of an image that is not by digest; empty for one that is, and where it is not known. */
export function resolvedDigest({ image, digest }: ImageVerdict): string {
    return digest === null || image.includes(digest) ? "" : digest;
}

/** What is exempt, a line for each reason: no more than that, since it is right in most cases. */
export function exemptLines(exempt: readonly ExemptWorkload[]): string[] {
    return [...Map.groupBy(exempt, ({ reason }) => reason)].map(([reason, same]) => {
        const count = same.reduce((sum, { workload }) => sum + (workload.pods ?? 1), 0);
        const names = listed(same.map(({ workload }) => placeOf(workload)));
        return printable(`Not checked by the cluster: ${count} object${count === 1 ? "" : "s"} (${names}). ${reason}`);
    });
}

/** The first few of many names. */
export function listed(names: readonly string[]): string {
    const more = names.length - MAXIMUM_NAMES;
    return [...names.slice(0, MAXIMUM_NAMES), ...(more > 0 ? [`… and ${more} more`] : [])].join(", ");
}
