import { error, show } from "../finding";
import { decodeBase64 } from "../go/base64";
import { invalid, nullRefused } from "../said";
import { isRecord } from "../shape";
import { UNKNOWN } from "../unknown";

import type { Finding } from "../finding";
import type { PropertyPath } from "../path";

/**
 * The first `root.json` (`ValidateRoot` in trustroot_validation.go): a JSON object with `signatures`. The webhook looks
 * no deeper. Where the field is absent, the API server refuses the `null` that the webhook's decoder puts there.
 */
export function validateRoot(root: string | typeof UNKNOWN | undefined, path: PropertyPath): Finding[] {
    const place = [...path, "root"];
    if (root === UNKNOWN) {
        return [];
    }
    if (root === undefined) {
        return [
            error("trust-root-root-missing", place, {
                found: "nothing",
                cluster: nullRefused(place, "string"),
                instead: "Write the TUF repository's first root.json in base64: base64 -w0 root.json.",
            }),
        ];
    }
    const refusal = rootRefusal(decodeBase64(root) ?? Buffer.alloc(0));
    return refusal === undefined
        ? []
        : [
              error("trust-root-root-invalid", place, {
                  found: show(root),
                  cluster: invalid(refusal.value, place, refusal.details),
                  instead: "Write the TUF repository's first root.json in base64: base64 -w0 root.json.",
              }),
          ];
}

function rootRefusal(bytes: Buffer): { value: string; details?: string } | undefined {
    const root = parseJson(bytes.toString("utf8"));
    if (root === undefined || (root !== null && !isRecord(root))) {
        return { value: "failed to unmarshal" };
    }
    return root?.signatures === undefined || root.signatures === null
        ? { value: "missing signatures in root.json", details: "no signatures" }
        : undefined;
}

/** JSON as Go reads it: a number that is too large for a float is an error there. */
function parseJson(text: string): unknown {
    try {
        return JSON.parse(text, (_, value: unknown) => {
            if (value === Infinity || value === -Infinity) {
                throw new RangeError("number out of range");
            }
            return value;
        });
    } catch {
        return undefined;
    }
}
