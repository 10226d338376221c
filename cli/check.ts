import { markdownOf } from "./check/markdown";
import { checkOptions, HELP } from "./check/options";
import { tableOf } from "./check/table";
import { ExitCode } from "./errors";

import type * as Run from "./check/run";
import type { CheckReport } from "./check/report";
import type { Command, Surroundings } from "./command";

/** `signed-images check` */
export const check: Command = { name: "check", summary: "Say what the cluster would say of images", help: HELP, run };

async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
    const options = checkOptions(args);
    // What asks registries and verifies signatures takes a while to load, and no other command needs it.
    const { runCheck } = require("./check/run") as typeof Run;
    const report = await runCheck(options, surroundings);
    write(report, options.output, surroundings);
    return exitCodeOf(report);
}

function write(report: CheckReport, output: string, { stdout, env }: Surroundings): void {
    if (output === "json") {
        stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    } else if (output === "markdown") {
        stdout.write(markdownOf(report));
    } else {
        stdout.write(tableOf(report, stdout.isTTY === true && (env.NO_COLOR ?? "") === ""));
    }
}

function exitCodeOf({ summary, previewFailures }: CheckReport): ExitCode {
    if (summary.refused > 0) {
        return ExitCode.Failed;
    }
    return summary.unknown + previewFailures.length > 0 ? ExitCode.Undecided : ExitCode.Ok;
}
