/** What `pulumi preview --json` says will be in the cluster. */
import { objectOfResource } from "../../core/admission/pulumi-object";
import { isRecord } from "../../core/policy/shape";
import { MAXIMUM_DEPTH } from "../../core/policy/yaml-file";
import { CliError } from "../errors";

import type { SourceObject } from "../../core/admission/objects";

/** Steps after which the object is no longer there. */
const LEAVING: readonly unknown[] = [
    "delete",
    "delete-replaced",
    "discard",
    "discard-replaced",
    "remove-pending-replace",
];

/** The command that makes such a file. */
const COMMAND = "pulumi preview --show-sames --json";

/** What is in a preview. */
export interface Preview {
    /** Its Kubernetes objects, with UNKNOWN in place of what is not known or hidden. */
    objects: SourceObject[];
    /** What failed in it, by type and name; then it did not come to everything that is in the stack. */
    failures: string[];
}

/**
 * Reads a preview.
 *
 * @throws CliError for something that is no preview, and for one that leaves out what does not change
 */
export function readPreview(text: string, file: string): Preview {
    const preview = parse(text, file);
    if (isDeeper(preview, MAXIMUM_DEPTH)) {
        throw new CliError(`${file} is nested more than ${MAXIMUM_DEPTH} levels deep, deeper than any preview.`);
    }
    // The engine leaves out a list that is empty: of a program that fails at once, there is nothing but diagnostics.
    const { steps, diagnostics, changeSummary } = isRecord(preview) ? preview : {};
    if (!Array.isArray(steps) && !Array.isArray(diagnostics)) {
        throw new CliError(`${file} is no preview. Make one with: ${COMMAND}`);
    }
    const taken = recordsIn(steps);
    requireSames(taken, changeSummary, file);
    return { objects: objectsOf(taken), failures: failuresOf(recordsIn(diagnostics)) };
}

/** The summary counts what does not change, also where the steps leave it out. */
function requireSames(steps: readonly Entry[], changeSummary: unknown, file: string): void {
    const counted = isRecord(changeSummary) && typeof changeSummary.same === "number" ? changeSummary.same : 0;
    const hidden = counted - steps.filter(({ op }) => op === "same").length;
    if (hidden > 0) {
        throw new CliError(
            `${file} was made without --show-sames: it leaves out ${hidden} resource${hidden === 1 ? "" : "s"} that the update would not change, and nothing would be said of the images in them. Make it with: ${COMMAND}`,
        );
    }
}

function objectsOf(steps: readonly Entry[]): SourceObject[] {
    const byUrn = new Map<unknown, SourceObject>();
    for (const { op, urn, newState, oldState } of steps) {
        const object = LEAVING.includes(op) ? undefined : objectOf(newState);
        if (object !== undefined) {
            // Only an update in place replaces an object; what `replace` and its like make is new to the webhook.
            const previous = op === "update" ? objectOf(oldState)?.value : undefined;
            byUrn.set(urn, { ...object, ...(previous === undefined ? {} : { previous }) });
        }
    }
    return [...byUrn.values()];
}

/** By resource alone: messages quote values, and some are secret. */
function failuresOf(diagnostics: readonly Entry[]): string[] {
    const failed = diagnostics.filter(({ severity }) => severity === "error").map(({ urn }) => resourceOf(urn));
    return [...new Set(failed)];
}

/** `kubernetes:apps/v1:Deployment web`, of a URN. */
function resourceOf(urn: unknown): string {
    const [, , types, ...name] = typeof urn === "string" ? urn.split("::") : [];
    return types === undefined ? "the program" : `${types.split("$").at(-1) ?? ""} ${name.join("::")}`;
}

/** A step or a diagnostic. */
type Entry = Readonly<Record<string, unknown>>;

function recordsIn(list: unknown): Entry[] {
    return Array.isArray(list) ? list.filter(isRecord) : [];
}

function parse(text: string, file: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        throw new CliError(`${file} is no JSON. Make it with: ${COMMAND}`);
    }
}

function objectOf(state: unknown): SourceObject | undefined {
    return isRecord(state) && typeof state.type === "string" ? objectOfResource(state.type, state.inputs) : undefined;
}

function isDeeper(value: unknown, levels: number): boolean {
    return (
        typeof value === "object" &&
        value !== null &&
        (levels === 0 || Object.values(value).some((part) => isDeeper(part, levels - 1)))
    );
}
