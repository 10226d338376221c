/** What `pulumi preview --json` says will be in the cluster. */
import { UNKNOWN } from "../../core/policy";
import { CliError } from "../errors";
import { isRecord } from "./objects";

import type { SourceObject } from "./objects";

/** What stands for values that only the deployment will know (sdk/go/common/resource/plugin/rpc.go of Pulumi). */
const UNKNOWN_VALUES: readonly string[] = [
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
];

/** What a secret's value is shown as. */
const HIDDEN = "[secret]";

/** The key that marks an object as a secret in the engine's JSON (sdk/go/common/resource/sig). */
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";

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

/** The object that a resource of the Kubernetes provider stands for. */
function objectOf(state: unknown): unknown {
    if (!isRecord(state) || typeof state.type !== "string" || !state.type.startsWith("kubernetes:")) {
        return undefined;
    }
    const [, place = "", kind = ""] = state.type.split(":");
    // `apps/v1`, `core/v1`: what the provider fills in where the program leaves it out.
    const implied = { apiVersion: place.replace(/^core\//, ""), kind };
    return isRecord(state.inputs) ? { ...implied, ...(withUnknowns(state.inputs) as object) } : undefined;
}

function withUnknowns(value: unknown): unknown {
    if (typeof value === "string") {
        return value === HIDDEN || UNKNOWN_VALUES.includes(value) ? UNKNOWN : value;
    }
    if (Array.isArray(value)) {
        return value.map(withUnknowns);
    }
    if (!isRecord(value)) {
        return value;
    }
    return SIGNATURE_KEY in value
        ? UNKNOWN
        : Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, withUnknowns(entry)]));
}
