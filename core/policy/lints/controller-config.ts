import { error, show, warning } from "../finding";

import type { Finding } from "../finding";
import type { PropertyPath } from "../path";

/** What Go's `strconv.ParseBool` takes for true and for false. */
const TRUE = ["1", "t", "T", "true", "TRUE", "True"];
const FALSE = ["0", "f", "F", "false", "FALSE", "False"];

/** Settings of the ConfigMap `config-policy-controller` that open what policies close (pkg/config of policy-controller). */
export function controllerConfigFindings(
    data: Readonly<Record<string, string>>,
    path: PropertyPath = ["data"],
): Finding[] {
    return [
        ...oci11(data["enable-oci11"], [...path, "enable-oci11"]),
        ...noMatch(data["no-match-policy"], [...path, "no-match-policy"]),
        ...emptyAuthorities(data["fail-on-empty-authorities"], [...path, "fail-on-empty-authorities"]),
    ];
}

function oci11(value: string | undefined, path: PropertyPath): Finding[] {
    return value === undefined || FALSE.includes(value)
        ? []
        : [
              error("enable-oci11", path, {
                  found: show(value),
                  cluster:
                      "The cluster would accept attestations that it finds as referrers without checking any signature.",
                  instead: "Leave enable-oci11 out.",
              }),
          ];
}

function noMatch(value: string | undefined, path: PropertyPath): Finding[] {
    if (value === undefined || value === "deny") {
        return [];
    }
    const opens = value === "allow" || value === "warn";
    return [
        warning("no-match-policy", path, {
            found: show(value),
            cluster: opens
                ? "The cluster would admit every image that no policy matches, and so what a policy was meant for and misses."
                : "The cluster would take anything but allow and warn for deny.",
            instead: "Write deny, and a policy for each registry that is in use.",
        }),
    ];
}

function emptyAuthorities(value: string | undefined, path: PropertyPath): Finding[] {
    return value === undefined || TRUE.includes(value)
        ? []
        : [
              warning("fail-on-empty-authorities", path, {
                  found: show(value),
                  cluster: "The cluster would accept policies that name nobody, and admit their images.",
                  instead: "Leave fail-on-empty-authorities out.",
              }),
          ];
}
