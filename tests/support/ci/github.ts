import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { runScript } from "./script";

/** The parts of a workflow that are looked at here. */
export interface Workflow {
    permissions?: Record<string, string>;
    jobs: Record<string, Job>;
}

export interface Job {
    needs?: string | string[];
    permissions?: Record<string, string>;
    outputs?: Record<string, string>;
    steps: Step[];
}

export interface Step {
    id?: string;
    name?: string;
    uses?: string;
    with?: Record<string, unknown>;
    run?: string;
    env?: Record<string, string>;
    if?: string;
}

/** A machine that jobs run on. */
export interface GithubRunner {
    /** Gives each job a fresh checkout. */
    checkout: (job: string) => string;
    /** What is there without the workflow saying so: PATH and the like. */
    environment: Readonly<Record<string, string>>;
    /** What jobs with `id-token: write` get beside it. */
    identity: Readonly<Record<string, string>>;
    /** Put in the place of what a step's `env` says: addresses of services that cannot be had. */
    overrides: Readonly<Record<string, string>>;
    /** `secrets.NAME`, `vars.NAME`, `github.…`. */
    context: Readonly<Record<string, string>>;
    /** Where artifacts are kept between jobs. */
    artifacts: string;
}

/** What became of a job. */
export interface JobOutcome {
    succeeded: boolean;
    log: string;
}

export function readWorkflow(file: string): Workflow {
    return parse(fs.readFileSync(file, "utf8")) as Workflow;
}

/** Runs the shell steps of all jobs, one job after another; actions are stood in for, each by name. */
export async function runWorkflow(workflow: Workflow, runner: GithubRunner): Promise<Record<string, JobOutcome>> {
    const context: Record<string, string> = { ...runner.context };
    const outcomes: Record<string, JobOutcome> = {};
    for (const [name, job] of Object.entries(workflow.jobs)) {
        const outcome = await runJob(job, { ...runner, context }, runner.checkout(name));
        outcomes[name] = outcome;
        for (const [output, value] of Object.entries(outcome.outputs)) {
            context[`needs.${name}.outputs.${output}`] = value;
        }
    }
    return outcomes;
}

async function runJob(job: Job, runner: GithubRunner, folder: string) {
    const context = { ...runner.context };
    const temporary = fs.mkdtempSync(`${folder}-temporary-`);
    const outputFile = path.join(temporary, "output");
    let succeeded = true;
    let log = "";
    for (const step of job.steps) {
        if (!succeeded && step.if !== "always()") {
            continue;
        }
        if (step.run === undefined) {
            standIn(step, folder, runner.artifacts);
            continue;
        }
        fs.writeFileSync(outputFile, "");
        const own = Object.entries(step.env ?? {}).map(([key, value]) => [key, expand(value, context)]);
        const outcome = await runScript(step.run, {
            folder,
            environment: {
                ...runner.environment,
                ...(job.permissions?.["id-token"] === "write" ? runner.identity : {}),
                ...(Object.fromEntries(own) as Record<string, string>),
                ...runner.overrides,
                GITHUB_OUTPUT: outputFile,
                GITHUB_SHA: context["github.sha"] ?? "",
                RUNNER_TEMP: temporary,
            },
        });
        log += `${step.name ?? ""}\n${outcome.log}`;
        succeeded &&= outcome.status === 0;
        for (const line of fs.readFileSync(outputFile, "utf8").split("\n")) {
            const [key = "", ...value] = line.split("=");
            context[`steps.${step.id ?? ""}.outputs.${key}`] = value.join("=");
        }
    }
    const outputs = Object.entries(job.outputs ?? {}).map(([key, value]) => [key, expand(value, context)]);
    return { succeeded, log, outputs: Object.fromEntries(outputs) as Record<string, string> };
}

/** `${{ secrets.NAME }}`: a name that nobody set is empty on GitHub, and a mistake here. */
function expand(text: string, context: Readonly<Record<string, string>>): string {
    return text.replaceAll(/\$\{\{ *([^ }]+) *\}\}/g, (_, name: string) => {
        const value = context[name];
        if (value === undefined) {
            throw new Error(`the workflow reads ${name}, which nobody has set`);
        }
        return value;
    });
}

/** Actions cannot be had: the checkout and the tools are there already, and artifacts are files. */
function standIn({ uses = "", with: inputs = {} }: Step, folder: string, artifacts: string): void {
    switch (uses.split("@")[0]) {
        case "actions/checkout":
        case "actions/setup-node":
        case "pulumi/actions":
            return;
        case "actions/upload-artifact":
            fs.copyFileSync(path.join(folder, String(inputs.path)), path.join(artifacts, String(inputs.name)));
            return;
        case "actions/download-artifact":
            // One file, whose name the example does not change.
            fs.copyFileSync(path.join(artifacts, String(inputs.name)), path.join(folder, `${String(inputs.name)}.md`));
            return;
        default:
            throw new Error(`nothing stands in for ${uses}`);
    }
}
