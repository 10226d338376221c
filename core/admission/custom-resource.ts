/** The pods of custom resources, which nothing describes but convention. */
import { isRecord, nameOf } from "../policy/shape";
import { UNKNOWN } from "../policy/unknown";

import type { SourceObject } from "./objects";

/** Deeper than any template that people write. */
const MAXIMUM_DEPTH = 12;

/** What is found in a custom resource. */
export interface CustomPods {
    /** The pods that its operator will make, as far as they are described as pods. */
    pods: SourceObject[];
    /** The field of an image that stands anywhere else: what is made of it only the operator knows. */
    elsewhere?: string;
}

/**
 * Looks for pods in an object whose controller makes them: wherever in it there are containers with images, as in a
 * `template.spec`. The webhook judges them when they are made, and never the object itself. Where a value is not known yet
 * that may hold them, one unknown image stands for all of them.
 */
export function podsOfCustomResource({
    value: resource,
    isPatch,
}: Pick<SourceObject, "isPatch"> & { value: Readonly<Record<string, unknown>> }): CustomPods {
    const metadata = isRecord(resource.metadata) ? resource.metadata : {};
    const found: Found = { pods: [] };
    look({ value: resource.spec, path: "spec", field: "spec" }, found);
    return {
        pods: found.pods.map(({ spec, path, labels }) => ({
            value: { apiVersion: "v1", kind: "Pod", metadata: { namespace: metadata.namespace, labels }, spec },
            isPatch,
            partOf: { kind: String(resource.kind), name: nameOf(resource) ?? "", path },
        })),
        elsewhere: found.elsewhere,
    };
}

interface Found {
    pods: { spec: unknown; path: string; labels: unknown }[];
    elsewhere?: string;
}

/** A value and where it stands. */
interface Place {
    value: unknown;
    path: string;
    /** The name of the field, empty for what stands in a list. */
    field: string;
    parent?: Readonly<Record<string, unknown>>;
    /** The name of the field that the parent stands in. */
    parentField?: string;
}

function look(place: Place, found: Found): void {
    const { value, path, field, parent = {} } = place;
    if (path.split(".").length > MAXIMUM_DEPTH) {
        return;
    }
    if (isPodSpec(place)) {
        const labels = isRecord(parent.metadata) ? parent.metadata.labels : undefined;
        found.pods.push({ spec: value, path, labels });
    } else if (isTemplate(field) && value === UNKNOWN) {
        found.pods.push({ spec: UNKNOWN, path: `${path}.spec`, labels: undefined });
    } else if (Array.isArray(value)) {
        value.forEach((item, index) => {
            look({ value: item, path: `${path}[${index}]`, field: "" }, found);
        });
    } else if (isRecord(value)) {
        for (const [name, item] of Object.entries(value)) {
            look({ value: item, path: `${path}.${name}`, field: name, parent: value, parentField: field }, found);
        }
    } else if (field === "image" && (value === UNKNOWN || (typeof value === "string" && value !== ""))) {
        found.elsewhere ??= path;
    }
}

function isPodSpec({ value, field, parentField = "" }: Place): boolean {
    if (!isRecord(value)) {
        return value === UNKNOWN && field === "spec" && isTemplate(parentField);
    }
    const { containers } = value;
    return (
        containers === UNKNOWN ||
        (Array.isArray(containers) && containers.some((it) => it === UNKNOWN || (isRecord(it) && "image" in it)))
    );
}

/** `template`, `podTemplate`. */
function isTemplate(field: string): boolean {
    return /template$/i.test(field);
}
