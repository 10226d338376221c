import { spawn } from "node:child_process";

/** What a step of a pipeline runs with. */
export interface ScriptPlace {
    folder: string;
    environment: Readonly<Record<string, string>>;
}

/** What a step left. */
export interface ScriptOutcome {
    status: number | null;
    /** Both streams, as a pipeline's log has them. */
    log: string;
}

/** Runs a script as both GitHub and GitLab do: bash, which stops at the first command that fails. */
export function runScript(script: string, { folder, environment }: ScriptPlace): Promise<ScriptOutcome> {
    return new Promise((resolve, reject) => {
        const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
            cwd: folder,
            env: environment,
            stdio: ["ignore", "pipe", "pipe"],
        });
        let log = "";
        for (const stream of [child.stdout, child.stderr]) {
            stream.setEncoding("utf8").on("data", (text: string) => (log += text));
        }
        child.on("error", reject).on("close", (status) => {
            resolve({ status, log });
        });
    });
}
