/** Sorts Kubernetes objects of any source by what they are to admission. */
import { manifestKind } from "../policy/document";
import { isRecord, nameOf } from "../policy/shape";
import { containsUnknown, UNKNOWN } from "../policy/unknown";
import { configOfData } from "./config";
import { podsOfCustomResource } from "./custom-resource";
import { EXCLUDE_LABEL, INCLUDE_LABEL } from "./namespace";
import { readWorkload } from "./workload";

import type { ControllerConfig } from "./config";
import type { NamespaceState } from "./namespace";

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
    const name = nameOf(value) ?? "";
    switch (`${String(value.apiVersion)}/${String(value.kind)}`) {
        case "v1/Secret":
            objects.secrets.push(value);
            break;
        case "v1/Namespace":
        case "v1/NamespacePatch":
            sortNamespace(value, labels);
            break;
        case "v1/ConfigMap":
            if (name === "config-policy-controller" && isRecord(value.data)) {
                objects.config = configOfData(value.data as Record<string, string>);
            }
            break;
        case "helm.sh/v3/Release":
            objects.opaque.push(`Helm release ${typeof value.name === "string" ? value.name : name}`);
            break;
        case "v1/ReplicationController":
            // None that the webhooks see; they see its pods.
            objects.workloads.push(...podsOfCustomResource(value).pods);
            break;
        default:
            if (isCustom(value)) {
                sortCustom(value, objects);
            }
    }
}

function sortCustom(value: ReadObject, { workloads, opaque }: Objects): void {
    const what = `${String(value.kind)} ${nameOf(value) ?? ""}`.trimEnd();
    const { pods, elsewhere } = podsOfCustomResource(value);
    workloads.push(...pods);
    if (MAKERS.includes(`${groupOf(value)}/${String(value.kind)}`)) {
        opaque.push(what);
    } else if (value.spec === UNKNOWN) {
        opaque.push(`${what} (its spec is not known yet)`);
    } else if (elsewhere !== undefined) {
        opaque.push(`${what} (an image at ${elsewhere})`);
    }
}

/** Custom resources that deploy what is described elsewhere: charts, and folders in repositories. */
const MAKERS: readonly string[] = [
    "helm.toolkit.fluxcd.io/HelmRelease",
    "kustomize.toolkit.fluxcd.io/Kustomization",
    "argoproj.io/Application",
    "argoproj.io/ApplicationSet",
    "helm.cattle.io/HelmChart",
];

function groupOf({ apiVersion }: ReadObject): string {
    return String(apiVersion).split("/")[0] ?? "";
}

/** The label may come from another object than the namespace: a patch. What labels are not known yet is taken for enforced. */
function sortNamespace(value: ReadObject, known: Map<string, Record<string, string>>): void {
    const name = nameOf(value) ?? "";
    const labels = labelsOf(value);
    const deciding = [INCLUDE_LABEL, EXCLUDE_LABEL].map((label) => labels?.[label]);
    const isDecided = deciding.some((label) => label !== undefined);
    // The labels that a patch does not name stay as they are, which nobody knows here.
    const isSilent = value.kind === "NamespacePatch" && !known.has(name) && !isDecided;
    if (labels !== undefined && !isSilent && !containsUnknown(deciding)) {
        known.set(name, { ...known.get(name), ...labels });
    }
}

/** Whether an object's group is none of Kubernetes' own, which end in `.k8s.io` or have no dot. */
function isCustom(value: ReadObject): boolean {
    const group = groupOf(value);
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

/** The policies of a cluster with those of files over them, by name. */
export function withPolicies(current: readonly unknown[], over: readonly unknown[]): unknown[] {
    const names = new Set(over.map(nameOf));
    return [...current.filter((policy) => !names.has(nameOf(policy))), ...over];
}

/** Undefined where they are not known yet. */
function labelsOf({ metadata }: ReadObject): Record<string, string> | undefined {
    const { labels } = isRecord(metadata) ? metadata : {};
    if (metadata === UNKNOWN || labels === UNKNOWN) {
        return undefined;
    }
    return isRecord(labels) ? (labels as Record<string, string>) : {};
}
