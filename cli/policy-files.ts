/** Files of policies: what can be read of them, and which of their objects are about policies. */
import { manifestKind } from "../core/policy";
import { isRecord } from "../core/policy/shape";
import { CliError, UsageError } from "./errors";
import { STDIN } from "./input";
import { readYamlFile } from "./yaml-file";

import type { PropertyPath } from "../core/policy";
import type { YamlDocument } from "../core/policy/yaml-file";
import type { Surroundings } from "./command";

/** A file, read. */
export interface PolicyFile {
    /** As it was given: `-` for standard input. */
    file: string;
    documents: readonly YamlDocument[];
}

/** An object in a file that is about policies, or seems to be meant so. */
export interface PlacedManifest {
    file: string;
    document: YamlDocument;
    /** Where in the document: a list has several. */
    path: PropertyPath;
    value: Readonly<Record<string, unknown>>;
}

/**
 * Reads all files; those that cannot be read do not keep the others from being checked.
 *
 * @throws UsageError for no file, and for standard input twice
 */
export async function readPolicyFiles(
    files: readonly string[],
    { stdin }: Surroundings,
): Promise<{ read: PolicyFile[]; problems: string[] }> {
    requireFiles(files);
    const read: PolicyFile[] = [];
    const problems: string[] = [];
    for (const file of new Set(files)) {
        try {
            read.push({ file, documents: await readYamlFile(file, stdin) });
        } catch (error) {
            if (!(error instanceof CliError)) {
                throw error;
            }
            problems.push(error.message);
        }
    }
    return { read, problems };
}

function requireFiles(files: readonly string[]): void {
    if (files.length === 0) {
        throw new UsageError("FILE is missing. Give one or more files, or - for standard input.");
    }
    if (files.filter((file) => file === STDIN).length > 1) {
        throw new UsageError("- is given twice. Standard input can be read once.");
    }
}

/** The objects of a file that are about policies. */
export function policyManifests({ file, documents }: PolicyFile): PlacedManifest[] {
    return documents.flatMap((document) => manifestsIn(document.value, [], { file, document }));
}

function manifestsIn(
    value: unknown,
    path: PropertyPath,
    place: Pick<PlacedManifest, "file" | "document">,
): PlacedManifest[] {
    if (!isRecord(value)) {
        return [];
    }
    if (isList(value)) {
        return value.items.flatMap((item, index) => manifestsIn(item, [...path, "items", index], place));
    }
    return isAboutPolicies(value) ? [{ ...place, path, value }] : [];
}

/** Also one of a wrong group or version, or of a wrong kind in the right group: the cluster would refuse it. */
function isAboutPolicies(value: Readonly<Record<string, unknown>>): boolean {
    const { kind, apiVersion } = value;
    return (
        manifestKind(value) !== undefined ||
        kind === "ClusterImagePolicy" ||
        kind === "TrustRoot" ||
        (typeof apiVersion === "string" && apiVersion.startsWith("policy.sigstore.dev/"))
    );
}

/** What `kubectl get -o yaml` prints for several objects. */
function isList(value: Readonly<Record<string, unknown>>): value is Readonly<Record<string, unknown>> & {
    items: readonly unknown[];
} {
    const isListKind =
        value.kind === "List" || value.kind === "ClusterImagePolicyList" || value.kind === "TrustRootList";
    return isListKind && Array.isArray(value.items);
}
