/** Whether a key is of any use: what `signed-images sign --policy` asks before it signs. */
import { UNKNOWN } from "../policy/unknown";
import { completeConfig } from "./config";
import { readPolicies } from "./policies";
import { matchingGlob } from "./policy";

import type { SignedImage } from "../signatures";
import type { Rules } from "./admission";

/**
 * The policies that match an image, where none of them has an authority with this key; none where one has it, or may have
 * it: a key that is in a Secret or in a key management service is not known here.
 *
 * @param fingerprint of the public key
 */
export function policiesWithoutKey(
    { policies, secrets = [], config }: Omit<Rules, "trustRoots">,
    { repository: { registry, repository }, digest }: SignedImage,
    fingerprint: string,
): string[] {
    const matching = readPolicies(policies, secrets, completeConfig(config)).inForce.filter(
        (policy) => matchingGlob(policy, `${registry}/${repository}@${digest}`, digest) !== undefined,
    );
    const isHeld = matching.some(
        ({ authorities }) =>
            authorities === UNKNOWN ||
            authorities.some(
                ({ publicKey, unknownBecause }) =>
                    unknownBecause !== undefined || publicKey?.fingerprint === fingerprint,
            ),
    );
    return isHeld ? [] : matching.map(({ name }) => name);
}
