/**
 * ClusterImagePolicy and TrustRoot as types: what they can say, what the cluster would refuse, what it would silently do
 * otherwise, and the objects that come of them.
 */
export * from "./catalogue";
export * from "./check";
export { manifestKind, type ManifestKind } from "./document";
export * from "./finding";
export { admissionName, matchesImage, matchesName } from "./glob/match";
export { canMatch, canMatchTogether, GlobComparison } from "./glob/overlap";
export { globRefusal } from "./glob/compile";
export { Images } from "./glob/images";
export { parseReference, referenceName, type ImageReference } from "./go/reference";
export type { LintOptions } from "./ignore";
export { regexpMatcher, regexpRefusal } from "./go/regexp";
export * from "./lint";
export { controllerConfigFindings } from "./lints/controller-config";
export { globFindings } from "./lints/globs";
export type { PolicyFinding } from "./lints/policies";
export * from "./manifest";
export * from "./path";
export { renderClusterImagePolicy, renderTrustRoot } from "./render";
export { validateMetadata } from "./rules/metadata";
export * from "./spec";
export { importRefusals, programOf, type ProgramOptions } from "./typescript/program";
export * from "./unknown";
export { specOfManifest } from "./unrender";
export * from "./validate";
