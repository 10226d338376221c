import { checkManifest, formatFinding, importRefusals, programOf, Severity } from "../core/policy";
import { printable } from "../core/policy/printable";
import { nameOf } from "../core/policy/shape";
import { parse } from "./command";
import { CliError, ExitCode } from "./errors";
import { inputName } from "./input";
import { policyManifests, readPolicyFiles } from "./policy-files";

import type { Finding } from "../core/policy";
import type { Command, Surroundings } from "./command";
import type { PlacedManifest } from "./policy-files";

const HELP = `Usage: signed-images import [--adopt] FILE…

Prints the TypeScript program of ClusterImagePolicies and TrustRoots that exist already: it renders the same objects.
FILE is YAML or JSON, with one document or several; - is standard input, as in
kubectl get clusterimagepolicies,trustroots -o yaml | signed-images import --adopt -

Objects of other kinds are passed over. Labels and annotations are not taken over. Lints that would stop the preview are
left out by name (ignoreLints), with the reason in a comment: read them.

Options:
  --adopt        the program takes over objects that are in the cluster already (adopt: true)
  -h, --help     show this

Exit code: 0 for a program, 1 for policies that the cluster or this package refuses, 2 for wrong arguments and files
that cannot be read or are no YAML. Nothing is printed but a whole program.`;

/** `signed-images import` */
export const importPolicies: Command = {
    name: "import",
    summary: "Print the program of existing policies",
    help: HELP,
    run,
};

/** What the API server writes into an object by itself, or kubectl for its own use. */
const SERVER_METADATA = new Set([
    ...["creationTimestamp", "finalizers", "generation", "managedFields", "name", "namespace", "resourceVersion"],
    ...["selfLink", "uid"],
]);
const KUBECTL_ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";

/** What a policy of v1beta1 has and the cluster's own copy of it has not. */
const LOST_BY_CONVERSION = "conversion-drops-field";

async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
    const { values, positionals: files } = parse(args, { adopt: { type: "boolean" } });
    const { read, problems } = await readPolicyFiles(files, surroundings);
    if (problems.length > 0) {
        throw new CliError(problems.join("\n"));
    }
    const manifests = read.flatMap(policyManifests);
    if (manifests.length === 0) {
        throw new CliError("There is no ClusterImagePolicy and no TrustRoot to import.", ExitCode.Failed);
    }
    const refusals = manifests.flatMap((manifest) =>
        importRefusals(manifest.value).map((finding) => placedText(manifest, finding)),
    );
    if (refusals.length > 0) {
        surroundings.stderr.write(`${refusals.join("\n")}\n`);
        return ExitCode.Failed;
    }
    requireNames(manifests);
    for (const manifest of manifests) {
        surroundings.stderr.write(notesOf(manifest).join(""));
    }
    const documents = manifests.map(({ value }) => value);
    surroundings.stdout.write(programOf(documents, { adopt: values.adopt === true }));
    return ExitCode.Ok;
}

function requireNames(manifests: readonly PlacedManifest[]): void {
    const names = manifests.map(({ value }) => `${String(value.kind)} ${nameOf(value) ?? ""}`);
    manifests.forEach((manifest, index) => {
        if ((nameOf(manifest.value) ?? "") === "") {
            throw failed(manifest, "the object has no name of its own; write metadata.name.", "import-name-missing");
        }
        if (names.indexOf(names[index] ?? "") !== index) {
            throw failed(
                manifest,
                `${printable(names[index] ?? "")} stands here a second time; a cluster has one of that name. Remove one.`,
                "import-name-twice",
            );
        }
    });
}

function failed(manifest: PlacedManifest, message: string, code: string): CliError {
    return new CliError(`${placeOf(manifest)}: ${message} [${code}]`, ExitCode.Failed);
}

/** What the program does not say of an object. */
function notesOf(manifest: PlacedManifest): string[] {
    const lost = checkManifest(manifest.value).filter(({ code }) => code === LOST_BY_CONVERSION);
    return [
        ...unsaidMetadata(manifest.value.metadata).map(
            (field) => `${placeOf(manifest)}: ${printable(field)} is not taken over.\n`,
        ),
        ...lost.map((finding) => `${placedText(manifest, finding)}\n`),
    ];
}

function unsaidMetadata(metadata: unknown): string[] {
    return entriesOf(metadata).flatMap(([field, value]) => {
        if (field !== "annotations" && field !== "labels") {
            return SERVER_METADATA.has(field) ? [] : [`metadata.${field}`];
        }
        return entriesOf(value)
            .filter(([name]) => name !== KUBECTL_ANNOTATION)
            .map(([name]) => `metadata.${field} ${name}`);
    });
}

function entriesOf(value: unknown): [string, unknown][] {
    return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

function placedText(manifest: PlacedManifest, finding: Finding): string {
    const severity = finding.severity === Severity.Error ? "error" : "warning";
    return `${placeOf(manifest, finding)}: ${severity}: ${formatFinding(finding)}`;
}

function placeOf({ file, document, path }: PlacedManifest, finding?: Finding): string {
    return `${inputName(file)}, line ${document.lineOf([...path, ...(finding?.path ?? [])])}`;
}
