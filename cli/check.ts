import { checkOptions, HELP } from "./check/options";
import { ExitCode } from "./errors";

import type { CheckReport } from "./check/report";
import type { Command, Surroundings } from "./command";

/** `signed-images check` */
export const check: Command = { name: "check", summary: "Say what the cluster would say of images", help: HELP, run };

async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
    const options = checkOptions(args);
    // What verifies signatures takes a while to load, and `--help` does not need it.
    const { runCheck } = await import("./check/run.js");
    const report = await runCheck(options, surroundings);
    await write(report, options.output, surroundings);
    return exitCodeOf(report);
}

async function write(report: CheckReport, output: string, { stdout, env }: Surroundings): Promise<void> {
    if (output === "json") {
        stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    } else if (output === "markdown") {
        const { markdownOf } = await import("./check/markdown.js");
        stdout.write(markdownOf(report));
    } else {
        const { tableOf } = await import("./check/table.js");
        stdout.write(tableOf(report, stdout.isTTY === true && (env.NO_COLOR ?? "") === ""));
    }
}

function exitCodeOf({ summary }: CheckReport): ExitCode {
    if (summary.refused > 0) {
        return ExitCode.Failed;
    }
    return summary.unknown > 0 ? ExitCode.Undecided : ExitCode.Ok;
}
