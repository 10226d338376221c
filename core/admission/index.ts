/**
 * What the cluster will say: an image, the object that runs it and the policies in force, to a verdict with its reasons. The
 * same rules as policy-controller's webhooks, tested against them (tests/cluster/verdicts.test.ts).
 */
export {
    Admission,
    judge,
    type ImageSubject,
    type Rules,
    type Tools,
    type WorkloadSubject,
    type WorkloadVerdict,
} from "./admission";
export { configOfData, ControllerVersion, type ControllerConfig, type NoMatch } from "./config";
export { policiesWithoutKey } from "./key-holders";
export { exemption, EXCLUDE_LABEL, INCLUDE_LABEL, type NamespaceState } from "./namespace";
export type { AbsentPolicy } from "./policies";
export {
    AuthorityResult,
    PolicyResult,
    Verdict,
    worstOf,
    type AuthorityVerdict,
    type ImageVerdict,
    type PolicyVerdict,
} from "./verdict";
export { podSpecFields, readWorkload, type Workload, type WorkloadImage } from "./workload";
