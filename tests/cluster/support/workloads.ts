import type { V1Deployment } from "@kubernetes/client-node";
import type { Cluster } from "../../sandbox/support/cluster";

/** A Deployment of one container. */
export function deploymentOf(name: string, image: string): V1Deployment {
    const labels = { app: name };
    return {
        metadata: { name },
        spec: {
            replicas: 1,
            selector: { matchLabels: labels },
            template: { metadata: { labels }, spec: { containers: [{ name: "app", image }] } },
        },
    };
}

/** Changes the number of a Deployment's pods as `kubectl scale` does. */
export async function scale(cluster: Cluster, namespace: string, name: string, replicas: number): Promise<void> {
    const body = [{ op: "replace", path: "/spec/replicas", value: replicas }];
    await cluster.apps.patchNamespacedDeploymentScale({ namespace, name, body });
}

/** How many ReplicaSets a Deployment has. */
export async function replicaSetsOf(cluster: Cluster, namespace: string, name: string): Promise<number> {
    const { items } = await cluster.apps.listNamespacedReplicaSet({ namespace, labelSelector: `app=${name}` });
    return items.length;
}
