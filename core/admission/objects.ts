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
    /** Whether it is a part of an object, of which the rest is not known. */
    isPatch?: boolean;
    /** Where a pod comes from that a custom resource's operator will make, and the field that describes it. */
    partOf?: { kind: string; name: string; path: string };
}

/** What is known of a cluster, or of what will be in it. */
export interface Objects {
    policies: unknown[];
    trustRoots: unknown[];
    /** Of any namespace. */
    secrets: unknown[];
    /** In the order in which something is said of whether they are enforced; without labels where those are not known yet. */
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
    for (const source of sources.flatMap(itemsOf)) {
        const { value, isPatch } = source;
        const kind = manifestKind(value);
        const workload = readWorkload(value, isPatch);
        if (kind !== undefined) {
            (kind === "TrustRoot" ? objects.trustRoots : objects.policies).push(value);
        } else if (workload !== undefined) {
            objects.workloads.push(source);
            if (workload.leavesImages) {
                objects.opaque.push(`${workload.kind} ${workload.name ?? ""} (a patch that leaves images as they are)`);
            }
        } else if (isRecord(value)) {
            sortOther({ value, isPatch }, objects);
        }
    }
    return objects;
}

/** Whether objects say something of the rules, or of where they hold. */
export function areRuling({ policies, trustRoots, secrets, namespaces, config }: Omit<Objects, "workloads">): boolean {
    return config !== undefined || [policies, trustRoots, secrets, namespaces].some((list) => list.length > 0);
}

function sortOther(source: ReadSource, objects: Objects): void {
    const { value } = source;
    const name = nameOf(value) ?? "";
    switch (`${String(value.apiVersion)}/${String(value.kind)}`) {
        case "v1/Secret":
            objects.secrets.push(value);
            break;
        case "v1/Namespace":
        case "v1/NamespacePatch": {
            const state = enforcementIn(value, name);
            objects.namespaces.push(...(state === undefined ? [] : [state]));
            break;
        }
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
            objects.workloads.push(...podsOfCustomResource(source).pods);
            break;
        default:
            if (isCustom(value)) {
                sortCustom(source, objects);
            }
    }
}

function sortCustom(source: ReadSource, { workloads, opaque }: Objects): void {
    const { value } = source;
    const what = `${String(value.kind)} ${nameOf(value) ?? ""}`.trimEnd();
    const { pods, elsewhere } = podsOfCustomResource(source);
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

/**
 * What a Namespace, or a part of one, says of whether it is enforced; undefined for a part that says nothing of that. A Namespace
 * without the label is not enforced, unless another source has the label: an apply leaves those alone that others have set, such
 * as the stack of an EnforcedNamespace.
 */
function enforcementIn(value: ReadObject, name: string): NamespaceState | undefined {
    const labels = labelsOf(value);
    const deciding = [INCLUDE_LABEL, EXCLUDE_LABEL].map((label) => labels?.[label]);
    if (labels === undefined || containsUnknown(deciding)) {
        return { name };
    }
    return value.kind === "Namespace" || deciding.some((label) => label !== undefined) ? { name, labels } : undefined;
}

/** Whether an object's group is none of Kubernetes' own, which end in `.k8s.io` or have no dot. */
function isCustom(value: ReadObject): boolean {
    const group = groupOf(value);
    return group.includes(".") && !group.endsWith(".k8s.io");
}

type ReadObject = Readonly<Record<string, unknown>>;

type ReadSource = Pick<SourceObject, "isPatch"> & { value: ReadObject };

/** What `kubectl get -o yaml` prints for several objects, as several objects. */
function itemsOf(source: SourceObject): SourceObject[] {
    const { value } = source;
    return isRecord(value) && String(value.kind).endsWith("List") && Array.isArray(value.items)
        ? value.items.flatMap((item: unknown) => itemsOf({ value: item }))
        : [source];
}

/** Undefined where they are not known yet. The API server drops what is null. */
function labelsOf({ metadata }: ReadObject): Record<string, string> | undefined {
    const { labels } = isRecord(metadata) ? metadata : {};
    if (metadata === UNKNOWN || labels === UNKNOWN) {
        return undefined;
    }
    const given = Object.entries(isRecord(labels) ? (labels as Record<string, string | null>) : {});
    return Object.fromEntries(given.flatMap(([name, label]) => (label === null ? [] : [[name, label]])));
}
