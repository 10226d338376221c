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

/**
 * The Kubernetes objects of a preview, with UNKNOWN in place of what is not known or hidden.
 *
 * @throws CliError for something that is no such preview
 */
export function objectsOfPreview(text: string, file: string): SourceObject[] {
    const preview = parse(text, file);
    if (isDeeper(preview, MAXIMUM_DEPTH)) {
        throw new CliError(`${file} is nested more than ${MAXIMUM_DEPTH} levels deep, deeper than any preview.`);
    }
    const steps = isRecord(preview) && Array.isArray(preview.steps) ? (preview.steps as unknown[]) : undefined;
    if (steps === undefined) {
        throw new CliError(`${file} is no preview. Make one with: pulumi preview --show-sames --json > ${file}.`);
    }
    const byUrn = new Map<unknown, SourceObject>();
    for (const step of steps) {
        if (!isRecord(step) || LEAVING.includes(step.op)) {
            continue;
        }
        const value = objectOf(step.newState);
        if (value !== undefined) {
            const previous = objectOf(step.oldState);
            byUrn.set(step.urn, previous === undefined ? { value } : { value, previous });
        }
    }
    return [...byUrn.values()];
}

function parse(text: string, file: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        throw new CliError(`${file} is no JSON. Make it with: pulumi preview --show-sames --json > ${file}.`);
    }
}

function objectOf(state: unknown): unknown {
    return isRecord(state) && typeof state.type === "string" ? objectOfResource(state.type, state.inputs) : undefined;
}

function isDeeper(value: unknown, levels: number): boolean {
    return (
        typeof value === "object" &&
        value !== null &&
        (levels === 0 || Object.values(value).some((part) => isDeeper(part, levels - 1)))
    );
}
