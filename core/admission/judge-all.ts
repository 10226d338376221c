/** From images and objects to verdicts. */
import { isRecord, nameOf } from "../policy/shape";
import { makerOf } from "./maker";
import { Verdict } from "./verdict";
import { readWorkload } from "./workload";

import type { RegistryReader } from "../registry";
import type { Change, Subject } from "./change";
import type { CheckedImage, CheckedWorkload } from "./checked-image";
import type { Knowledge } from "./knowledge";
import type { SourceObject } from "./objects";
import type { ImageVerdict } from "./verdict";

/** What is to be judged. */
export interface Subjects {
    /** By name. */
    images: readonly string[];
    workloads: readonly Subject[];
}

/** What was judged, and the images of volumes, which no released policy-controller looks at. */
export interface JudgedSubjects {
    images: CheckedImage[];
    unchecked: { image: string; workload: CheckedWorkload }[];
}

/**
 * Judges everything, in the order in which it was given, by the cluster as it will be. What runs in it now is judged as things
 * are, too, where the two are to be compared.
 *
 * @param onDone after each image or object
 */
export async function judgeAll(
    subjects: Subjects,
    { before, after }: Change,
    registry: RegistryReader,
    onDone: () => void = () => undefined,
): Promise<JudgedSubjects> {
    const found = await Promise.all([
        ...[...new Set(subjects.images)].map(async (image) => {
            const verdict = await after.admission(registry).judge({ image });
            onDone();
            return { images: [checked(verdict, null)], unchecked: [] };
        }),
        ...subjects.workloads.map(async ({ running, ...workload }) => {
            const [judged, now] = await Promise.all([
                judgeWorkload(workload, after, registry),
                before === undefined || running === undefined ? undefined : verdictsNow(running, before, registry),
            ]);
            onDone();
            return { ...judged, images: judged.images.map((image) => withNow(image, now)) };
        }),
    ]);
    return {
        images: found.flatMap(({ images }) => images),
        unchecked: found.flatMap(({ unchecked }) => unchecked),
    };
}

async function judgeWorkload(
    { value, previous, partOf }: SourceObject,
    known: Knowledge,
    registry: RegistryReader,
): Promise<JudgedSubjects> {
    const namespace = known.namespaceOf(value);
    const verdict = await known.admission(registry).judgeWorkload({ workload: value, previous, namespace });
    const place = (path: string): CheckedWorkload => ({
        ...(partOf === undefined ? nameParts(value) : { kind: partOf.kind, name: partOf.name }),
        namespace: namespace.name,
        path: fieldOf(path, partOf),
    });
    return {
        images: verdict?.images.map(({ path, ...image }) => checked(image, place(path))) ?? [],
        unchecked: verdict?.unchecked.map(({ image, path }) => ({ image, workload: place(path) })) ?? [],
    };
}

/** The images of an object that runs, by the fields that name them. */
type RunningImages = { path: string; image: string | undefined; now: Verdict }[];

async function verdictsNow(running: unknown, known: Knowledge, registry: RegistryReader): Promise<RunningImages> {
    const namespace = known.namespaceOf(running);
    const verdict = await known.admission(registry).judgeWorkload({ workload: running, namespace });
    return (readWorkload(running)?.images ?? []).map(({ path, image }) => ({
        path,
        image,
        // Nothing is said of an object that is exempt now: it runs.
        now: verdict?.images.find((judged) => judged.path === path)?.verdict ?? Verdict.Admitted,
    }));
}

/** An image that the object does not run now has no verdict as things are. */
function withNow(image: CheckedImage, running: RunningImages = []): CheckedImage {
    const same = running.filter((other) => other.image === image.image);
    const [found] = [...same.filter(({ path }) => path === image.workload?.path), ...same];
    return found === undefined ? image : { ...image, now: found.now };
}

/** A field of a pod's manifest, as the field of the object that describes the pod. */
export function fieldOf(path: string, partOf: SourceObject["partOf"]): string {
    return partOf === undefined ? path : path.replace(/^spec/, partOf.path);
}

function checked(
    { image, digest, verdict, reason, policies }: ImageVerdict,
    workload: CheckedWorkload | null,
): CheckedImage {
    return { image, digest, verdict, reason, workload, policies };
}

/** Pods are called by what made them, so that many of one kind are one line. */
function nameParts(workload: unknown): Pick<CheckedWorkload, "kind" | "name" | "pods"> {
    const maker = isRecord(workload) && workload.kind === "Pod" ? makerOf(workload) : undefined;
    return maker === undefined
        ? { kind: isRecord(workload) ? String(workload.kind) : "", name: nameOf(workload) ?? "" }
        : { kind: "Pod", name: `of ${maker}`, pods: 1 };
}

/** Pods of one maker with the same image and the same verdicts, as one. */
export function withPodsTogether(images: readonly CheckedImage[]): CheckedImage[] {
    const together = new Map<string, CheckedImage>();
    for (const image of images) {
        const { workload, digest, verdict, now, reason } = image;
        const key = JSON.stringify([image.image, digest, verdict, now, reason, { ...workload, pods: 0 }]);
        const known = together.get(key);
        if (known?.workload?.pods === undefined || workload?.pods === undefined) {
            together.set(known === undefined ? key : `${key} ${together.size}`, image);
        } else {
            together.set(key, { ...known, workload: { ...known.workload, pods: known.workload.pods + workload.pods } });
        }
    }
    return [...together.values()];
}
