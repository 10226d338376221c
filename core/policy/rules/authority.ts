import { error, show } from "../finding";
import { both, invalid, missing, neither } from "../said";
import { isKnown, UNKNOWN } from "../unknown";
import { validateAttestation } from "./attestation";
import { validateKey } from "./key";
import { validateKeyless } from "./keyless";
import { enumerate, givenOf } from "./present";
import { validateSource } from "./source";
import { validateStatic } from "./static";

import type { Finding } from "../finding";
import type { AuthorityManifest } from "../manifest";
import type { PropertyPath } from "../path";
import type { Known, MaybeUnknown } from "../unknown";
import type { RuleContext } from "./context";

/** The three sorts of authorities. */
const KINDS = ["key", "keyless", "static"] as const;

/** `spec.authorities`: at least one, unless the controller is set to take none. */
export function validateAuthorities(
    authorities: MaybeUnknown<AuthorityManifest[] | undefined>,
    spec: PropertyPath,
    context: RuleContext,
): Finding[] {
    if (authorities === UNKNOWN) {
        return [];
    }
    if (authorities === undefined || authorities.length === 0) {
        return context.failOnEmptyAuthorities
            ? [
                  error("authorities-missing", [...spec, "authorities"], {
                      found: "none",
                      cluster: missing(spec, "authorities"),
                      instead: "Say who must have signed: an authority with key, keyless or static.",
                  }),
              ]
            : [];
    }
    return authorities.flatMap((authority, index) =>
        isKnown(authority) ? validateAuthority(authority, [...spec, "authorities", index], context) : [],
    );
}

/** One authority (`Authority.Validate`). */
function validateAuthority(authority: Known<AuthorityManifest>, path: PropertyPath, context: RuleContext): Finding[] {
    const kinds = givenOf(authority, KINDS);
    if (kinds !== undefined && kinds.length !== 1) {
        // The webhook stops here, and so do we: what stands inside says nothing as long as the kind is open.
        return [
            error("authority-kind-count", path, {
                found: enumerate(kinds),
                cluster: (kinds.length === 0 ? neither : both)(path, ...KINDS),
                instead:
                    "Keep one of key, keyless and static. For either of two, write two authorities: one is enough.",
            }),
        ];
    }
    return [
        ...(isKnown(authority.key) ? validateKey(authority.key, [...path, "key"], context) : []),
        ...(isKnown(authority.keyless) ? validateKeyless(authority.keyless, [...path, "keyless"], context) : []),
        ...(isKnown(authority.static) ? validateStatic(authority, authority.static, path) : []),
        ...validateSources(authority.source, path),
        ...validateAttestations(authority.attestations, path),
    ];
}

function validateSources(sources: Known<AuthorityManifest>["source"], authority: PropertyPath): Finding[] {
    if (!isKnown(sources)) {
        return [];
    }
    const path = [...authority, "source"];
    if (sources.length > 1) {
        return [
            error("source-count", path, {
                found: show(sources.length),
                cluster: invalid("source", path, "only single source is supported"),
                instead: "Keep one source. For signatures in several places, write an authority for each.",
            }),
        ];
    }
    return sources.flatMap((source, index) => (isKnown(source) ? validateSource(source, [...path, index]) : []));
}

function validateAttestations(
    attestations: Known<AuthorityManifest>["attestations"],
    authority: PropertyPath,
): Finding[] {
    if (!isKnown(attestations)) {
        return [];
    }
    return attestations.flatMap((attestation, index) =>
        isKnown(attestation) ? validateAttestation(attestation, [...authority, "attestations", index]) : [],
    );
}
