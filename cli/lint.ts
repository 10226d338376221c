import { CATALOGUE, RuleKind, Severity } from "../core/policy";
import { printable } from "../core/policy/printable";
import { outputFormat, parse } from "./command";
import { ExitCode, UsageError } from "./errors";
import { inputName } from "./input";
import { asJson, countOf, lintPolicies } from "./lint-policies";
import { lintText } from "./lint-text";
import { readPolicyFiles } from "./policy-files";

import type { Command, Surroundings } from "./command";
import type { LintedPolicy } from "./lint-policies";
import type { PolicyFile } from "./policy-files";

const HELP = `Usage: signed-images lint [--output text|json] [--ignore CODE]… FILE…
       signed-images lint --explain CODE

Says what a cluster would refuse in ClusterImagePolicies and TrustRoots, and what it would accept and not apply as
meant. FILE is YAML or JSON, with one document or several; - is standard input. Objects of other kinds are passed over;
a List is looked into. Policies are also checked beside all others that are given.

docs/findings.md explains each finding by the code in brackets behind it; --explain CODE shows it here.

Options:
  --explain CODE      say what a code means, and what to write instead
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
        explain: { type: "string" },
    });
    if (values.explain !== undefined) {
        surroundings.stdout.write(explanationOf(values.explain));
        return ExitCode.Ok;
    }
    const format = outputFormat(values.output);
    values.ignore.forEach(requireLint);

    const { read, problems } = await readPolicyFiles(files, surroundings);
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

function explanationOf(code: string): string {
    const rule = Object.hasOwn(CATALOGUE, code) ? CATALOGUE[code] : undefined;
    if (rule === undefined) {
        throw new UsageError(`--explain ${printable(code)}: there is no such code.`);
    }
    const ignoring = rule.kind === RuleKind.Lint ? `It can be left out: --ignore ${code}.` : "It cannot be left out.";
    return `${code} (${rule.severity}): ${rule.title}.\n${rule.why}\n${rule.instead}\n${ignoring}\n`;
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
