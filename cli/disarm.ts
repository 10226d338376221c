import { createInterface } from "node:readline/promises";
import { printable } from "../core/policy/printable";
import { parse, required } from "./command";
import { findRemedies, messageOfApi, type Remedy } from "./disarm/remedies";
import { CliError, ExitCode, UsageError } from "./errors";
import { loadContext } from "../core/cluster";

import type { KubeConfig } from "@kubernetes/client-node";
import type { Command, Surroundings } from "./command";

const HELP = `Usage: signed-images disarm --context NAME [--yes]

For a cluster whose policy-controller does not answer: nothing starts in its enforced namespaces, policies can be neither read nor
deleted, and pulumi destroy fails with "failed calling webhook". Takes the admission webhooks away, lets policies be read without the
conversion webhook, and takes off the finalizers that only the controller would.

From then on any image runs in every namespace. Enforce again with: pulumi up --refresh

Options:
  --context NAME  the context of your kubeconfig; a current context is not taken for consent
  --yes           do it without asking; without a terminal, nothing is done otherwise
  -h, --help      show this

Exit code: 0 when all was done (or nothing was there to do), 1 when something could not be done or was not wanted, 2 for wrong
arguments and a cluster that does not answer.`;

/** `signed-images disarm` */
export const disarm: Command = {
    name: "disarm",
    summary: "Open a cluster that a dead controller locks",
    help: HELP,
    run,
};

async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
    const { values, positionals } = parse(args, { context: { type: "string" }, yes: { type: "boolean" } });
    if (positionals.length > 0) {
        throw new UsageError(`${printable(positionals[0] ?? "")} is not expected.`);
    }
    const context = required(values.context, "--context NAME");
    const kubeConfig = await loadContext(context);
    const remedies = await look(kubeConfig, context);
    const { stdout } = surroundings;
    const server = kubeConfig.getCurrentCluster()?.server ?? "";
    stdout.write(`Context ${printable(context)}, ${printable(server)}:\n`);
    if (remedies.length === 0) {
        stdout.write("Nothing to disarm: there is no webhook, no conversion and no finalizer of policy-controller.\n");
        return ExitCode.Ok;
    }
    stdout.write(remedies.map(({ description }) => `  ${printable(description)}\n`).join(""));
    stdout.write("Any image will then run in every namespace, until `pulumi up --refresh`.\n");
    if (!values.yes && !(await isWanted(surroundings))) {
        stdout.write("Nothing was done.\n");
        return ExitCode.Failed;
    }
    return apply(remedies, surroundings);
}

async function look(kubeConfig: KubeConfig, context: string): Promise<Remedy[]> {
    try {
        return await findRemedies(kubeConfig);
    } catch (problem) {
        throw new CliError(`${printable(context)} does not answer as it should: ${printable(messageOfApi(problem))}`);
    }
}

async function isWanted({ stdin, stderr }: Surroundings): Promise<boolean> {
    if (stdin.isTTY !== true) {
        stderr.write("There is no terminal to ask on; give --yes to do it.\n");
        return false;
    }
    const terminal = createInterface({ input: stdin, output: stderr });
    try {
        return (await terminal.question("Do it? (yes/no) ")).trim().toLowerCase() === "yes";
    } finally {
        terminal.close();
    }
}

/** All of them, whatever happens to one: whoever calls this has no time to repair it first. */
async function apply(remedies: readonly Remedy[], { stdout, stderr }: Surroundings): Promise<ExitCode> {
    let exitCode: ExitCode = ExitCode.Ok;
    for (const remedy of remedies) {
        try {
            await remedy.apply();
        } catch (problem) {
            exitCode = ExitCode.Failed;
            stderr.write(`Could not ${printable(remedy.description)}: ${printable(messageOfApi(problem))}\n`);
        }
    }
    stdout.write(
        exitCode === ExitCode.Ok
            ? "Disarmed: any image runs in every namespace. Enforce again with: pulumi up --refresh\n"
            : "Not all of it could be done; what was said above is what is left.\n",
    );
    return exitCode;
}
