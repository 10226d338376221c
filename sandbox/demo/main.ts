import { CommandError } from "@pulumi/pulumi/automation";
import { SandboxError } from "../errors";
import { ToolError } from "../../tools";
import { readOptions, USAGE, UsageError } from "./options";
import { runDemo, succeeded } from "./run";
import { Story } from "./story";

const EXIT_UNEXPECTED_VERDICT = 1;
const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;

/** Why the demo stops where somebody wants it to. */
class Interrupted extends Error {}

async function main(): Promise<number> {
    const options = readOptions(process.argv.slice(2));
    if (options === "help") {
        process.stdout.write(USAGE);
        return 0;
    }
    const interruption = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
        process.on(signal, () => {
            interruption.abort(new Interrupted(`stopped by ${signal}`));
        });
    }
    const story = new Story(options.json ? process.stderr : process.stdout);
    try {
        const result = await runDemo(options, story, interruption);
        if (options.json) {
            process.stdout.write(`${JSON.stringify(result)}\n`);
        }
        story.tell(succeeded(result) ? "As promised." : "NOT as promised.");
        return succeeded(result) ? 0 : EXIT_UNEXPECTED_VERDICT;
    } catch (problem) {
        if (interruption.signal.reason instanceof Interrupted) {
            story.tell("Stopped; nothing is left running.");
            return EXIT_INTERRUPTED;
        }
        throw problem;
    }
}

/** Ends at once: what an interrupted run still waits for is of no interest to anybody. */
function exit(status: number): void {
    process.stdout.write("", () => process.exit(status));
}

main().then(exit, (problem: unknown) => {
    if (problem instanceof UsageError) {
        process.stderr.write(`${problem.message}\n\n${USAGE}`);
        exit(EXIT_USAGE);
        return;
    }
    process.stderr.write(`${describe(problem)}\n`);
    exit(EXIT_UNEXPECTED_VERDICT);
});

/** What a user can act on; a stack trace only where the mistake is ours. */
function describe(problem: unknown): string {
    if (problem instanceof CommandError) {
        // The Automation API says everything twice: as the output, and as the error of the process.
        return problem.message.split("\n err?:")[0] ?? problem.message;
    }
    if (problem instanceof ToolError || problem instanceof SandboxError) {
        return problem.message;
    }
    return problem instanceof Error ? (problem.stack ?? problem.message) : String(problem);
}
