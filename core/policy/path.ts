import { withoutKeyMaterial } from "./redact";

/** Where a value stands: field names and list positions, from the outermost in. */
export type PropertyPath = readonly (string | number)[];

/**
 * The path as Kubernetes and Pulumi write it: `spec.authorities[0].key.data`.
 *
 * A name that would be misread (a label such as `app.kubernetes.io/name`) stands in brackets and quotes.
 */
export function formatPath(path: PropertyPath): string {
    return path.reduce<string>((text, part) => {
        if (typeof part === "number") {
            return `${text}[${part}]`;
        }
        const shown = withoutKeyMaterial(part);
        if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(shown)) {
            return `${text}[${JSON.stringify(shown)}]`;
        }
        return text === "" ? shown : `${text}.${shown}`;
    }, "");
}

/** The value that a path leads to, or undefined where it leads nowhere. */
export function valueAt(root: unknown, path: PropertyPath): unknown {
    return path.reduce<unknown>(
        (value, part) =>
            typeof value === "object" && value !== null ? (value as Record<string | number, unknown>)[part] : undefined,
        root,
    );
}
