import { refused, type Refused } from "../outcome";

import type { X509Certificate } from "node:crypto";
import type { TimestampAuthority } from "../check";

/** What policy-controller takes for a root: a certificate that names itself. Whether it signed itself is not looked at. */
export function isSelfSigned(certificate: X509Certificate): boolean {
    return certificate.subject === certificate.issuer;
}

/**
 * The time-stamping authority that counts: policy-controller goes through the list and keeps the last one's roots and
 * intermediates, and the last leaf that it has seen.
 */
export function lastTimestampAuthority(chains: readonly (readonly X509Certificate[])[]): TimestampAuthority | Refused {
    let authority: TimestampAuthority = { intermediates: [], roots: [] };
    for (const chain of chains) {
        const leaves = chain.filter((certificate) => !certificate.ca);
        const authorities = chain.filter((certificate) => certificate.ca);
        if (leaves.length > 1) {
            return refused("authority-unusable", "certificate chain must contain at most one TSA certificate");
        }
        authority = {
            leaf: leaves[0] ?? authority.leaf,
            intermediates: authorities.filter((certificate) => !isSelfSigned(certificate)),
            roots: authorities.filter(isSelfSigned),
        };
    }
    return authority;
}
