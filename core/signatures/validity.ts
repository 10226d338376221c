import { refused, type Refused } from "./outcome";

import type { X509Certificate } from "node:crypto";
import type { SignatureCheck } from "./check";

/**
 * Whether a certificate was valid at every time that is proven for its signature; now, where none is (`CheckExpiry` and
 * its callers in cosign's pkg/cosign/verify.go). A certificate beside the signature of a key counts here, too.
 *
 * cosign 3, in policy-controller 0.15, asks the same of the authorities above it.
 */
export function expiryRefusal(
    certificate: X509Certificate | undefined,
    issuers: readonly X509Certificate[],
    times: readonly Date[],
    { engine, now = new Date() }: SignatureCheck,
): Refused | undefined {
    if (certificate === undefined) {
        return undefined;
    }
    const checked = engine === "0.13" ? [certificate] : [certificate, ...issuers];
    const isValid = (times.length === 0 ? [now] : times).every((time) =>
        checked.every((each) => each.validFromDate <= time && time <= each.validToDate),
    );
    if (isValid) {
        return undefined;
    }
    return refused(
        "certificate-expired",
        times.length === 0
            ? `the certificate was valid from ${certificate.validFromDate.toISOString()} to ${certificate.validToDate.toISOString()}, and nothing proves that the signature was made then`
            : "the certificate was not valid when the signature was made",
    );
}
