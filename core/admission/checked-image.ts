/** Images with their verdicts and the objects that run them, as reports show them. */
import { printable } from "../policy/printable";
import { isRecord, nameOf } from "../policy/shape";
import { makerOf } from "./maker";
import { Verdict } from "./verdict";

import type { SourceObject } from "./objects";
import type { PolicyVerdict } from "./verdict";

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
    /** Of what runs in a cluster, where that is asked as it will be: the verdict as things are now, by the cluster alone. */
    now?: Verdict;
    policies: PolicyVerdict[];
}

/** How an object is called. */
export interface WorkloadName {
    kind: string;
    namespace: string;
    name: string;
    /** How many pods of the same maker it stands for; only of pods in a cluster. */
    pods?: number;
}

/** An object that runs an image. */
export interface CheckedWorkload extends WorkloadName {
    /** The field that names the image: `spec.template.spec.containers[0].image`. */
    path: string;
}

/** An object of which admission checks nothing. */
export interface ExemptWorkload {
    workload: WorkloadName;
    /** Why, as one sentence. */
    reason: string;
    /** What it runs all the same, by field. */
    images: { path: string; image: string }[];
}

/** Pods are called by what made them, so that many of one kind are one line. */
export function workloadName({ value, partOf }: SourceObject, namespace: string): WorkloadName {
    if (partOf !== undefined) {
        return { kind: partOf.kind, namespace, name: partOf.name };
    }
    const kind = isRecord(value) ? String(value.kind) : "";
    const maker = kind === "Pod" ? makerOf(value) : undefined;
    return maker === undefined
        ? { kind, namespace, name: nameOf(value) ?? "" }
        : { kind, namespace, name: `of ${maker}`, pods: 1 };
}

/** Pods of one maker of which the same is said, as one. */
export function withPodsTogether<T extends { workload: WorkloadName | null }>(found: readonly T[]): T[] {
    const together = new Map<string, T>();
    for (const entry of found) {
        const { workload } = entry;
        const key = JSON.stringify({ ...entry, workload: { ...workload, pods: 0 } });
        const known = together.get(key)?.workload?.pods;
        if (known === undefined || workload?.pods === undefined) {
            together.set(together.has(key) ? `${key} ${together.size}` : key, entry);
        } else {
            together.set(key, { ...entry, workload: { ...workload, pods: known + workload.pods } });
        }
    }
    return [...together.values()];
}

/** Whether an image runs as things are and would be refused. */
export function isLost({ now, verdict }: CheckedImage): boolean {
    return verdict === Verdict.Refused && (now === Verdict.Admitted || now === Verdict.Warned);
}

/** `Deployment shop/web`. */
export function placeOf({ kind, namespace, name, pods }: WorkloadName): string {
    if (pods !== undefined) {
        return printable(`${pods} pod${pods === 1 ? "" : "s"} ${name} in ${namespace}`);
    }
    return printable(`${kind} ${namespace}/${name}`);
}
