import { error, show } from "../finding";
import { both, invalid, missing } from "../said";
import { StaticAction } from "../spec";
import { isKnown, UNKNOWN } from "../unknown";
import { isMissing } from "./present";

import type { Finding } from "../finding";
import type { AuthorityManifest } from "../manifest";
import type { PropertyPath } from "../path";
import type { Known } from "../unknown";

/** What a static authority has no use for. */
const EXCLUDED = ["attestations", "source", "ctlog", "rfc3161timestamp"] as const;

/** A static authority (`StaticRef.Validate`, and what `Authority.Validate` forbids beside it). */
export function validateStatic(
    authority: Known<AuthorityManifest>,
    { action }: Exclude<Known<AuthorityManifest>["static"], undefined | typeof UNKNOWN>,
    path: PropertyPath,
): Finding[] {
    return [
        ...validateAction(action, [...path, "static"]),
        ...EXCLUDED.filter((field) => isThere(authority[field])).map((field) =>
            error("static-with-verification", [...path, field], {
                found: `static and ${field}`,
                cluster: both(path, "static", field),
                instead: `Remove ${field}: a static authority looks at nothing. To verify, use key or keyless.`,
            }),
        ),
    ];
}

/** The webhook counts a list by its entries, and an object by being there. */
function isThere(value: unknown): boolean {
    return isKnown(value) && !(Array.isArray(value) && value.length === 0);
}

function validateAction(action: string | typeof UNKNOWN | undefined, path: PropertyPath): Finding[] {
    if (action === UNKNOWN || (Object.values(StaticAction) as unknown[]).includes(action)) {
        return [];
    }
    return [
        error("static-action-unknown", [...path, "action"], {
            found: show(action),
            cluster:
                action === undefined || isMissing(action)
                    ? missing(path, "action")
                    : invalid(action, [...path, "action"], "unsupported action"),
            instead: "Write pass or fail, in lower case.",
        }),
    ];
}
