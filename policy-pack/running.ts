/** What runs in a cluster, and would not come back once the stack is deployed. */
import { readWorkloads } from "../core/cluster";
import { isLost } from "../core/admission/checked-image";
import { withPodsTogether } from "../core/admission/judge-all";
import { exemption, Verdict } from "../core/admission";
import { makerOf } from "../core/admission/maker";
import { isRecord } from "../core/policy/shape";

import type { CheckedImage } from "../core/admission/checked-image";
import type { Objects, SourceObject } from "../core/admission/objects";
import type { RegistryReader } from "../core/registry";
import type { Knowledge } from "./knowledge";
import type { Outside } from "./outside";

/** What is known of the cluster as it is, and as the stack will leave it. */
export interface Change {
    cluster: NonNullable<Outside["cluster"]>;
    stack: Objects;
    before: Knowledge;
    after: Knowledge;
}

/**
 * The images that run now and would be refused should their pods have to start again: because the stack enforces their
 * namespace, adds a policy, or lets one refuse that only warned. What the stack itself deploys is not among them.
 */
export async function lostImages(change: Change, registry: RegistryReader): Promise<CheckedImage[]> {
    const { cluster, stack, before, after } = change;
    const newlyEnforced = stack.namespaces
        .map(({ name }) => name)
        .filter((name) => isExempt(before, name) && !isExempt(after, name));
    const running = [...cluster.objects.workloads, ...(await readWorkloads(cluster.reader, newlyEnforced))];
    const own = new Set(stack.workloads.map(({ value }) => nameIn(value)));
    const others = running.filter(({ value }) => !own.has(nameIn(value)) && !own.has(makerIn(value)));
    const judged = await Promise.all(others.map((workload) => judgeBoth(workload, change, registry)));
    return withPodsTogether(judged.flat().filter(isLost));
}

async function judgeBoth(
    { value: workload }: SourceObject,
    { before, after }: Change,
    registry: RegistryReader,
): Promise<CheckedImage[]> {
    const [now, then] = await Promise.all(
        [before, after].map((known) =>
            known.admission(registry).judgeWorkload({ workload, namespace: known.namespaceOf(workload) }),
        ),
    );
    return (then?.images ?? []).map(({ path, ...image }) => ({
        ...image,
        // Nothing is said of an object that is exempt now: it runs.
        now: now?.images.find((other) => other.path === path)?.verdict ?? Verdict.Admitted,
        workload: { ...placeOf(workload), path },
    }));
}

function isExempt(known: Knowledge, namespace: string): boolean {
    const state = known.namespaceOf({ metadata: { namespace } });
    return state.labels === undefined || exemption(state) !== undefined;
}

function placeOf(workload: unknown): Omit<NonNullable<CheckedImage["workload"]>, "path"> {
    const { kind, namespace, name } = partsOf(workload);
    const maker = kind === "Pod" ? makerOf(workload) : undefined;
    return maker === undefined ? { kind, namespace, name } : { kind, namespace, name: `of ${maker}`, pods: 1 };
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
