/** The clusters that the user's kubeconfig names. */
import { printable } from "../policy/printable";
import { systemCode, systemReason } from "../system-error";
import { ClusterError } from "./errors";

import type { KubeConfig } from "@kubernetes/client-node";

/** Reads it from `KUBECONFIG`, or `~/.kube/config`. @throws ClusterError */
export async function loadKubeConfig(): Promise<KubeConfig> {
    // Loaded here alone: it takes longer than everything else that the program loads.
    const client = await import("@kubernetes/client-node");
    const kubeConfig = new client.KubeConfig();
    try {
        kubeConfig.loadFromDefault();
    } catch (error) {
        const { KUBECONFIG = "" } = process.env;
        const name = KUBECONFIG === "" ? "" : ` ${printable(KUBECONFIG)}`;
        const reason = systemCode(error) === undefined ? "it is none that kubectl reads" : systemReason(error);
        throw new ClusterError("kubeconfig-unreadable", `The kubeconfig${name} cannot be read: ${reason}.`);
    }
    return kubeConfig;
}

/** With this context as the current one. @throws ClusterError also where there is none of that name */
export async function loadContext(context: string): Promise<KubeConfig> {
    const kubeConfig = await loadKubeConfig();
    if (kubeConfig.getContextObject(context) === null) {
        const names = kubeConfig.getContexts().map(({ name }) => printable(name));
        throw new ClusterError(
            "no-such-context",
            `The kubeconfig has no context ${printable(context)}; it has ${names.join(", ") || "none"}.`,
        );
    }
    kubeConfig.setCurrentContext(context);
    if (kubeConfig.getCurrentCluster() === null) {
        throw new ClusterError(
            "no-such-context",
            `The kubeconfig has no cluster for the context ${printable(context)}.`,
        );
    }
    return kubeConfig;
}
