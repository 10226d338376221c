import { error, show } from "../finding";
import { isRecord } from "../shape";
import { UNKNOWN } from "../unknown";

import type { Finding } from "../finding";

/** A name of a Kubernetes object: a DNS name of at most 253 characters. */
const NAME = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

/** Why Kubernetes refuses an object's name; undefined where it takes it. */
function nameRefusal(name: string): string | undefined {
    return NAME.test(name)
        ? undefined
        : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
}

/** The object's name, which the API server checks (`generateName` takes its place). */
export function validateMetadata(metadata: unknown): Finding[] {
    const path = ["metadata", "name"];
    if (metadata === UNKNOWN) {
        return [];
    }
    const fields = isRecord(metadata) ? metadata : {};
    const { name, generateName } = fields;
    if (name === UNKNOWN || (isNothing(name) && typeof generateName === "string" && generateName !== "")) {
        return [];
    }
    const isThere = typeof name === "string" && name !== "";
    const refusal = isThere ? nameRefusal(name) : "name or generateName is required";
    return refusal === undefined
        ? []
        : [
              error("name-invalid", path, {
                  found: show(name),
                  cluster: `metadata.name: ${isThere ? `Invalid value: ${show(name)}` : "Required value"}: ${refusal}`,
                  instead: "Write a name of lower case letters, digits, - and dots, such as acme.",
              }),
          ];
}

function isNothing(value: unknown): boolean {
    return value === undefined || value === null || value === "";
}
