import { error, show } from "../finding";
import { parseUrl } from "../go/url";
import { both, disallowed, invalid, missing } from "../said";
import { PolicyType } from "../spec";
import { isKnown, UNKNOWN } from "../unknown";
import { enumerate, givenOf, isMissing } from "./present";

import type { Finding } from "../finding";
import type { PolicyManifest } from "../manifest";
import type { PropertyPath } from "../path";
import type { Known } from "../unknown";

/** Where a program may come from. */
const SOURCES = ["data", "configMapRef", "remote"] as const;

/** What only the program of a whole ClusterImagePolicy can ask for. */
const WHOLE_POLICY_ONLY = ["fetchConfigFile", "includeSpec", "includeObjectMeta", "includeTypeMeta"] as const;

/** A program that judges what was verified (`Policy.Validate`). */
export function validatePolicyProgram(
    policy: Known<PolicyManifest>,
    path: PropertyPath,
    owner: "spec" | "attestation",
): Finding[] {
    const said = pathAsSaid(path, owner);
    return [
        ...validateType(policy.type, path, said),
        ...validateSourceCount(policy, path, said),
        ...(isKnown(policy.remote) ? validateRemote(policy.remote, [...path, "remote"], [...said, "remote"]) : []),
        ...(isKnown(policy.configMapRef)
            ? validateConfigMapRef(policy.configMapRef, [...path, "configMapRef"], [...said, "configMapRef"])
            : []),
        ...(owner === "attestation" ? validateOptions(policy, path, said) : []),
    ];
}

/** The webhook names neither the attestation's position, nor `policy` where it is the whole policy's. */
function pathAsSaid(path: PropertyPath, owner: "spec" | "attestation"): PropertyPath {
    return owner === "spec" ? path.slice(0, -1) : path.filter((_, index) => index !== path.length - 2);
}

function validateType(type: Known<PolicyManifest>["type"], path: PropertyPath, said: PropertyPath): Finding[] {
    if (type === UNKNOWN || (Object.values(PolicyType) as unknown[]).includes(type)) {
        return [];
    }
    return [
        error("policy-type-unknown", [...path, "type"], {
            found: show(type),
            cluster: invalid(type ?? "", [...said, "type"], "only [cue,rego] are supported at the moment"),
            instead: "Write cue or rego, in lower case.",
        }),
    ];
}

function validateSourceCount(policy: Known<PolicyManifest>, path: PropertyPath, said: PropertyPath): Finding[] {
    const given = givenOf(policy, SOURCES);
    if (given === undefined || given.length === 1) {
        return [];
    }
    return [
        error("policy-source-count", path, {
            found: enumerate(given),
            cluster: (given.length === 0 ? missing : both)(said, ...SOURCES),
            instead: "Keep one: data for the program itself, configMapRef for a ConfigMap beside the controller.",
        }),
    ];
}

function validateRemote(
    remote: Exclude<Known<PolicyManifest>["remote"], undefined | typeof UNKNOWN>,
    path: PropertyPath,
    said: PropertyPath,
): Finding[] {
    return [
        ...(remote.url === UNKNOWN || isHttps(remote.url ?? "")
            ? []
            : [
                  error("remote-url-invalid", [...path, "url"], {
                      found: show(remote.url),
                      cluster: invalid(
                          writtenAnew(remote.url ?? ""),
                          [...said, "url"],
                          "url valid is invalid. host and https scheme are expected",
                      ),
                      instead: "Write an https URL with a host, such as https://example.com/policy.rego.",
                  }),
              ]),
        ...(isMissing(remote.sha256sum)
            ? [
                  error("remote-sha256-missing", [...path, "sha256sum"], {
                      found: show(remote.sha256sum),
                      cluster: missing(said, "sha256sum"),
                      instead: "Write the program's SHA-256 in hexadecimal: sha256sum FILE.",
                  }),
              ]
            : []),
    ];
}

function isHttps(text: string): boolean {
    const { url } = parseUrl(writtenAnew(text));
    return url?.scheme === "https" && url.host !== "";
}

/** The webhook reads the URL as Go would write it, which is not always as it was written. */
function writtenAnew(text: string): string {
    return parseUrl(text).url?.text ?? "";
}

function validateConfigMapRef(
    configMapRef: Exclude<Known<PolicyManifest>["configMapRef"], undefined | typeof UNKNOWN>,
    path: PropertyPath,
    said: PropertyPath,
): Finding[] {
    return (["name", "key"] as const)
        .filter((field) => isMissing(configMapRef[field]))
        .map((field) =>
            error(`config-map-${field}-missing`, [...path, field], {
                found: show(configMapRef[field]),
                cluster: missing(said, field),
                instead:
                    field === "name"
                        ? "Name a ConfigMap in the controller's namespace."
                        : "Name the entry of the ConfigMap that holds the program.",
            }),
        );
}

function validateOptions(policy: Known<PolicyManifest>, path: PropertyPath, said: PropertyPath): Finding[] {
    return WHOLE_POLICY_ONLY.filter((field) => isKnown(policy[field])).map((field) =>
        error("policy-option-not-here", [...path, field], {
            found: show(policy[field]),
            cluster: disallowed(said, field),
            instead: `Move ${field} to the policy of the whole ClusterImagePolicy, spec.policy; here it must not even be false.`,
        }),
    );
}
