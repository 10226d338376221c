/*
 * A program with a sandbox, for the tests that end it. Prints one line of JSON once the sandbox runs.
 *
 * With "throws" it fails then, with "polite" it stops the sandbox on signals, and otherwise it does nothing at all.
 */

import { SandboxError, onTermination } from "../../../sandbox/index";
import { startSandbox } from "./start";

async function main(manner: string): Promise<void> {
    const starting = new AbortController();
    const started = startSandbox({
        signal: starting.signal,
        report: (line) => {
            console.error(line);
        },
    });
    if (manner === "polite") {
        onTermination(async () => {
            starting.abort();
            await (await started).stop();
        });
    }
    const { directory, processes } = await started;
    console.log(JSON.stringify({ directory, pids: processes.map(({ pid }) => pid) }));
    if (manner === "throws") {
        throw new Error("The program has an error.");
    }
}

main(process.argv[2] ?? "").catch((error: unknown) => {
    if (!(error instanceof SandboxError && error.code === "aborted")) {
        console.error(error);
        process.exit(1);
    }
});
