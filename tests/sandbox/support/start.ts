import { setTimeout as delay } from "node:timers/promises";

import { Sandbox, SandboxBinaries, SandboxError, SandboxOptions } from "../../../sandbox/index";
import { ensureTools } from "../../../tools/index";

/** Long enough for a machine that is busy with something else. */
export const START_TIMEOUT_MS = 240_000;
const PORTS_TIMEOUT_MS = 120_000;

export function sandboxBinaries(): Promise<SandboxBinaries> {
    return ensureTools(["etcd", "kube-apiserver", "kube-controller-manager", "policy-controller", "registry"], {
        report: (line) => {
            console.log(line);
        },
    });
}

/** Starts a sandbox, after the one that somebody else runs on this machine, if there is one. */
export async function startSandbox(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
    const binaries = options.binaries ?? (await sandboxBinaries());
    return whenPortsAreFree(() => Sandbox.start({ ...options, binaries }));
}

/** policy-controller's ports are the same for everybody. */
export async function whenPortsAreFree<T>(work: () => Promise<T>): Promise<T> {
    const deadline = Date.now() + PORTS_TIMEOUT_MS;
    for (;;) {
        try {
            return await work();
        } catch (error) {
            const isTaken = error instanceof SandboxError && error.code === "ports-taken";
            if (!isTaken || Date.now() > deadline) {
                throw error;
            }
            await delay(500);
        }
    }
}
