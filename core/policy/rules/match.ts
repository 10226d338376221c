import { error, show } from "../finding";
import { invalid } from "../said";
import { MatchResource } from "../spec";
import { isKnown } from "../unknown";
import { nearest } from "../nearest";
import { selectorRefusals } from "./selector";

import type { Finding } from "../finding";
import type { MatchManifest } from "../manifest";
import type { PropertyPath } from "../path";
import type { Known } from "../unknown";

const RESOURCES = Object.values(MatchResource);

/** The kinds of objects that a policy is about (`MatchResource.Validate`), and selectors that fail at admission. */
export function validateMatch(match: Known<MatchManifest>, path: PropertyPath): Finding[] {
    return [...validateResource(match.resource, path), ...validateSelector(match, path)];
}

function validateResource(resource: Known<MatchManifest>["resource"], path: PropertyPath): Finding[] {
    if (!isKnown(resource) || resource === "" || (RESOURCES as string[]).includes(resource)) {
        return [];
    }
    const meant = nearest(resource, RESOURCES) ?? RESOURCES.find((name) => name === `${resource.toLowerCase()}s`);
    return [
        error("match-resource-unknown", [...path, "resource"], {
            found: show(resource),
            cluster: invalid(resource, [...path, "resource"], "unsupported resource name"),
            instead: meant === undefined ? `Write one of ${RESOURCES.join(", ")}.` : `Write ${meant}.`,
        }),
    ];
}

function validateSelector(match: Known<MatchManifest>, path: PropertyPath): Finding[] {
    const { selector } = match;
    if (!isKnown(selector)) {
        return [];
    }
    const place = [...path, "selector"];
    const isAlone = [match.resource, match.version, match.group].every((field) => field === undefined || field === "");
    return [
        ...(isAlone
            ? [
                  error("match-selector-alone", place, {
                      found: "a selector without group, version and resource",
                      cluster: invalid("", place, "selector requires a resource type to match the labels"),
                      instead: 'Say which kind of object: version: "v1", resource: "pods".',
                  }),
              ]
            : []),
        ...selectorRefusals(selector, place).map((refusal) =>
            error("match-selector-invalid", refusal.path, {
                found: refusal.found,
                cluster:
                    "The cluster would accept the policy and then refuse every object of that kind: policy with wrong match label selector.",
                instead: refusal.instead,
            }),
        ),
    ];
}
