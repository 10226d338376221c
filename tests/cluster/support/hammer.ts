import { setTimeout as delay } from "node:timers/promises";
import { ApiException } from "@kubernetes/client-node";
import type { Cluster } from "../../sandbox/support/cluster";

const PAUSE_MS = 20;
/** Any digest: what no policy matches is refused without a look at a registry. */
const UNSIGNED = `registry.example.com/unsigned/app@sha256:${"b".repeat(64)}`;

/** What a hammer saw. */
export interface HammerBlows {
    /** Unsigned pods that the API server would have taken although the namespace was enforced: must be 0. */
    admitted: number;
    /** Those that it refused. */
    refused: number;
    /** Those that it took while the namespace was not enforced, or not there. */
    before: number;
}

/**
 * Tries to create unsigned pods in a namespace, again and again, until it is told to stop.
 *
 * A dry run goes through admission like everything else, and leaves no pods behind.
 */
export function hammer(cluster: Cluster, namespace: string): { stop: () => Promise<HammerBlows> } {
    const blows: HammerBlows = { admitted: 0, refused: 0, before: 0 };
    let stopped = false;
    const work = async () => {
        // The API server's admission reads labels from a cache that lags some milliseconds behind; seen twice, it is in it.
        let sightings = 0;
        while (!stopped) {
            sightings = (await isEnforced(cluster, namespace)) ? sightings + 1 : 0;
            const answer = await tryPod(cluster, namespace);
            const stays = answer === "admitted" && (await isEnforced(cluster, namespace));
            if (sightings >= 2 && stays) {
                blows.admitted++;
            } else if (answer === "refused") {
                blows.refused++;
            } else {
                blows.before++;
            }
            await delay(PAUSE_MS);
        }
    };
    const working = work();
    // The test hears of it when it stops the hammer; a sandbox that goes before that is no news.
    working.catch(() => undefined);
    return {
        stop: async () => {
            stopped = true;
            await working;
            return blows;
        },
    };
}

async function isEnforced(cluster: Cluster, name: string): Promise<boolean> {
    try {
        const { metadata } = await cluster.core.readNamespace({ name });
        return metadata?.labels?.["policy.sigstore.dev/include"] === "true";
    } catch (problem) {
        if (problem instanceof ApiException && problem.code === 404) {
            return false;
        }
        throw problem;
    }
}

async function tryPod(cluster: Cluster, namespace: string): Promise<"admitted" | "refused" | "absent"> {
    const body = { metadata: { generateName: "unsigned-" }, spec: { containers: [{ name: "app", image: UNSIGNED }] } };
    try {
        await cluster.core.createNamespacedPod({ namespace, body, dryRun: "All" });
        return "admitted";
    } catch (problem) {
        if (problem instanceof ApiException) {
            return problem.code === 404 || String(problem.body).includes("being terminated") ? "absent" : "refused";
        }
        throw problem;
    }
}
