import {
    ApisApi,
    CoreV1Api,
    CustomObjectsApi,
    type KubeConfig,
    KubernetesObjectApi,
    type V1APIResource,
} from "@kubernetes/client-node";

/** Events say what happened and go by themselves; component statuses are no objects of their own. */
const PASSING_KINDS = new Set(["Event", "ComponentStatus"]);

/**
 * Every object of the cluster by name, `kind/namespace/name`; the namespace is empty for what is cluster-scoped.
 */
export async function listObjects(kubeConfig: KubeConfig): Promise<Set<string>> {
    const objects = KubernetesObjectApi.makeApiClient(kubeConfig);
    const names = new Set<string>();
    for (const { apiVersion, kind } of await listableKinds(kubeConfig)) {
        const list = await objects.list(apiVersion, kind);
        for (const { metadata } of list.items) {
            names.add(`${kind}/${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`);
        }
    }
    return names;
}

/** What is there now and was not before. */
export function leftovers(before: ReadonlySet<string>, after: ReadonlySet<string>): string[] {
    return [...after].filter((name) => !before.has(name)).sort();
}

async function listableKinds(kubeConfig: KubeConfig): Promise<{ apiVersion: string; kind: string }[]> {
    const core = await kubeConfig.makeApiClient(CoreV1Api).getAPIResources();
    const kinds = kindsOf("v1", core.resources);
    const { groups } = await kubeConfig.makeApiClient(ApisApi).getAPIVersions();
    const custom = kubeConfig.makeApiClient(CustomObjectsApi);
    for (const group of groups) {
        const { groupVersion, version } = group.preferredVersion ??
            group.versions[0] ?? { groupVersion: "", version: "" };
        const { resources } = await custom.getAPIResources({ group: group.name, version });
        kinds.push(...kindsOf(groupVersion, resources));
    }
    return kinds;
}

function kindsOf(apiVersion: string, resources: readonly V1APIResource[]): { apiVersion: string; kind: string }[] {
    return resources
        .filter(({ name, verbs, kind }) => !name.includes("/") && verbs.includes("list") && !PASSING_KINDS.has(kind))
        .map(({ kind }) => ({ apiVersion, kind }));
}
