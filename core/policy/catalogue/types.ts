/** What sort of rule a code stands for. */
export const RuleKind = {
    /** The webhook refuses it, and so do we. */
    Refused: "refused",
    /** The cluster accepts it to somebody's harm, and we refuse it. */
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

/** An entry of a table: title, why, instead. */
export type RuleTexts = readonly [title: string, why: string, instead: string];

/** The entries of a table, all of one kind and severity. */
export function rulesOf(
    kind: RuleKind,
    severity: "error" | "warning",
    texts: Readonly<Record<string, RuleTexts>>,
): Record<string, RuleDoc> {
    return Object.fromEntries(
        Object.entries(texts).map(([code, [title, why, instead]]) => [code, { kind, severity, title, why, instead }]),
    );
}
