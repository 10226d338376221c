import { CATALOGUE, RuleKind } from "./catalogue";
import { show, warning } from "./finding";

import type { Finding } from "./finding";

/** What lints to leave out. */
export interface LintOptions {
    /**
     * Lints that are not wanted, by code. What the cluster refuses cannot be ignored.
     *
     * @default []
     */
    ignoreLints?: readonly string[];
    /**
     * `fail-on-empty-authorities` of the ConfigMap `config-policy-controller`. Where it is off, a policy without
     * authorities is accepted, and a lint says what that means.
     *
     * @default true
     */
    failOnEmptyAuthorities?: boolean;
}

/** Takes out the lints that are not wanted, and says which of the wishes name no lint. */
export function withoutIgnored(findings: readonly Finding[], { ignoreLints = [] }: LintOptions): Finding[] {
    const lints = ignoreLints.filter(isLint);
    return [
        ...findings.filter(({ code }) => !lints.includes(code)),
        ...ignoreLints
            .filter((code) => !isLint(code))
            .map((code) =>
                warning("ignored-lint-unknown", ["ignoreLints"], {
                    found: show(code),
                    cluster: "Nothing is ignored by it.",
                    instead:
                        "Write the code of a lint as it stands in brackets behind a finding; what the cluster refuses cannot be ignored.",
                }),
            ),
    ];
}

function isLint(code: string): boolean {
    return Object.hasOwn(CATALOGUE, code) && CATALOGUE[code]?.kind === RuleKind.Lint;
}
