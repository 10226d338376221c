/** The pods of custom resources, which nothing describes but convention. */
import { isRecord, nameOf } from "./objects";

import type { SourceObject } from "./objects";

/** Deeper than any template that people write. */
const MAXIMUM_DEPTH = 12;

/**
 * The pods that the operator of a custom resource will make: wherever in it there are containers with images, as in a
 * `template.spec`. The webhook judges them when the operator makes them, and never the custom resource.
 */
export function podsOfCustomResource(resource: Readonly<Record<string, unknown>>): SourceObject[] {
    const metadata = isRecord(resource.metadata) ? resource.metadata : {};
    return podSpecs(resource.spec, "spec", {}).map(({ spec, path, labels }) => ({
        value: { apiVersion: "v1", kind: "Pod", metadata: { namespace: metadata.namespace, labels }, spec },
        partOf: { kind: String(resource.kind), name: nameOf(resource), path },
    }));
}

interface PodSpec {
    spec: Record<string, unknown>;
    path: string;
    labels: unknown;
}

function podSpecs(value: unknown, path: string, parent: Readonly<Record<string, unknown>>): PodSpec[] {
    if (path.split(".").length > MAXIMUM_DEPTH) {
        return [];
    }
    if (Array.isArray(value)) {
        return value.flatMap((item, index) => podSpecs(item, `${path}[${index}]`, {}));
    }
    if (!isRecord(value)) {
        return [];
    }
    if (Array.isArray(value.containers) && value.containers.some((it) => isRecord(it) && "image" in it)) {
        const labels = isRecord(parent.metadata) ? parent.metadata.labels : undefined;
        return [{ spec: value, path, labels }];
    }
    return Object.entries(value).flatMap(([field, item]) => podSpecs(item, `${path}.${field}`, value));
}
