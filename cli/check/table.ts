/** A report for people. */
import { styleText } from "node:util";

import { isLost, placeOf } from "../../core/admission/checked-image";
import { exemptLines, listed, policiesInShort, resolvedDigest, whyLines } from "../../core/admission/lines";
import { INCLUDE_LABEL } from "../../core/admission/namespace";
import { Verdict } from "../../core/admission/verdict";
import { printable } from "../../core/policy/printable";

import type { CheckedImage } from "../../core/admission/checked-image";
import type { CheckReport, CheckSummary } from "./report";

type Paint = (verdict: Verdict, text: string) => string;

const COLOURS = {
    [Verdict.Admitted]: "green",
    [Verdict.Warned]: "yellow",
    [Verdict.Refused]: "red",
    [Verdict.Unknown]: "magenta",
} as const;

/** All that `check` prints as a table: a line for each image, then what there is to say of those that do not simply pass. */
export function tableOf(report: CheckReport, isColoured: boolean): string {
    const paint: Paint = (verdict, text) =>
        isColoured ? styleText(COLOURS[verdict], text, { validateStream: false }) : text;
    const blocks = [
        ...(report.images.length > 0 ? [lines(report.images, paint)] : []),
        ...report.images.filter(({ verdict }) => verdict !== Verdict.Admitted).map((image) => detail(image, paint)),
        ...notes(report),
        sentenceOf(report.summary),
    ];
    return `${blocks.join("\n\n")}\n`;
}

function lines(images: readonly CheckedImage[], paint: Paint): string {
    const rows = images.map((image) => [
        image.verdict,
        printable(image.image),
        image.workload === null ? "" : placeOf(image.workload),
        // What does not pass has its reasons below.
        image.verdict === Verdict.Admitted || image.policies.length > 0 ? policiesInShort(image) : "",
        resolvedDigest(image),
    ]);
    const columns = ["VERDICT", "IMAGE", "WHERE", "POLICIES"];
    const hasDigests = rows.some((row) => row.at(-1) !== "");
    const table = [hasDigests ? [...columns, "DIGEST"] : columns, ...rows];
    const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => (row[column] ?? "").length)));
    return table
        .map((row, index) => {
            const [verdict = "", ...rest] = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
            const painted = index === 0 ? verdict : paint(images[index - 1]?.verdict ?? Verdict.Unknown, verdict);
            return [painted, ...rest].join("  ").trimEnd();
        })
        .join("\n");
}

function detail(image: CheckedImage, paint: Paint): string {
    const lost = isLost(image) ? " (it runs now, and would not come back)" : "";
    const title = `${paint(image.verdict, image.verdict)} ${printable(image.image)}${lost}`;
    const where = image.workload === null ? [] : [`  ${placeOf(image.workload)}, ${image.workload.path}`];
    return [title, ...where, ...whyLines(image)].join("\n");
}

/** What is to be known beside the verdicts. */
export function notes(report: CheckReport): string[] {
    const { exempt, unchecked, absentPolicies, presumedNamespaces, opaque, previewFailures } = report;
    return [
        ...(previewFailures.length > 0 ? [failedPreview(previewFailures)] : []),
        ...absentPolicies.map(({ name, reason }) => `Not in force: policy ${printable(name)}. ${printable(reason)}`),
        ...presumedNamespaces.map(
            (name) =>
                `Taken for enforced, since nobody says whether it is: namespace ${printable(name)}. Ask the cluster (--context), or label a Namespace that is to stay open ${INCLUDE_LABEL}: "false".`,
        ),
        ...unchecked.map(
            ({ image, workload }) =>
                `Not verified by the cluster: ${printable(image)}, the image of a volume (${placeOf(workload)}, ${workload.path}).`,
        ),
        ...opaque.map((name) => `Not looked into: ${printable(name)}.`),
        ...exemptLines(exempt),
    ];
}

/** What follows from a preview that failed. */
export function failedPreview(failures: readonly string[]): string {
    const where = listed(failures.map(printable));
    return `The preview failed (${where}). What it did not come to is not in this report: images, and policies that would have decided as well.`;
}

/** The counts, as a sentence. */
export function sentenceOf({ total, lost, ...counts }: CheckSummary): string {
    const parts = Object.entries(counts).flatMap(([verdict, count]) => (count > 0 ? [`${count} ${verdict}`] : []));
    const images = `${total} image${total === 1 ? "" : "s"}`;
    const change = lost === undefined ? "" : ` ${lost} that run${lost === 1 ? "s" : ""} now would not come back.`;
    return `${images}${parts.length > 0 ? `: ${parts.join(", ")}` : ""}.${change}`;
}
