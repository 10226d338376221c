import { isKnown } from "../unknown";

import type { AuthorityManifest, ClusterImagePolicyManifestSpec } from "../manifest";
import type { PropertyPath } from "../path";
import type { Known } from "../unknown";

/** A known authority and where it stands. */
export interface PlacedAuthority {
    authority: Known<AuthorityManifest>;
    path: PropertyPath;
}

/** The authorities that are known, with their places. */
export function authoritiesOf(spec: Known<ClusterImagePolicyManifestSpec>, path: PropertyPath): PlacedAuthority[] {
    return isKnown(spec.authorities)
        ? spec.authorities.flatMap((authority, index) =>
              isKnown(authority) ? [{ authority, path: [...path, "authorities", index] }] : [],
          )
        : [];
}
