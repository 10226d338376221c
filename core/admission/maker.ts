import { nameOf, isRecord } from "../policy/shape";

/** `ReplicaSet/web-5d4` as `Deployment/web`: what made a pod, by the name that people know. */
export function makerOf(pod: unknown): string | undefined {
    const metadata = isRecord(pod) && isRecord(pod.metadata) ? pod.metadata : {};
    const owners: unknown[] = Array.isArray(metadata.ownerReferences) ? metadata.ownerReferences : [];
    const owner = owners.find((candidate) => isRecord(candidate) && candidate.controller === true);
    if (!isRecord(owner)) {
        return undefined;
    }
    const hash = isRecord(metadata.labels) ? metadata.labels["pod-template-hash"] : undefined;
    const name = nameOf({ metadata: owner }) ?? "";
    return owner.kind === "ReplicaSet" && typeof hash === "string" && name.endsWith(`-${hash}`)
        ? `Deployment/${name.slice(0, -1 - hash.length)}`
        : `${String(owner.kind)}/${name}`;
}
