/** The form of `check --output json`; docs/check.md describes it for users. */
import { isLost } from "../../core/admission/checked-image";
import { Verdict } from "../../core/admission/verdict";

import type { AbsentPolicy } from "../../core/admission";
import type { CheckedImage, CheckedWorkload, ExemptWorkload } from "../../core/admission/checked-image";

/** Everything that `check` found. */
export interface CheckReport {
    images: CheckedImage[];
    /** Objects of which the cluster checks nothing. */
    exempt: ExemptWorkload[];
    /** Images of volumes, which no released policy-controller looks at. */
    unchecked: { image: string; workload: CheckedWorkload }[];
    /** Policies that the controller does not enforce, and why. */
    absentPolicies: readonly AbsentPolicy[];
    /** Namespaces that are taken for enforced, since nobody says whether they are, and in which something is refused or unknown. */
    presumedNamespaces: string[];
    /** Objects that make pods and cannot be looked into. */
    opaque: string[];
    /** What failed in the preview, by type and name: it may not have come to everything. */
    previewFailures: string[];
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
