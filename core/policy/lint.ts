import { validateDocument } from "./document";
import { withoutIgnored } from "./ignore";
import { authorityFindings } from "./lints/authorities";
import { globFindings } from "./lints/globs";
import { identityFindings } from "./lints/identities";
import { keyFindings } from "./lints/keys";
import { matchFindings } from "./lints/match";
import { policiesFindings } from "./lints/policies";
import { emptyAuthorities, wholePolicyFindings } from "./lints/whole";
import { renderSpec } from "./render";
import { POLICY_SPEC } from "./schema";
import { nameOf, readShape } from "./shape";
import { specPathOf } from "./spec-path";
import { isKnown, UNKNOWN } from "./unknown";

import type { Finding } from "./finding";
import type { LintOptions } from "./ignore";
import type { PolicyFinding } from "./lints/policies";
import type { ClusterImagePolicyManifestSpec } from "./manifest";
import type { PropertyPath } from "./path";
import type { ClusterImagePolicySpec } from "./spec";
import type { Known, MaybeUnknown } from "./unknown";

/** What is legal in a policy and rarely what its author meant. Paths are those of the typed policy. Never throws. */
export function lintPolicy(spec: MaybeUnknown<ClusterImagePolicySpec>, options: LintOptions = {}): Finding[] {
    const shaped = readShape(spec, POLICY_SPEC, []).value as MaybeUnknown<ClusterImagePolicySpec>;
    const findings = shaped === UNKNOWN ? [] : specFindings(renderSpec(shaped), ["spec"], options);
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
        isPolicy ? specFindings(spec as Known<ClusterImagePolicyManifestSpec>, ["spec"], options) : [],
        options,
    );
}

/** What several policies of one cluster do to each other. Documents that are no ClusterImagePolicy are passed over. */
export function lintManifests(documents: readonly unknown[], options: LintOptions = {}): PolicyFinding[] {
    const policies = documents.flatMap((document) => {
        const { kind, spec } = validateDocument(document);
        return kind === "ClusterImagePolicy" && spec !== UNKNOWN
            ? [{ name: nameOf(document) ?? "(without a name)", spec: spec as Known<ClusterImagePolicyManifestSpec> }]
            : [];
    });
    return policiesFindings(policies).filter(({ finding }) => options.ignoreLints?.includes(finding.code) !== true);
}

function specFindings(
    spec: Known<ClusterImagePolicyManifestSpec>,
    path: PropertyPath,
    { failOnEmptyAuthorities = true }: LintOptions,
): Finding[] {
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
        ...(failOnEmptyAuthorities ? [] : emptyAuthorities(spec, path)),
    ];
}
