/**
 * What the webhook says, in the words of knative's `FieldError` (knative.dev/pkg/apis/field_error.go): the message, the
 * paths, and on a line of its own the details.
 */
import { formatPath } from "./path";
import { withoutKeyMaterial } from "./redact";

import type { PropertyPath } from "./path";

/** Required fields that are absent or empty. */
export function missing(path: PropertyPath, ...fields: string[]): string {
    return `missing field(s): ${paths(path, fields)}`;
}

/** None of several fields of which one must be there. */
export function neither(path: PropertyPath, ...fields: string[]): string {
    return `expected exactly one, got neither: ${paths(path, fields)}`;
}

/** More than one of several fields of which one must be there. */
export function both(path: PropertyPath, ...fields: string[]): string {
    return `expected exactly one, got both: ${paths(path, fields)}`;
}

/** A field that may not be there. */
export function disallowed(path: PropertyPath, field: string): string {
    return `must not set the field(s): ${paths(path, [field])}`;
}

/** A value that may not be there. Details of what holds a key are left out: they may repeat a part of it. */
export function invalid(value: string, path: PropertyPath, details?: string): string {
    const shown = withoutKeyMaterial(value);
    const said = details === undefined || shown !== value ? "" : `\n${details}`;
    return `invalid value: ${shown}: ${formatPath(path)}${said}`;
}

/** Knative sorts the paths of one message. */
function paths(path: PropertyPath, fields: readonly string[]): string {
    return fields
        .map((field) => formatPath([...path, field]))
        .sort()
        .join(", ");
}

/**
 * A list or bytes that are absent. The webhook's decoder writes `null` in their place, and the API server refuses that by
 * the CRD before the webhook can say what is missing.
 */
export function nullRefused(path: PropertyPath, type: "array" | "string"): string {
    const field = formatPath(path);
    return `${field}: Invalid value: "null": ${field} in body must be of type ${type}: "null"`;
}
