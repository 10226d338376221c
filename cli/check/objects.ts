/** Sorts Kubernetes objects of any source by what they are to admission. */
import { configOfData, readWorkload } from "../../core/admission";
import { manifestKind } from "../../core/policy/document";
import { podsOfCustomResource } from "./custom-resource";

import type { ControllerConfig, NamespaceState } from "../../core/admission";

/** An object, and the one that it replaces where that is known. */
export interface SourceObject {
    value: unknown;
    previous?: unknown;
    /** Where a pod comes from that a custom resource's operator will make, and the field that describes it. */
    partOf?: { kind: string; name: string; path: string };
}

/** What is known of a cluster, or of what will be in it. */
export interface Objects {
    policies: unknown[];
    trustRoots: unknown[];
    /** Of any namespace. */
    secrets: unknown[];
    namespaces: NamespaceState[];
    /** What the ConfigMap `config-policy-controller` says, where it is there. */
    config?: ControllerConfig;
    /** Objects that run images and that the webhooks see. */
    workloads: SourceObject[];
    /** Objects that make pods in a way that cannot be looked into, by kind and name. */
    opaque: string[];
}

/** Sorts objects; Lists are looked into, everything that says nothing to admission is passed over. */
export function sortObjects(sources: readonly SourceObject[]): Objects {
    const objects: Objects = {
        policies: [],
        trustRoots: [],
        secrets: [],
        namespaces: [],
        workloads: [],
        opaque: [],
    };
    const labels = new Map<string, Record<string, string>>();
    for (const source of sources.flatMap(itemsOf)) {
        const { value } = source;
        const kind = manifestKind(value);
        if (kind !== undefined) {
            (kind === "TrustRoot" ? objects.trustRoots : objects.policies).push(value);
        } else if (readWorkload(value) !== undefined) {
            objects.workloads.push(source);
        } else if (isRecord(value)) {
            sortOther(value, objects, labels);
        }
    }
    objects.namespaces = [...labels].map(([name, known]) => ({ name, labels: known }));
    return objects;
}

function sortOther(value: ReadObject, objects: Objects, labels: Map<string, Record<string, string>>): void {
    const name = nameOf(value);
    switch (`${String(value.apiVersion)}/${String(value.kind)}`) {
        case "v1/Secret":
            objects.secrets.push(value);
            break;
        case "v1/Namespace":
        case "v1/NamespacePatch":
            // The label may come from another object than the namespace: a patch.
            labels.set(name, { ...labels.get(name), ...labelsOf(value) });
            break;
        case "v1/ConfigMap":
            if (name === "config-policy-controller" && isRecord(value.data)) {
                objects.config = configOfData(value.data as Record<string, string>);
            }
            break;
        case "helm.sh/v3/Release":
            objects.opaque.push(`Helm release ${typeof value.name === "string" ? value.name : name}`);
            break;
        default:
            objects.workloads.push(...(isCustom(value) ? podsOfCustomResource(value) : []));
    }
}

/** Whether an object's group is none of Kubernetes' own, which end in `.k8s.io` or have no dot. */
function isCustom({ apiVersion }: ReadObject): boolean {
    const [group = ""] = String(apiVersion).split("/");
    return group.includes(".") && !group.endsWith(".k8s.io");
}

type ReadObject = Readonly<Record<string, unknown>>;

/** What `kubectl get -o yaml` prints for several objects, as several objects. */
function itemsOf(source: SourceObject): SourceObject[] {
    const { value } = source;
    return isRecord(value) && String(value.kind).endsWith("List") && Array.isArray(value.items)
        ? value.items.flatMap((item: unknown) => itemsOf({ value: item }))
        : [source];
}

/** `metadata.name`; empty where there is none. */
export function nameOf(value: unknown): string {
    const metadata = isRecord(value) && isRecord(value.metadata) ? value.metadata : {};
    return typeof metadata.name === "string" ? metadata.name : "";
}

function labelsOf({ metadata }: ReadObject): Record<string, string> {
    const { labels } = isRecord(metadata) ? metadata : {};
    return isRecord(labels) ? (labels as Record<string, string>) : {};
}

/** True for what YAML and JSON call a mapping or an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
