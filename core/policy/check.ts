import { withoutIgnored } from "./ignore";
import { lintManifest, lintPolicy } from "./lint";
import { validateManifest, validatePolicy } from "./validate";

import type { Finding } from "./finding";
import type { LintOptions } from "./ignore";
import type { ClusterImagePolicySpec } from "./spec";
import type { MaybeUnknown } from "./unknown";
import type { ValidationOptions } from "./validate";

/** Everything there is to say of a policy: what the cluster would refuse, and the lints that are wanted. Never throws. */
export function checkPolicy(
    spec: MaybeUnknown<ClusterImagePolicySpec>,
    options: ValidationOptions & LintOptions = {},
): Finding[] {
    return withoutIgnored(
        [...validatePolicy(spec, options), ...lintPolicy(spec, failOnEmptyAuthorities(options))],
        options,
    );
}

/** The same for a manifest that somebody else wrote. Never throws. */
export function checkManifest(document: unknown, options: ValidationOptions & LintOptions = {}): Finding[] {
    return withoutIgnored(
        [...validateManifest(document, options), ...lintManifest(document, failOnEmptyAuthorities(options))],
        options,
    );
}

/** What both halves need; what is ignored is taken out at the end, once for both. */
function failOnEmptyAuthorities(options: LintOptions): LintOptions {
    return { failOnEmptyAuthorities: options.failOnEmptyAuthorities };
}
