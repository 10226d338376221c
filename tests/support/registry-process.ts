import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

import { ensureTools } from "../../tools";

/** go-containerregistry's registry, in memory, on a loopback port of its own. */
export class RegistryProcess {
    private constructor(
        private readonly child: ChildProcess,
        /** `localhost:PORT` */
        public readonly host: string,
    ) {}

    public static async start(): Promise<RegistryProcess> {
        const { registry } = await ensureTools(["registry"]);
        const child = spawn(registry, ["-port", "0"], { stdio: ["ignore", "ignore", "pipe"] });
        // Read to the end of its life: a registry that cannot write its log dies of it.
        const port = await new Promise<string>((resolve, reject) => {
            let output = "";
            child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
                output = `${output}${chunk}`.slice(-1000);
                const found = /serving on port (\d+)/.exec(output)?.[1];
                if (found !== undefined) {
                    resolve(found);
                }
            });
            child.once("exit", () => {
                reject(new Error(`the registry has stopped: ${output}`));
            });
        });
        return new RegistryProcess(child, `localhost:${port}`);
    }

    public async stop(): Promise<void> {
        const stopped = once(this.child, "exit");
        this.child.kill("SIGKILL");
        await stopped;
    }
}
