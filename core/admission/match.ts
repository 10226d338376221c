import { containsUnknown, isKnown } from "../policy/unknown";
import { selectorRefusals } from "../policy/rules/selector";
import { selects } from "./label-selector";

import type { ClusterImagePolicyManifestSpec, Known, LabelSelectorManifest, MatchManifest } from "../policy";
import type { Workload } from "./workload";

/** Whether a policy is about an object; "maybe" where that depends on values that are not known yet. */
export type Applies = "yes" | "no" | "maybe";

/**
 * Whether a policy's `match` fits an object (`GetMatchingPolicies` in pkg/apis/config/image_policies.go): one entry must, and
 * no entry at all fits everything. Group, version and resource are compared letter by letter.
 *
 * @returns "error" where an entry for such objects has a selector that is none: admission then fails, for any image
 */
export function fitsMatch(spec: Known<ClusterImagePolicyManifestSpec>, workload: Workload): Applies | "error" {
    if (!isKnown(spec.match)) {
        return spec.match === undefined ? "yes" : "maybe";
    }
    let applies: Applies = spec.match.length === 0 ? "yes" : "no";
    for (const entry of spec.match) {
        const fits = containsUnknown(entry) ? "maybe" : fitsEntry(entry as MatchManifest, workload);
        if (fits === "yes" || fits === "error") {
            return fits;
        }
        applies = fits === "maybe" ? "maybe" : applies;
    }
    return applies;
}

function fitsEntry(entry: MatchManifest, { apiVersion, kind, labels }: Workload): Applies | "error" {
    const slash = apiVersion.indexOf("/");
    const group = slash < 0 ? "" : apiVersion.slice(0, slash);
    const version = apiVersion.slice(slash + 1);
    // As apimachinery guesses the resource of a kind (`UnsafeGuessKindToResource`); right for every kind that comes here.
    const resource = `${kind.toLowerCase()}s`;
    if (
        (entry.resource ?? "") !== resource ||
        ((entry.version ?? "") !== version && entry.version !== "*") ||
        (entry.group ?? "") !== group
    ) {
        return "no";
    }
    return entry.selector === undefined ? "yes" : fitsSelector(entry.selector, labels);
}

function fitsSelector(selector: LabelSelectorManifest, labels: Workload["labels"]): Applies | "error" {
    if (selectorRefusals(selector, []).length > 0) {
        return "error";
    }
    if (labels === undefined) {
        return "maybe";
    }
    return selects(selector, labels) ? "yes" : "no";
}
