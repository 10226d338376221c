/** What runs in a cluster, and would not come back once the stack is deployed. */
import { readWorkloads } from "../core/cluster";
import { newlyEnforced, remaining } from "../core/admission/change";
import { isLost, withPodsTogether } from "../core/admission/checked-image";
import { judgeAll } from "../core/admission/judge-all";

import type { Change } from "../core/admission/change";
import type { CheckedImage } from "../core/admission/checked-image";
import type { Objects } from "../core/admission/objects";
import type { RegistryReader } from "../core/registry";
import type { Outside } from "./outside";

/** What is known of the cluster as it is, and as the stack will leave it. */
export interface StackChange extends Required<Change> {
    cluster: NonNullable<Outside["cluster"]>;
    stack: Objects;
}

/**
 * The images that run now and would be refused should their pods have to start again: because the stack enforces their
 * namespace, adds a policy, or lets one refuse that only warned. What the stack itself deploys is not among them.
 */
export async function lostImages(change: StackChange, registry: RegistryReader): Promise<CheckedImage[]> {
    const { cluster, stack } = change;
    const named = stack.namespaces.map(({ name }) => name);
    const running = [
        ...cluster.objects.workloads,
        ...(await readWorkloads(cluster.reader, newlyEnforced(named, change))),
    ];
    const subjects = { images: [], workloads: remaining(running, stack.workloads) };
    const { images } = await judgeAll(subjects, change, registry);
    return withPodsTogether(images.filter(isLost));
}
