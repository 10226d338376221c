import { CATALOGUE, RuleKind } from "./catalogue";
import { validateDocument } from "./document";
import { show, warning } from "./finding";
import { authorityFindings } from "./lints/authorities";
import { globFindings } from "./lints/globs";
import { identityFindings } from "./lints/identities";
import { keyFindings } from "./lints/keys";
import { matchFindings } from "./lints/match";
import { policiesFindings } from "./lints/policies";
import { wholePolicyFindings } from "./lints/whole";
import { renderSpec } from "./render";
import { POLICY_SPEC } from "./schema";
import { readShape } from "./shape";
import { specPathOf } from "./specPath";
import { isKnown, UNKNOWN } from "./unknown";

import type { Finding } from "./finding";
import type { PolicyFinding } from "./lints/policies";
import type { ClusterImagePolicyManifestSpec } from "./manifest";
import type { PropertyPath } from "./path";
import type { ClusterImagePolicySpec } from "./spec";
import type { Known, MaybeUnknown } from "./unknown";

/** What lints to leave out. */
export interface LintOptions {
    /**
     * Lints that are not wanted, by code. What the cluster refuses cannot be ignored.
     *
     * @default []
     */
    ignoreLints?: readonly string[];
}

/** What is legal in a policy and rarely what its author meant. Paths are those of the typed policy. Never throws. */
export function lintPolicy(spec: MaybeUnknown<ClusterImagePolicySpec>, options: LintOptions = {}): Finding[] {
    const shaped = readShape(spec, POLICY_SPEC, []).value as MaybeUnknown<ClusterImagePolicySpec>;
    const findings = shaped === UNKNOWN ? [] : specFindings(renderSpec(shaped), []);
    return withoutIgnored(
        findings.map((finding) => ({ ...finding, path: specPathOf(finding.path, shaped) })),
        options,
    );
}

/** The same for a manifest that somebody else wrote. Paths are those of the manifest. Never throws. */
export function lintManifest(document: unknown, options: LintOptions = {}): Finding[] {
    const { kind, spec } = validateDocument(document);
    const isPolicy = kind === "ClusterImagePolicy" && spec !== UNKNOWN;
    return withoutIgnored(
        isPolicy ? specFindings(spec as Known<ClusterImagePolicyManifestSpec>, ["spec"]) : [],
        options,
    );
}

/** What several policies of one cluster do to each other. Documents that are no ClusterImagePolicy are passed over. */
export function lintManifests(documents: readonly unknown[], options: LintOptions = {}): PolicyFinding[] {
    const policies = documents.flatMap((document) => {
        const { kind, spec } = validateDocument(document);
        return kind === "ClusterImagePolicy" && spec !== UNKNOWN
            ? [{ name: nameOf(document), spec: spec as Known<ClusterImagePolicyManifestSpec> }]
            : [];
    });
    return policiesFindings(policies).filter(({ finding }) => options.ignoreLints?.includes(finding.code) !== true);
}

function nameOf(document: unknown): string {
    const { metadata } = document as { metadata?: { name?: unknown } | null };
    return typeof metadata?.name === "string" ? metadata.name : "(without a name)";
}

function specFindings(spec: Known<ClusterImagePolicyManifestSpec>, path: PropertyPath): Finding[] {
    const images = isKnown(spec.images) ? spec.images : [];
    return [
        ...images.flatMap((image, index) =>
            isKnown(image) && isKnown(image.glob) ? globFindings(image.glob, [...path, "images", index, "glob"]) : [],
        ),
        ...authorityFindings(spec, path),
        ...keyFindings(spec, path),
        ...identityFindings(spec, path),
        ...matchFindings(spec, path),
        ...wholePolicyFindings(spec, path),
    ];
}

/** Takes out what is not wanted, and says which wishes name no lint. */
function withoutIgnored(findings: readonly Finding[], { ignoreLints = [] }: LintOptions): Finding[] {
    const strangers = ignoreLints.filter((code) => CATALOGUE[code]?.kind !== RuleKind.Lint);
    return [
        ...findings.filter(({ code }) => !ignoreLints.includes(code)),
        ...strangers.map((code) =>
            warning("ignored-lint-unknown", ["ignoreLints"], {
                found: show(code),
                cluster: "Nothing is ignored by it.",
                instead:
                    "Write the code of a lint as it stands in brackets behind a finding; what the cluster refuses cannot be ignored.",
            }),
        ),
    ];
}
