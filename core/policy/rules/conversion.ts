import { show, warning } from "../finding";
import { isRecord } from "../shape";

import type { Finding } from "../finding";

/**
 * What a v1beta1 policy loses when the cluster stores it as v1alpha1 (clusterimagepolicy_conversion.go): `ctlog` without
 * `url`, and `rfc3161timestamp` without `trustRootRef`.
 */
export function conversionFindings(spec: unknown): Finding[] {
    const authorities = isRecord(spec) && Array.isArray(spec.authorities) ? (spec.authorities as unknown[]) : [];
    return authorities.flatMap((authority, index) => {
        if (!isRecord(authority)) {
            return [];
        }
        const lost = [
            { field: "ctlog", needed: "url", value: authority.ctlog },
            { field: "rfc3161timestamp", needed: "trustRootRef", value: authority.rfc3161timestamp },
        ].filter(
            ({ needed, value }) =>
                isRecord(value) && (value[needed] === undefined || (needed === "trustRootRef" && value[needed] === "")),
        );
        return lost.map(({ field, needed, value }) =>
            warning("conversion-drops-field", ["spec", "authorities", index, field], {
                found: show(value),
                cluster: `The cluster would store the policy without ${field}, because it has no ${needed}.`,
                instead: "Write apiVersion: policy.sigstore.dev/v1alpha1, which is stored as it is.",
            }),
        );
    });
}
