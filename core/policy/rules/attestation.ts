import { error, show, warning } from "../finding";
import { parseRequestUri } from "../go/url";
import { missing } from "../said";
import { isKnown } from "../unknown";
import { validatePolicyProgram } from "./policy";
import { isMissing } from "./present";

import type { Finding } from "../finding";
import type { AttestationManifest } from "../manifest";
import type { PropertyPath } from "../path";
import type { Known } from "../unknown";

/** The short names that the webhook knows (`common.ValidPredicateTypes`), and the URI that cosign takes each for. */
const URI_OF_SHORT_NAME: ReadonlyMap<string, string> = new Map([
    ["custom", "https://cosign.sigstore.dev/attestation/v1"],
    ["slsaprovenance", "https://slsa.dev/provenance/v0.2"],
    ["spdx", "https://spdx.dev/Document"],
    ["spdxjson", "https://spdx.dev/Document"],
    ["cyclonedx", "https://cyclonedx.org/bom"],
    ["link", "https://in-toto.io/Link/v1"],
    ["vuln", "https://cosign.sigstore.dev/attestation/vuln/v1"],
]);

/** An attestation (`Attestation.Validate`). */
export function validateAttestation(attestation: Known<AttestationManifest>, path: PropertyPath): Finding[] {
    return [
        ...(isMissing(attestation.name) ? [nameMissing(path)] : []),
        ...validatePredicateType(attestation.predicateType, path),
        ...(isKnown(attestation.policy)
            ? validatePolicyProgram(attestation.policy, [...path, "policy"], "attestation")
            : []),
    ];
}

/** The webhook does not say which of the attestations it means. */
function pathAsSaid(path: PropertyPath): PropertyPath {
    return path.slice(0, -1);
}

function nameMissing(path: PropertyPath): Finding {
    return error("attestation-name-missing", [...path, "name"], {
        found: "nothing",
        cluster: missing(pathAsSaid(path), "name"),
        instead: "Give it a name, such as provenance; a policy of the whole ClusterImagePolicy refers to it by that.",
    });
}

function validatePredicateType(type: Known<AttestationManifest>["predicateType"], path: PropertyPath): Finding[] {
    if (type === undefined || type === "") {
        return [
            error("predicate-type-missing", [...path, "predicateType"], {
                found: show(type),
                cluster: missing(pathAsSaid(path), "predicateType"),
                instead: "Write the predicate's type, such as https://slsa.dev/provenance/v1.",
            }),
        ];
    }
    if (!isKnown(type)) {
        return [];
    }
    const uri = URI_OF_SHORT_NAME.get(type);
    if (uri === undefined && parseRequestUri(type).url !== undefined) {
        return [];
    }
    return [
        warning("predicate-type-deprecated", [...path, "predicateType"], {
            found: show(type),
            cluster: "The cluster would accept the policy with a warning: such values are deprecated there.",
            instead: `Write the type's URI, such as ${uri ?? "https://slsa.dev/provenance/v1"}.`,
        }),
    ];
}
