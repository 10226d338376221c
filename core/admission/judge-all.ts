/** From images and objects to verdicts. */
import { workloadName } from "./checked-image";
import { Verdict } from "./verdict";
import { readWorkload } from "./workload";

import type { RegistryReader } from "../registry";
import type { WorkloadVerdict } from "./admission";
import type { Change, Subject } from "./change";
import type { CheckedImage, CheckedWorkload, ExemptWorkload } from "./checked-image";
import type { Knowledge } from "./knowledge";
import type { SourceObject } from "./objects";
import type { ImageVerdict } from "./verdict";

/** What is to be judged. */
export interface Subjects {
    /** By name. */
    images: readonly string[];
    workloads: readonly Subject[];
}

/** What was judged. */
export interface JudgedSubjects {
    images: CheckedImage[];
    /** Objects of which nothing is checked. */
    exempt: ExemptWorkload[];
    /** Images of volumes, which no released policy-controller looks at. */
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
            return { images: [checked(verdict, null)], exempt: [], unchecked: [] };
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
        exempt: found.flatMap(({ exempt }) => exempt),
        unchecked: found.flatMap(({ unchecked }) => unchecked),
    };
}

async function judgeWorkload(
    source: SourceObject,
    known: Knowledge,
    registry: RegistryReader,
): Promise<JudgedSubjects> {
    const { value, previous, isPatch, partOf } = source;
    const namespace = known.namespaceOf(value);
    const verdict = await known.admission(registry).judgeWorkload({ workload: value, previous, isPatch, namespace });
    const name = workloadName(source, namespace.name);
    const place = (path: string): CheckedWorkload => ({ ...name, path: fieldOf(path, partOf) });
    const exempt = exemptWorkload(source, namespace.name, verdict);
    return {
        exempt: exempt === undefined ? [] : [exempt],
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

/** An object of which nothing is checked, as reports have it; undefined for every other one, and for one that names no image. */
export function exemptWorkload(
    source: SourceObject,
    namespace: string,
    verdict: WorkloadVerdict | undefined,
): ExemptWorkload | undefined {
    const { reason = "", images = [] } = verdict?.exemption ?? {};
    const inObject = images.map(({ path, image }) => ({ path: fieldOf(path, source.partOf), image }));
    return images.length === 0 ? undefined : { workload: workloadName(source, namespace), reason, images: inObject };
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
