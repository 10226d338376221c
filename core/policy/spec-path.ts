import { hasIdentityInPlace } from "./render";
import { valueAt } from "./path";
import { isRecord } from "./shape";

import type { PropertyPath } from "./path";

/**
 * Where in a typed policy the value stands that a rule found at a place of the rendered manifest, below `spec`.
 *
 * The two differ where the typed form is more comfortable: images are strings, `ca-cert` is `caCert`, and one identity may
 * stand in `keyless` itself.
 */
export function specPathOf(manifestPath: PropertyPath, spec: unknown): PropertyPath {
    const path = manifestPath.slice(1).map((part) => (part === "ca-cert" ? "caCert" : part));
    if (path[0] === "images") {
        return path.slice(0, 2);
    }
    if (path[2] === "keyless" && path[3] === "identities" && path.length > 3) {
        return identityPath(path, spec);
    }
    return path;
}

function identityPath(path: PropertyPath, spec: unknown): PropertyPath {
    const keyless = path.slice(0, 3);
    const given = valueAt(spec, keyless);
    const index = path[4];
    if (typeof index !== "number" || !isRecord(given) || !hasIdentityInPlace(given)) {
        return path;
    }
    return index === 0 ? [...keyless, ...path.slice(5)] : [...keyless, "identities", index - 1, ...path.slice(5)];
}
