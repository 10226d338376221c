/** What sort of rule a code stands for. */
export const RuleKind = {
    /** The webhook refuses it, and so do we. */
    Refused: "refused",
    /** The webhook accepts it to somebody's harm, and we refuse it. */
    Stricter: "stricter",
    /** It is legal and rarely what its author meant. `ignoreLints` silences it by its code. */
    Lint: "lint",
} as const;
export type RuleKind = (typeof RuleKind)[keyof typeof RuleKind];

/** What the docs say about a code. */
export interface RuleDoc {
    kind: RuleKind;
    severity: "error" | "warning";
    /** What is wrong, as the first line of a finding says it: a clause without a full stop. */
    title: string;
    /** Why it matters: what the cluster does with it. */
    why: string;
    /** What to write instead. */
    instead: string;
}

/** Codes and what the docs say about them. */
export type Catalogue = Readonly<Record<string, RuleDoc | undefined>>;

/** Every code of this folder. */
export const CATALOGUE: Catalogue = {};
