/** Findings for people: by file, then by policy, then by line. */
import { styleText } from "node:util";

import { formatFinding, Severity } from "../core/policy";
import { printable } from "../core/policy/printable";
import { inputName } from "./input";
import { countOf } from "./lint-policies";

import type { LintedPolicy, PlacedFinding } from "./lint-policies";

/** All that `lint` prints in text form, with a line end. */
export function lintText(policies: readonly LintedPolicy[], isColoured: boolean): string {
    const paint = (format: Parameters<typeof styleText>[0], text: string) =>
        isColoured ? styleText(format, text, { validateStream: false }) : text;
    const files = [...new Set(policies.map(({ file }) => file))];
    const blocks = files.map((file) =>
        [
            paint("underline", inputName(file)),
            ...policies.filter((policy) => policy.file === file).map((policy) => policyText(policy, paint)),
        ].join("\n"),
    );
    return `${[...blocks, summary(policies)].join("\n\n")}\n`;
}

type Paint = (format: Parameters<typeof styleText>[0], text: string) => string;

function policyText(policy: LintedPolicy, paint: Paint): string {
    const name = printable(`${policy.kind} ${policy.name ?? "(without a name)"}`);
    const title = `  ${paint("bold", name)} (document ${policy.document}, line ${policy.line})`;
    const findings = policy.findings.map((finding) => findingText(finding, paint));
    return [policy.findings.length === 0 ? `${title}: nothing found` : title, ...findings].join("\n");
}

function findingText(finding: PlacedFinding, paint: Paint): string {
    const severity = paint(finding.severity === Severity.Error ? "red" : "yellow", finding.severity);
    return formatFinding(finding)
        .split("\n")
        .map((line, index) => (index === 0 ? `    line ${finding.line}: ${severity}: ${line}` : `    ${line}`))
        .join("\n");
}

function summary(policies: readonly LintedPolicy[]): string {
    const errors = counted(countOf(policies, Severity.Error), "error");
    const warnings = counted(countOf(policies, Severity.Warning), "warning");
    return `${errors} and ${warnings} in ${counted(policies.length, "document")}.`;
}

function counted(count: number, noun: string): string {
    return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
