import { KubernetesNode, Pod } from "./objects";

/**
 * The node for a pod: one that may take it, with the fewest pods of the same owner, then the fewest pods.
 *
 * So replicas are spread as the usual affinities and topology constraints want it. Resources, taints and
 * affinities between pods are not looked at.
 */
export function chooseNode(pod: Pod, nodes: readonly KubernetesNode[], pods: readonly Pod[]): string | undefined {
    const load = (node: KubernetesNode) => pods.filter((other) => other.spec.nodeName === node.metadata.name);
    const candidates = nodes
        .filter((node) => accepts(node, pod))
        .map((node) => ({
            name: node.metadata.name,
            siblings: load(node).filter((other) => ownerOf(other) === ownerOf(pod)).length,
            pods: load(node).length,
        }))
        .sort((a, b) => a.siblings - b.siblings || a.pods - b.pods || a.name.localeCompare(b.name));
    return candidates[0]?.name;
}

function accepts(node: KubernetesNode, pod: Pod): boolean {
    const pinned = pinnedNode(pod);
    if (pinned !== undefined) {
        return pinned === node.metadata.name; // A DaemonSet's pod, which also runs on a cordoned node.
    }
    const labels = node.metadata.labels ?? {};
    const isSelected = Object.entries(pod.spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
    return isSelected && node.spec.unschedulable !== true;
}

/* The daemonset controller names the node in a field selector. */
function pinnedNode(pod: Pod): string | undefined {
    const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
    return terms?.flatMap((term) => term.matchFields ?? []).find((field) => field.key === "metadata.name")?.values?.[0];
}

function ownerOf(pod: Pod): string {
    return pod.metadata.ownerReferences?.find((owner) => owner.controller)?.uid ?? pod.metadata.uid;
}
