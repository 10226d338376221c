import { error, show } from "../finding";
import { invalid } from "../said";
import { PolicyMode } from "../spec";
import { isKnown } from "../unknown";

import type { Finding } from "../finding";
import type { ClusterImagePolicyManifestSpec } from "../manifest";
import type { PropertyPath } from "../path";
import type { Known } from "../unknown";

/** `spec.mode`: `enforce`, `warn`, or nothing. */
export function validateMode(mode: Known<ClusterImagePolicyManifestSpec>["mode"], spec: PropertyPath): Finding[] {
    if (!isKnown(mode) || mode === "" || (Object.values(PolicyMode) as string[]).includes(mode)) {
        return [];
    }
    const path = [...spec, "mode"];
    return [
        error("mode-unknown", path, {
            found: show(mode),
            cluster: invalid(mode, path, "unsupported mode"),
            instead: "Write enforce or warn, in lower case.",
        }),
    ];
}
