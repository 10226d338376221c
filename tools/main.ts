/** `npm run tools [-- NAME…]`: builds what is missing of the tools named, or of all that demo and tests need. */

import { parseArgs } from "node:util";

import { CATALOGUE, CONTROL_PLANE_TOOLS, TEST_ONLY_TOOLS, type ToolName } from "./catalogue";
import { engineToolNames } from "./engine";
import { ToolError } from "./errors";
import { ensureTools, formatDuration } from "./index";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
/** 128 + SIGINT, as shells count it. */
const EXIT_INTERRUPTED = 130;

const HELP = `Usage: npm run tools [-- NAME…]

Builds the pinned tools of this project into .tools/, each from a Go module of its own (see tools/README.md).
What is up to date is skipped. Without a NAME: all that the demo and the tests need; a Pulumi of your own on PATH
takes the place of the pinned one.

Names:
${Object.keys(CATALOGUE)
    .map((name) => `  ${name}\n`)
    .join("")}
Environment:
  SIGNED_IMAGES_CACHE         where binaries are kept for all clones (default: ~/.cache/signed-images)
  SIGNED_IMAGES_PINNED_TOOLS  any value: the pinned Pulumi also where PATH has one; so does CI=true
  GOPROXY                     where Go modules come from`;

async function main(): Promise<number> {
    const { values, positionals } = parseArgs({
        allowPositionals: true,
        options: { help: { type: "boolean", short: "h" } },
    });
    if (values.help) {
        console.log(HELP);
        return 0;
    }
    const interruption = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
        process.on(signal, () => {
            interruption.abort(signal);
        });
    }
    // A wrong name is refused by ensureTools, which knows them all.
    const names =
        positionals.length > 0
            ? (positionals as ToolName[])
            : [...CONTROL_PLANE_TOOLS, ...(await engineToolNames()), ...TEST_ONLY_TOOLS];
    const started = performance.now();
    const tools = await ensureTools(names, { report: console.log, signal: interruption.signal });
    const count = Object.keys(tools).length;
    console.log(
        `${count} ${count === 1 ? "tool is" : "tools are"} ready in .tools (${formatDuration(performance.now() - started)})`,
    );
    return 0;
}

function explain(error: unknown): number {
    if (error instanceof ToolError) {
        console.error(error.message);
        return error.code === "aborted" ? EXIT_INTERRUPTED : EXIT_FAILED;
    }
    // parseArgs: an option that there is not.
    if (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS")) {
        console.error(`${error.message}\n\n${HELP}`);
        return EXIT_USAGE;
    }
    throw error;
}

main()
    .catch(explain)
    .then((status) => {
        process.exitCode = status;
    })
    .catch((error: unknown) => {
        console.error(error);
        process.exitCode = EXIT_FAILED;
    });
