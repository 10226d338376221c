import { containsUnknown, UNKNOWN } from "../policy/unknown";
import { isRecord } from "../policy/shape";

import type { Labels } from "./label-selector";

/** An object that runs images, as far as admission looks at it. */
export interface Workload {
    apiVersion: string;
    kind: string;
    /** Undefined where the object has none yet. */
    name?: string;
    namespace?: string;
    /** The object's own labels, not those of its pods; undefined where they are not known yet. */
    labels: Labels | undefined;
    /** The images that are verified. */
    images: WorkloadImage[];
    /** The images of volumes, which no released policy-controller looks at. */
    volumeImages: WorkloadImage[];
    replicas?: number;
    /** Whether it is on its way out: then nothing is checked. */
    isBeingDeleted: boolean;
    /** Whether another object controls it, as a Deployment does its ReplicaSets. */
    isControlled: boolean;
    /** Whether it is a patch without an image somewhere: the object is judged with those that it has, which nobody knows here. */
    leavesImages: boolean;
}

/** An image and where the object names it. */
export interface WorkloadImage {
    /** The field: `spec.template.spec.containers[0].image`. */
    path: string;
    /** Undefined where it is not known yet. */
    image: string | undefined;
    /** Ephemeral containers are verified, but their tags are not resolved. */
    isEphemeral: boolean;
}

/** Where each kind has its pod's spec; the kinds that the webhooks see (`types` in cmd/webhook/main.go). */
const POD_SPECS: Readonly<Record<string, readonly string[] | undefined>> = {
    "v1/Pod": ["spec"],
    "apps/v1/ReplicaSet": ["spec", "template", "spec"],
    "apps/v1/Deployment": ["spec", "template", "spec"],
    "apps/v1/StatefulSet": ["spec", "template", "spec"],
    "apps/v1/DaemonSet": ["spec", "template", "spec"],
    "batch/v1/Job": ["spec", "template", "spec"],
    "batch/v1/CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
    "batch/v1beta1/CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
};

/** The fields that lead to the spec of an object's pods; undefined for a kind that the webhooks do not see. */
export function podSpecFields(apiVersion: string, kind: string): readonly string[] | undefined {
    return POD_SPECS[`${apiVersion}/${kind}`];
}

/** The kinds whose shrinking is not checked (`PodScalable.IsScalingDown`). */
export const SCALABLE: readonly string[] = ["ReplicaSet", "Deployment", "StatefulSet"];

/**
 * Reads an object as admission does. Undefined for a kind that the webhooks do not see.
 *
 * @param isPatch whether it is only a part of the object: what is not in it stays as it is
 */
export function readWorkload(manifest: unknown, isPatch = false): Workload | undefined {
    if (!isRecord(manifest) || typeof manifest.apiVersion !== "string" || typeof manifest.kind !== "string") {
        return undefined;
    }
    const place = podSpecFields(manifest.apiVersion, manifest.kind);
    if (place === undefined) {
        return undefined;
    }
    const metadata = record(manifest.metadata);
    const { replicas } = record(manifest.spec);
    return {
        apiVersion: manifest.apiVersion,
        kind: manifest.kind,
        name: text(metadata.name),
        namespace: text(metadata.namespace),
        labels: manifest.metadata === UNKNOWN ? undefined : labelsOf(metadata.labels),
        ...imagesOf(
            place.reduce<unknown>((value, field) => (value === UNKNOWN ? UNKNOWN : record(value)[field]), manifest),
            place.join("."),
            isPatch,
        ),
        // The API server writes 1 where there is none.
        replicas: typeof replicas === "number" ? replicas : replicas === undefined && !isPatch ? 1 : undefined,
        isBeingDeleted: text(metadata.deletionTimestamp) !== undefined,
        isControlled: list(metadata.ownerReferences).some((owner) => record(owner).controller === true),
    };
}

/** A pod that runs one image and nothing else is known of. */
export function bareWorkload(image: string | undefined): Workload {
    return {
        apiVersion: "v1",
        kind: "Pod",
        labels: {},
        images: [{ path: "spec.containers[0].image", image, isEphemeral: false }],
        volumeImages: [],
        isBeingDeleted: false,
        isControlled: false,
        leavesImages: false,
    };
}

const CONTAINER_FIELDS = ["initContainers", "containers", "ephemeralContainers"] as const;

/**
 * The images of a pod's spec, in the order in which the webhook goes through them. Where a part is not known yet, one unknown
 * image stands for all that may be in it.
 */
function imagesOf(
    podSpec: unknown,
    path: string,
    isPatch: boolean,
): Pick<Workload, "images" | "volumeImages" | "leavesImages"> {
    if (podSpec === UNKNOWN) {
        const all = { path, image: undefined, isEphemeral: false };
        return { images: [all], volumeImages: [], leavesImages: false };
    }
    const spec = record(podSpec);
    const found = CONTAINER_FIELDS.flatMap((field): (WorkloadImage | undefined)[] => {
        const isEphemeral = field === "ephemeralContainers";
        return spec[field] === UNKNOWN
            ? [{ path: `${path}.${field}`, image: undefined, isEphemeral }]
            : list(spec[field]).map((container, index) =>
                  isPatch && hasNoImage(container)
                      ? undefined
                      : { path: `${path}.${field}[${index}].image`, image: text(record(container).image), isEphemeral },
              );
    });
    const images = found.filter((image) => image !== undefined);
    return {
        images,
        leavesImages: isPatch && (images.length === 0 || images.length < found.length),
        volumeImages: list(spec.volumes).flatMap((volume, index) => {
            const { reference } = record(record(volume).image);
            return reference === undefined || reference === ""
                ? []
                : [{ path: `${path}.volumes[${index}].image.reference`, image: text(reference), isEphemeral: false }];
        }),
    };
}

function hasNoImage(container: unknown): boolean {
    return isRecord(container) && (container.image === undefined || container.image === null);
}

function labelsOf(value: unknown): Labels | undefined {
    if (containsUnknown(value)) {
        return undefined;
    }
    return Object.fromEntries(
        Object.entries(record(value)).flatMap(([name, label]) => (typeof label === "string" ? [[name, label]] : [])),
    );
}

function record(value: unknown): Readonly<Record<string, unknown>> {
    return isRecord(value) ? value : {};
}

function list(value: unknown): readonly unknown[] {
    return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | undefined {
    return typeof value === "string" ? value : undefined;
}
