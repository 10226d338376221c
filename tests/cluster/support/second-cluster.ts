import * as fs from "node:fs";
import * as path from "node:path";
import { startControlPlane } from "../../../sandbox/control-plane";
import { writeKubeconfig, writeTokens } from "../../../sandbox/credentials";
import { Launcher } from "../../../sandbox/launcher";
import { Watchdog } from "../../../sandbox/watchdog";
import { SANDBOX_TOOLS } from "../../../sandbox/demo/run";
import { ensureTools } from "../../../tools";
import { Cluster } from "../../sandbox/support/cluster";

/** A second API server beside a sandbox's, without a node: nothing runs there, so nothing is ever armed. */
export interface SecondCluster extends AsyncDisposable {
    kubeconfig: string;
    cluster: Cluster;
}

/** @param directory A private folder, to be made. */
export async function startSecondCluster(directory: string): Promise<SecondCluster> {
    const logs = path.join(directory, "logs");
    fs.mkdirSync(logs, { recursive: true, mode: 0o700 });
    const watchdog = new Watchdog(directory);
    const launcher = new Launcher(directory, logs, watchdog);
    const access = await startControlPlane({
        binaries: await ensureTools(SANDBOX_TOOLS),
        directory,
        tokens: writeTokens(directory),
        egressSocket: path.join(directory, "egress.sock"),
        launcher,
        ready: () => undefined,
    });
    const kubeconfig = path.join(directory, "kubeconfig");
    writeKubeconfig(kubeconfig, access, { token: access.token });
    return {
        kubeconfig,
        cluster: Cluster.fromKubeconfig(kubeconfig),
        [Symbol.asyncDispose]: async () => {
            // The store last: the API server does not end without it.
            for (const name of ["kube-controller-manager", "kube-apiserver", "etcd"]) {
                await launcher.find(name)?.stop(5000);
            }
            await watchdog.dismiss();
        },
    };
}
