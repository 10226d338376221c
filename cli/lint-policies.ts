/** From the documents of some files to what there is to say of each policy in them. */
import { checkManifest, formatFinding, formatPath, lintManifests, Severity } from "../core/policy";
import { nameOf } from "../core/policy/shape";
import { policyManifests } from "./policy-files";

import type { Finding, LintOptions } from "../core/policy";
import type { PolicyFile } from "./policy-files";

/** A finding and the line on which it stands. */
export interface PlacedFinding extends Finding {
    line: number;
}

/** A ClusterImagePolicy or TrustRoot, and what there is to say of it. */
export interface LintedPolicy {
    file: string;
    /** The document's number in its file, from 0. */
    document: number;
    kind: string;
    /** Null where there is none. */
    name: string | null;
    /** The line on which it begins. */
    line: number;
    findings: readonly PlacedFinding[];
}

/** The form of `--output json`. */
export interface LintedPolicyJson {
    file: string;
    document: number;
    name: string | null;
    findings: readonly { severity: Severity; code: string; path: string; message: string; line: number }[];
}

/** Checks every policy of the files, alone and beside the others. */
export function lintPolicies(files: readonly PolicyFile[], options: LintOptions): LintedPolicy[] {
    const manifests = files.flatMap(policyManifests);
    const together = lintManifests(
        manifests.map(({ value }) => value),
        options,
    );
    const names = manifests.map(({ value }) => nameOf(value) ?? null);
    return manifests.map(({ file, document, path, value }, index) => {
        const name = names[index] ?? null;
        const isFirstOfName = names.indexOf(name) === index;
        const shared = together.filter(({ policy }) => isFirstOfName && policy === (name ?? "(without a name)"));
        const findings = [...checkManifest(value, options), ...shared.map(({ finding }) => finding)].map((finding) => {
            const placed = [...path, ...finding.path];
            return { ...finding, path: placed, line: document.lineOf(placed) };
        });
        return {
            file,
            document: document.index,
            kind: String(value.kind),
            name,
            line: document.lineOf(path),
            findings: findings.sort((left, right) => left.line - right.line),
        };
    });
}

/** What scripts read. */
export function asJson({ file, document, name, findings }: LintedPolicy): LintedPolicyJson {
    return {
        file,
        document,
        name,
        findings: findings.map((finding) => ({
            severity: finding.severity,
            code: finding.code,
            path: formatPath(finding.path),
            message: messageOf(finding),
            line: finding.line,
        })),
    };
}

/** How many of the findings have this weight. */
export function countOf(policies: readonly LintedPolicy[], severity: Severity): number {
    return policies.flatMap(({ findings }) => findings).filter((finding) => finding.severity === severity).length;
}

/** The text of a finding on one line, without the place and the code, which JSON has beside it. */
function messageOf(finding: Finding): string {
    return formatFinding({ ...finding, path: [] })
        .slice(0, -`[${finding.code}]`.length)
        .replaceAll("\n", " ")
        .replaceAll(/ {2,}/g, " ")
        .trim();
}
