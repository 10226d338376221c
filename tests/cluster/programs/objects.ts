import { readFileSync } from "node:fs";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** What a test wants of the stack. */
export interface Wishes {
    /** Kubernetes objects, by the names of their resources; a `NamespacePatch` as Pulumi has it. */
    objects: Record<string, KubernetesObject>;
}

export interface KubernetesObject {
    apiVersion: string;
    kind: string;
    metadata?: { name?: string; namespace?: string; labels?: Record<string, string> };
    [field: string]: unknown;
}

/** Stands for a value that only the deployment will know. */
export const LATER = "(later)";

const file = new pulumi.Config().get("wishes");
if (file !== undefined) {
    const { objects } = JSON.parse(readFileSync(file, "utf8")) as Wishes;
    const later = new random.RandomPet("later").id;
    for (const [name, object] of Object.entries(objects)) {
        const known = withLater(object, later) as KubernetesObject;
        if (known.kind === "NamespacePatch") {
            new kubernetes.core.v1.NamespacePatch(name, { metadata: known.metadata });
        } else {
            new kubernetes.apiextensions.CustomResource(name, known);
        }
    }
}

function withLater(value: unknown, later: pulumi.Output<string>): unknown {
    if (Array.isArray(value)) {
        return value.map((item) => withLater(item, later));
    }
    if (typeof value === "object" && value !== null) {
        return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withLater(item, later)]));
    }
    return value === LATER ? later : value;
}
