import { LINT_ERRORS } from "./lint-errors";
import { LINT_WARNINGS } from "./lint-warnings";
import { REFUSED } from "./refused";
import { REFUSED_TRUST_ROOTS } from "./refused-trust-roots";
import { STRICTER } from "./stricter";
import { RuleKind, rulesOf } from "./types";

import type { Catalogue } from "./types";

export { RuleKind } from "./types";
export type { Catalogue, RuleDoc } from "./types";

/** Every code of this folder, in the order of the docs. */
export const CATALOGUE: Catalogue = {
    ...rulesOf(RuleKind.Refused, "error", REFUSED),
    ...rulesOf(RuleKind.Refused, "error", REFUSED_TRUST_ROOTS),
    ...rulesOf(RuleKind.Stricter, "error", STRICTER),
    ...rulesOf(RuleKind.Lint, "error", LINT_ERRORS),
    ...rulesOf(RuleKind.Lint, "warning", LINT_WARNINGS),
};
