import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { ensureTools } from "../../../../tools";

/** The real `distribution` registry, on loopback, with its files in a folder. */
export interface Distribution {
    /** `localhost:PORT`. */
    host: string;
    stop(): Promise<void>;
}

/** Its configuration, in the parts that tests differ in (distribution's docs/content/about/configuration.md). */
export interface DistributionSettings {
    tls?: { certificate: string; key: string };
    auth?: Record<string, unknown>;
    readonly?: boolean;
}

export const USER = "ci";
export const PASSWORD = "correct horse";
/** Both, by bcrypt, which is all that distribution reads. */
export const HTPASSWD = "ci:$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e\n";

const START_MS = 30_000;

export async function startDistribution(folder: string, settings: DistributionSettings): Promise<Distribution> {
    const { distribution } = await ensureTools(["distribution"]);
    await fs.mkdir(folder, { recursive: true });
    const configuration = path.join(folder, "config.yml");
    // JSON is YAML.
    await fs.writeFile(configuration, JSON.stringify(configurationOf(folder, settings)));
    const env = { PATH: process.env.PATH ?? "", OTEL_TRACES_EXPORTER: "none" };
    const child = spawn(distribution, ["serve", configuration], { env, stdio: ["ignore", "ignore", "pipe"] });
    let log = "";
    child.stderr.on("data", (piece: Buffer) => {
        log += piece.toString();
    });
    const stop = async (): Promise<void> => {
        if (child.exitCode === null) {
            const exited = once(child, "exit");
            child.kill("SIGKILL");
            await exited;
        }
    };
    const deadline = Date.now() + START_MS;
    while (Date.now() < deadline && child.exitCode === null) {
        const port = /listening on (?:127\.0\.0\.1|\[::1?\]):(\d+)/.exec(log)?.[1];
        if (port !== undefined) {
            return { host: `localhost:${port}`, stop };
        }
        await sleep(20);
    }
    await stop();
    throw new Error(`distribution did not start: ${log.slice(-2000)}`);
}

function configurationOf(folder: string, { tls, auth, readonly }: DistributionSettings): unknown {
    return {
        version: "0.1",
        log: { level: "info", accesslog: { disabled: true } },
        storage: {
            filesystem: { rootdirectory: path.join(folder, "storage") },
            maintenance: { readonly: { enabled: readonly === true } },
        },
        http: { addr: "localhost:0", ...(tls && { tls: { certificate: tls.certificate, key: tls.key } }) },
        ...(auth && { auth }),
    };
}
