/** The Kubernetes object that a resource of a Pulumi stack stands for. */
import { isRecord } from "../policy/shape";
import { UNKNOWN } from "../policy/unknown";

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

/**
 * The object of a resource of the Kubernetes provider, with UNKNOWN in place of what is not known or hidden; undefined for
 * every other resource.
 */
export function objectOfResource(type: string, inputs: unknown): SourceObject | undefined {
    if (!type.startsWith("kubernetes:") || !isRecord(inputs)) {
        return undefined;
    }
    const [, place = "", kind = ""] = type.split(":");
    // `apps/v1`, `core/v1`: what the provider fills in where the program leaves it out.
    const implied = { apiVersion: place.replace(/^core\//, ""), kind };
    const value = { ...implied, ...(withUnknowns(inputs) as object) };
    if (!kind.endsWith("Patch")) {
        return { value };
    }
    // A patch is a part of the object, whatever it calls itself; of a namespace that matters, because its labels decide.
    const ofPatch = kind === "NamespacePatch" ? kind : kind.replace(/Patch$/, "");
    return { value: { ...value, kind: ofPatch }, isPatch: true };
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
