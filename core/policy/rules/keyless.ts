import { error, show } from "../finding";
import { both, missing, nullRefused } from "../said";
import { isKnown, UNKNOWN } from "../unknown";
import { validateIdentity } from "./identity";
import { validateKey } from "./key";

import type { Finding } from "../finding";
import type { KeylessManifest } from "../manifest";
import type { PropertyPath } from "../path";
import type { Known } from "../unknown";
import type { RuleContext } from "./context";

/** Verification by certificate (`KeylessRef.Validate`, after the webhook's own default for `url`). */
export function validateKeyless(keyless: Known<KeylessManifest>, path: PropertyPath, context: RuleContext): Finding[] {
    const caCert = keyless["ca-cert"];
    return [
        ...validateAnchor(keyless, path),
        ...(isKnown(caCert) ? validateKey(caCert, [...path, "ca-cert"], context) : []),
        ...validateIdentities(keyless.identities, path),
    ];
}

function validateAnchor({ url, "ca-cert": caCert }: Known<KeylessManifest>, path: PropertyPath): Finding[] {
    if (!isKnown(caCert)) {
        return [];
    }
    const place = [...path, "ca-cert"];
    if (isKnown(url)) {
        return [
            error("keyless-anchor-count", place, {
                found: "url and ca-cert",
                cluster: both(path, "url", "ca-cert"),
                instead:
                    "Remove ca-cert; a certificate authority of your own goes into a TrustRoot, named in trustRootRef.",
            }),
        ];
    }
    return [
        error("keyless-ca-cert", place, {
            found: "ca-cert",
            cluster: "The cluster would accept the policy and refuse every image: with ca-cert it verifies nothing.",
            instead: "Put the certificate authority into a TrustRoot, and name that in trustRootRef.",
        }),
    ];
}

/**
 * At least one identity. Where the list is absent, the webhook's decoder writes `null` in its place, and the API server
 * refuses that before the webhook can say what is missing.
 */
function validateIdentities(identities: Known<KeylessManifest>["identities"], path: PropertyPath): Finding[] {
    if (identities === UNKNOWN) {
        return [];
    }
    if (identities === undefined || identities.length === 0) {
        return [
            error("identities-missing", [...path, "identities"], {
                found: show(identities),
                cluster:
                    identities === undefined
                        ? nullRefused([...path, "identities"], "array")
                        : missing(path, "identities"),
                instead: "Say whose certificates count: an issuer and a subject. Without them anybody could sign.",
            }),
        ];
    }
    return identities.flatMap((identity, index) =>
        isKnown(identity) ? validateIdentity(identity, [...path, "identities", index]) : [],
    );
}
