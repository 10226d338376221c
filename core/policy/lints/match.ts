import { error, show } from "../finding";
import { MatchResource } from "../spec";
import { isKnown, UNKNOWN } from "../unknown";

import type { Finding } from "../finding";
import type { ClusterImagePolicyManifestSpec, MatchManifest } from "../manifest";
import type { PropertyPath } from "../path";
import type { Known } from "../unknown";

/** The groups and versions under which the webhook sees each kind (`types` in cmd/webhook/main.go). */
const SEEN: Readonly<Record<MatchResource, { group: string; versions: readonly string[] }>> = {
    [MatchResource.Pods]: { group: "", versions: ["v1"] },
    [MatchResource.ReplicaSets]: { group: "apps", versions: ["v1"] },
    [MatchResource.Deployments]: { group: "apps", versions: ["v1"] },
    [MatchResource.StatefulSets]: { group: "apps", versions: ["v1"] },
    [MatchResource.DaemonSets]: { group: "apps", versions: ["v1"] },
    [MatchResource.Jobs]: { group: "batch", versions: ["v1"] },
    [MatchResource.CronJobs]: { group: "batch", versions: ["v1", "v1beta1"] },
};

/** Entries that no object fits: all three of group, version and resource are compared, and empty means empty. */
export function matchFindings(spec: Known<ClusterImagePolicyManifestSpec>, path: PropertyPath): Finding[] {
    return isKnown(spec.match)
        ? spec.match.flatMap((entry, index) => (isKnown(entry) ? entryFindings(entry, [...path, "match", index]) : []))
        : [];
}

function entryFindings(entry: Known<MatchManifest>, path: PropertyPath): Finding[] {
    const { group = "", version = "", resource = "" } = entry;
    const isOpen = [group, version, resource].includes(UNKNOWN);
    if (isOpen || canFit(group, version, resource)) {
        return [];
    }
    const seen = isResource(resource) ? SEEN[resource] : undefined;
    return [
        error("match-never-matches", path, {
            found: show({ group, version, resource }),
            cluster:
                "The cluster would accept the policy and find no object that fits this entry: it compares group, version and resource, all three.",
            instead:
                seen === undefined
                    ? 'Name one kind an entry, such as group: "apps", version: "v1", resource: "deployments"; or leave match out.'
                    : `Write group: ${show(seen.group)}, version: "v1", resource: ${show(resource)}.`,
        }),
    ];
}

function canFit(group: unknown, version: unknown, resource: unknown): boolean {
    const seen = isResource(resource) ? SEEN[resource] : undefined;
    // A resource that the webhook does not know is refused by a rule, and needs no lint.
    const isRefused = resource !== "" && seen === undefined;
    return isRefused || (seen?.group === group && (version === "*" || (seen?.versions as unknown[]).includes(version)));
}

function isResource(resource: unknown): resource is MatchResource {
    return typeof resource === "string" && Object.hasOwn(SEEN, resource);
}
