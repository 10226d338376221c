/** From images and objects to verdicts. */
import { isRecord, nameOf } from "../policy/shape";
import { makerOf } from "./maker";

import type { Admission } from "./admission";
import type { CheckedImage, CheckedWorkload } from "./checked-image";
import type { NamespaceState } from "./namespace";
import type { SourceObject } from "./objects";
import type { ImageVerdict } from "./verdict";

/** What is to be judged. */
export interface Subjects {
    /** By name. */
    images: readonly string[];
    workloads: readonly SourceObject[];
    /** Those whose labels are known; every other one is taken for enforced. */
    namespaces: readonly NamespaceState[];
}

/** What was judged, and the images of volumes, which no released policy-controller looks at. */
export interface JudgedSubjects {
    images: CheckedImage[];
    unchecked: { image: string; workload: CheckedWorkload }[];
}

/** Judges everything, in the order in which it was given. @param onDone after each image or object */
export async function judgeAll(subjects: Subjects, admission: Admission, onDone: () => void): Promise<JudgedSubjects> {
    const namespaces = new Map(subjects.namespaces.map((namespace) => [namespace.name, namespace]));
    const found = await Promise.all([
        ...[...new Set(subjects.images)].map(async (image) => {
            const verdict = await admission.judge({ image });
            onDone();
            return { images: [checked(verdict, null)], unchecked: [] };
        }),
        ...subjects.workloads.map(async (workload) => {
            const namespace = namespaceOf(workload.value);
            const state = namespaces.get(namespace) ?? { name: namespace };
            const found = await judgeWorkload(admission, workload, state);
            onDone();
            return found;
        }),
    ]);
    return {
        images: found.flatMap(({ images }) => images),
        unchecked: found.flatMap(({ unchecked }) => unchecked),
    };
}

async function judgeWorkload(
    admission: Admission,
    { value, previous, partOf }: SourceObject,
    namespace: NamespaceState,
): Promise<JudgedSubjects> {
    const verdict = await admission.judgeWorkload({ workload: value, previous, namespace });
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

/** A field of a pod's manifest, as the field of the object that describes the pod. */
export function fieldOf(path: string, partOf: SourceObject["partOf"]): string {
    return partOf === undefined ? path : path.replace(/^spec/, partOf.path);
}

function checked({ image, digest, verdict, reason, policies }: ImageVerdict, workload: CheckedWorkload | null) {
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

function namespaceOf(workload: unknown): string {
    const { namespace } = isRecord(workload) && isRecord(workload.metadata) ? workload.metadata : {};
    return typeof namespace === "string" && namespace !== "" ? namespace : "default";
}
