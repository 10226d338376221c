/** The objects of a live cluster. */
import { ClusterError } from "./errors";
import { loadContext } from "./kubeconfig";

import type { KubernetesObject } from "@kubernetes/client-node";

/** Lists and reads objects as manifests. */
export interface ClusterReader {
    /** @param namespace all namespaces without it */
    list(apiVersion: string, kind: string, namespace?: string): Promise<unknown[]>;
    /** Undefined where there is none, and where it may not be read. */
    read(apiVersion: string, kind: string, name: string, namespace?: string): Promise<unknown>;
}

/** Connects to the cluster of a context of the kubeconfig. @throws ClusterError where there is none */
export async function connect(context: string): Promise<ClusterReader> {
    const { ApiException, KubernetesObjectApi } = await import("@kubernetes/client-node");
    const api = KubernetesObjectApi.makeApiClient(await loadContext(context));
    return {
        async list(apiVersion, kind, namespace) {
            const items: unknown[] = [];
            let next: string | undefined;
            do {
                const page = await named(
                    `list ${kind}s`,
                    api.list<KubernetesObject>(
                        apiVersion,
                        kind,
                        namespace,
                        undefined,
                        undefined,
                        undefined,
                        undefined,
                        undefined,
                        PAGE_SIZE,
                        next,
                    ),
                );
                // The items of a list do not repeat what they are.
                items.push(...page.items.map((item) => ({ ...plain(item), apiVersion, kind })));
                next = page.metadata?._continue;
            } while (next !== undefined && next !== "");
            return items;
        },
        async read(apiVersion, kind, name, namespace) {
            try {
                const header = { apiVersion, kind, metadata: { name, namespace: namespace ?? "" } };
                return { ...plain(await api.read<KubernetesObject>(header)), apiVersion, kind };
            } catch (error) {
                if (error instanceof ApiException && (error.code === 404 || error.code === 403)) {
                    return undefined;
                }
                throw new ClusterError(
                    "unreadable",
                    `The cluster does not let ${kind} ${name} be read: ${reasonOf(error)}.`,
                );
            }
        },
    };
}

/** Objects in one answer of the API server. */
const PAGE_SIZE = 500;

async function named<T>(what: string, answer: Promise<T>): Promise<T> {
    try {
        return await answer;
    } catch (error) {
        throw new ClusterError("unreadable", `The cluster does not ${what}: ${reasonOf(error)}.`);
    }
}

function reasonOf(error: unknown): string {
    return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
}

/** The client's own model as the JSON that it came from: its dates are strings there. */
function plain(model: object): Record<string, unknown> {
    return JSON.parse(JSON.stringify(model)) as Record<string, unknown>;
}
