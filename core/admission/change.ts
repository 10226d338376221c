/** What runs in a cluster, beside what is given to take its place. */
import { isRecord } from "../policy/shape";
import { makerOf } from "./maker";
import { exemption } from "./namespace";

import type { Knowledge } from "./knowledge";
import type { SourceObject } from "./objects";

/** A cluster as it is, and as it will be. */
export interface Change {
    /** What the cluster itself says, and nothing else. Absent where the two are not to be compared. */
    before?: Knowledge;
    after: Knowledge;
}

/** An object that is to be judged, and the one of its name that runs in the cluster now: the same one where it stays as it is. */
export interface Subject extends SourceObject {
    running?: unknown;
}

/** What is given, each with the object that it replaces. */
export function withRunning(given: readonly SourceObject[], running: readonly SourceObject[]): Subject[] {
    const byName = new Map(running.map(({ value }) => [nameIn(value), value]));
    return given.map((object) => ({ ...object, running: byName.get(nameIn(object.value)) }));
}

/** What runs and stays as it is: neither an object that is given, nor a pod of one. A patch replaces only a part of its object. */
export function remaining(running: readonly SourceObject[], given: readonly SourceObject[]): Subject[] {
    const replaced = new Set(given.flatMap(({ value, isPatch }) => (isPatch === true ? [] : [nameIn(value)])));
    return running
        .filter(({ value }) => !replaced.has(nameIn(value)) && !replaced.has(makerIn(value)))
        .map((object) => ({ ...object, running: object.value }));
}

/** The namespaces of these that the cluster passes over now, and will pass over no more. */
export function newlyEnforced(
    names: readonly string[],
    { before, after }: Readonly<Record<"before" | "after", Knowledge>>,
): string[] {
    return [...new Set(names)].filter(
        (name) => exemption(before.namespace(name)) !== undefined && exemption(after.namespace(name)) === undefined,
    );
}

/** `Deployment/shop/web`. */
function nameIn(workload: unknown): string {
    const { kind, namespace, name } = partsOf(workload);
    return `${kind}/${namespace}/${name}`;
}

/** The same of what made a pod, or a Job whose pod it is: a CronJob names its Jobs by the minute (`CRONJOB-29384756`). */
function makerIn(workload: unknown): string {
    const [kind = "", name = ""] = (makerOf(workload) ?? "").split("/");
    const cronJob = kind === "Job" ? /^(.+)-\d{8}$/.exec(name)?.[1] : undefined;
    const maker = cronJob === undefined ? [kind, name] : ["CronJob", cronJob];
    return [maker[0], partsOf(workload).namespace, maker[1]].join("/");
}

function partsOf(workload: unknown): { kind: string; namespace: string; name: string } {
    const { kind, metadata } = isRecord(workload) ? workload : {};
    const { namespace = "default", name = "" } = isRecord(metadata) ? metadata : {};
    return { kind: String(kind), namespace: String(namespace), name: String(name) };
}
