/** The form of `check --output json`; docs/check.md describes it for users. */
import { Verdict } from "../../core/admission/verdict";

import type { AbsentPolicy, PolicyVerdict } from "../../core/admission";

/** One image of one object, judged. */
export interface CheckedImage {
    /** As it was given, or as the object names it. */
    image: string;
    /** `sha256:…`; null where it is not known. */
    digest: string | null;
    verdict: Verdict;
    /** Why, in one line. */
    reason: string;
    /** The object that runs it; null for an image that was given by name. */
    workload: CheckedWorkload | null;
    /** With `--without-generation`, or `--policy` beside `--context`: the verdict as things are now. */
    now?: Verdict;
    policies: PolicyVerdict[];
}

/** An object that runs images. */
export interface CheckedWorkload {
    kind: string;
    namespace: string;
    name: string;
    /** The field that names the image: `spec.template.spec.containers[0].image`. */
    path: string;
    /** How many pods of the same maker run it; only of pods in a cluster. */
    pods?: number;
}

/** Everything that `check` found. */
export interface CheckReport {
    images: CheckedImage[];
    /** Images of volumes, which no released policy-controller looks at. */
    unchecked: { image: string; workload: CheckedWorkload }[];
    /** Policies that the controller does not enforce, and why. */
    absentPolicies: readonly AbsentPolicy[];
    /** Objects that make pods and cannot be looked into. */
    opaque: string[];
    summary: CheckSummary;
}

/** How many images got each verdict. */
export interface CheckSummary {
    total: number;
    admitted: number;
    warned: number;
    refused: number;
    unknown: number;
    /** In a what-if: how many run now and would not come back. */
    lost?: number;
}

/** Counts verdicts. */
export function summaryOf(images: readonly CheckedImage[]): CheckSummary {
    const count = (wanted: Verdict) => images.filter(({ verdict }) => verdict === wanted).length;
    const isWhatIf = images.some(({ now }) => now !== undefined);
    return {
        total: images.length,
        admitted: count(Verdict.Admitted),
        warned: count(Verdict.Warned),
        refused: count(Verdict.Refused),
        unknown: count(Verdict.Unknown),
        ...(isWhatIf ? { lost: images.filter(isLost).length } : {}),
    };
}

/** Whether an image runs as things are and would be refused. */
export function isLost({ now, verdict }: CheckedImage): boolean {
    return verdict === Verdict.Refused && (now === Verdict.Admitted || now === Verdict.Warned);
}
