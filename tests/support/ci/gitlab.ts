import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { runScript, type ScriptOutcome } from "./script";

/** The parts of a job that are looked at here. */
export interface GitlabJob {
    extends?: string | string[];
    before_script?: string[];
    script?: string[];
    variables?: Record<string, string>;
    id_tokens?: Record<string, { aud: string }>;
    artifacts?: { paths?: string[]; reports?: { dotenv?: string } };
}

export type GitlabPipeline = Readonly<Record<string, GitlabJob>>;

/** A machine that jobs run on. */
export interface GitlabRunner {
    /** Gives each job a fresh checkout. */
    checkout: (job: string) => string;
    /** What the runner and the project's variables put into the environment. */
    environment: Readonly<Record<string, string>>;
    /** A token for `id_tokens`. */
    idToken: (audience: string) => string;
}

export function readPipeline(file: string): GitlabPipeline {
    return parse(fs.readFileSync(file, "utf8")) as GitlabPipeline;
}

/** Runs jobs one after another, with the files and variables that the ones before left; images are not looked at. */
export async function runJobs(
    pipeline: GitlabPipeline,
    names: readonly string[],
    runner: GitlabRunner,
): Promise<Record<string, ScriptOutcome>> {
    const outcomes: Record<string, ScriptOutcome> = {};
    const variables: Record<string, string> = {};
    const files: Record<string, Buffer> = {};
    for (const name of names) {
        const job = resolved(pipeline, name);
        const folder = runner.checkout(name);
        Object.entries(files).forEach(([file, content]) => {
            fs.writeFileSync(path.join(folder, file), content);
        });
        const tokens = Object.entries(job.id_tokens ?? {}).map(([key, { aud }]) => [key, runner.idToken(aud)]);
        const script = [...(job.before_script ?? []), ...(job.script ?? [])].join("\n");
        outcomes[name] = await runScript(script, {
            folder,
            environment: {
                // A project's own variables win over those of the pipeline's file.
                ...job.variables,
                ...runner.environment,
                ...variables,
                ...(Object.fromEntries(tokens) as Record<string, string>),
                CI_PROJECT_DIR: folder,
            },
        });
        const { paths = [], reports } = job.artifacts ?? {};
        for (const file of paths.filter((each) => fs.existsSync(path.join(folder, each)))) {
            files[file] = fs.readFileSync(path.join(folder, file));
        }
        Object.assign(variables, reports?.dotenv ? readDotenv(path.join(folder, reports.dotenv)) : {});
    }
    return outcomes;
}

/** The job with what it extends; what stands later wins. */
function resolved(pipeline: GitlabPipeline, name: string): GitlabJob {
    const job = pipeline[name];
    if (job === undefined) {
        throw new Error(`the pipeline has no job ${name}`);
    }
    const { extends: names = [] } = job;
    const bases = (typeof names === "string" ? [names] : names).map((base) => resolved(pipeline, base));
    return Object.assign({}, ...bases, job) as GitlabJob;
}

function readDotenv(file: string): Record<string, string> {
    const lines = fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim().split("\n") : [];
    return Object.fromEntries(
        lines.map((line) => [line.split("=")[0] ?? "", line.slice(line.indexOf("=") + 1)] as const),
    );
}
