import { CATALOGUE, RuleKind, Severity } from "../core/policy";
import { outputFormat, parse, printable } from "./command";
import { CliError, ExitCode, UsageError } from "./errors";
import { decodeUtf8, inputName, readInput, STDIN } from "./input";
import { asJson, countOf, lintPolicies } from "./lint-policies";
import { lintText } from "./lint-text";
import { readYaml, YamlError } from "./yaml-file";

import type { Command, Surroundings } from "./command";
import type { LintedPolicy, PolicyFile } from "./lint-policies";

const HELP = `Usage: signed-images lint [--output text|json] [--ignore CODE]… FILE…

Says what a cluster would refuse in ClusterImagePolicies and TrustRoots, and what it would accept and not apply as
meant. FILE is YAML or JSON, with one document or several; - is standard input. Objects of other kinds are passed over;
a List is looked into. Policies are also checked beside all others that are given.

Options:
  --output text|json  json: an array of {file, document, name, findings: [{severity, code, path, message, line}]}
  --ignore CODE       leave out a lint by its code; repeatable. What the cluster refuses cannot be left out
  -h, --help          show this

Exit code: 0 without errors (there may be warnings), 1 with errors, 2 for wrong arguments and files that cannot be
read or are no YAML.`;

/** `signed-images lint` */
export const lint: Command = { name: "lint", summary: "Check policies in YAML files", help: HELP, run };

async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
    const { values, positionals: files } = parse(args, {
        output: { type: "string" },
        ignore: { type: "string", multiple: true, default: [] },
    });
    const format = outputFormat(values.output);
    values.ignore.forEach(requireLint);
    requireFiles(files);

    const { read, problems } = await readFiles(files, surroundings);
    const policies = lintPolicies(read, { ignoreLints: values.ignore });
    problems.forEach((problem) => surroundings.stderr.write(`${problem}\n`));
    if (format === "json") {
        surroundings.stdout.write(`${JSON.stringify(policies.map(asJson), undefined, 2)}\n`);
    } else {
        writeText(read, policies, surroundings);
    }
    if (problems.length > 0) {
        return ExitCode.Usage;
    }
    return countOf(policies, Severity.Error) > 0 ? ExitCode.Failed : ExitCode.Ok;
}

function writeText(files: readonly PolicyFile[], policies: readonly LintedPolicy[], surroundings: Surroundings): void {
    const { stdout, stderr, env } = surroundings;
    for (const { file } of files.filter((read) => !policies.some((policy) => policy.file === read.file))) {
        stderr.write(`${inputName(file)}: there is no ClusterImagePolicy and no TrustRoot in it.\n`);
    }
    if (policies.length > 0) {
        stdout.write(lintText(policies, stdout.isTTY === true && (env.NO_COLOR ?? "") === ""));
    }
}

/** Reads all files; those that cannot be read do not keep the others from being checked. */
async function readFiles(files: readonly string[], { stdin }: Surroundings) {
    const read: PolicyFile[] = [];
    const problems: string[] = [];
    for (const file of new Set(files)) {
        try {
            const text = decodeUtf8(await readInput(file, stdin));
            if (text === undefined) {
                throw new YamlError("This is not UTF-8.");
            }
            read.push({ file, documents: readYaml(text) });
        } catch (error) {
            problems.push(problemOf(file, error));
        }
    }
    return { read, problems };
}

function problemOf(file: string, error: unknown): string {
    if (error instanceof YamlError) {
        const place = error.line === undefined ? "" : `, line ${error.line}`;
        return `${inputName(file)}${place}: this cannot be read as YAML. ${error.message}`;
    }
    if (error instanceof CliError) {
        return error.message;
    }
    throw error;
}

function requireFiles(files: readonly string[]): void {
    if (files.length === 0) {
        throw new UsageError("FILE is missing. Give one or more files, or - for standard input.");
    }
    if (files.filter((file) => file === STDIN).length > 1) {
        throw new UsageError("- is given twice. Standard input can be read once.");
    }
}

function requireLint(code: string): void {
    const rule = Object.hasOwn(CATALOGUE, code) ? CATALOGUE[code] : undefined;
    if (rule === undefined) {
        throw new UsageError(`--ignore ${printable(code)}: there is no lint of this code.`);
    }
    if (rule.kind !== RuleKind.Lint) {
        throw new UsageError(`--ignore ${code}: this is no lint but something that must be put right.`);
    }
}
