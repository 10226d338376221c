import { show, warning } from "../finding";
import { globRefusal } from "../glob/compile";
import { canMatchTogether } from "../glob/overlap";
import { isKnown } from "../unknown";

import type { Finding } from "../finding";
import type { AuthorityManifest, ClusterImagePolicyManifestSpec } from "../manifest";
import type { Known } from "../unknown";

/** A policy beside others. */
export interface NamedPolicy {
    name: string;
    spec: Known<ClusterImagePolicyManifestSpec>;
}

/** A finding and the policy that it is about. */
export interface PolicyFinding {
    policy: string;
    finding: Finding;
}

/**
 * What several policies of one cluster do to each other: an image must satisfy every policy that matches it
 * (`validatePolicies` in validator.go), so that a second policy never loosens the first.
 */
export function policiesFindings(policies: readonly NamedPolicy[]): PolicyFinding[] {
    return policies.flatMap((policy, index) =>
        policies.slice(index + 1).flatMap((other) => pairFindings(policy, other)),
    );
}

function pairFindings(left: NamedPolicy, right: NamedPolicy): PolicyFinding[] {
    const shared = sharedGlob(left.spec, right.spec);
    if (shared === undefined || !canShareKinds(left.spec, right.spec)) {
        return [];
    }
    return [
        ...exemption(left, right, shared),
        ...exemption(right, left, shared),
        ...refusal(left, right, shared),
        ...refusal(right, left, shared),
        ...bothApply(left, right, shared),
    ];
}

/** The globs by which both policies match some image. */
interface SharedGlob {
    left: string;
    right: string;
    leftIndex: number;
}

function sharedGlob(left: NamedPolicy["spec"], right: NamedPolicy["spec"]): SharedGlob | undefined {
    const rights = globsOf(right);
    return globsOf(left)
        .flatMap(({ glob, index }) => rights.map((other) => ({ left: glob, right: other.glob, leftIndex: index })))
        .find((pair) => canMatchTogether([pair.left, pair.right]));
}

function globsOf(spec: NamedPolicy["spec"]): { glob: string; index: number }[] {
    return (isKnown(spec.images) ? spec.images : []).flatMap((image, index) =>
        isKnown(image) && isKnown(image.glob) && globRefusal(image.glob) === undefined
            ? [{ glob: image.glob, index }]
            : [],
    );
}

/** False only where both name the kinds they are about and share none. */
function canShareKinds(left: NamedPolicy["spec"], right: NamedPolicy["spec"]): boolean {
    const [ours, theirs] = [kindsOf(left), kindsOf(right)];
    return ours === undefined || theirs === undefined || ours.some((kind) => theirs.includes(kind));
}

function kindsOf({ match }: NamedPolicy["spec"]): unknown[] | undefined {
    if (!isKnown(match) || match.length === 0) {
        return undefined;
    }
    const kinds = match.map((entry) => (isKnown(entry) ? entry.resource : undefined));
    return kinds.every(isKnown) ? kinds : undefined;
}

/** A static pass for images that another policy is about: not an exception from it, as one would think. */
function exemption(policy: NamedPolicy, other: NamedPolicy, shared: SharedGlob): PolicyFinding[] {
    return onlyStatic(policy.spec, "pass") && !onlyStatic(other.spec, "pass")
        ? [
              about(policy, "policies-no-exemption", {
                  found: `static pass, and ${describe(other, shared)}`,
                  cluster: `The cluster would still demand what ${other.name} demands: an image must satisfy every policy that matches it.`,
                  instead: `Add the static authority to ${other.name}, or narrow its globs.`,
              }),
          ]
        : [];
}

function refusal(policy: NamedPolicy, other: NamedPolicy, shared: SharedGlob): PolicyFinding[] {
    return onlyStatic(policy.spec, "fail") && !onlyStatic(other.spec, "fail")
        ? [
              about(policy, "policies-always-refuse", {
                  found: `static fail, and ${describe(other, shared)}`,
                  cluster: `The cluster would refuse these images whatever ${other.name} finds: an image must satisfy every policy that matches it.`,
                  instead: `Narrow the globs of ${policy.name} to what nobody may run.`,
              }),
          ]
        : [];
}

/** Different signers for the same images, in two policies: both must have signed. */
function bothApply(left: NamedPolicy, right: NamedPolicy, shared: SharedGlob): PolicyFinding[] {
    const [ours, theirs] = [verifiersOf(left.spec), verifiersOf(right.spec)];
    const isApart = ours.length > 0 && theirs.length > 0 && !ours.some((verifier) => theirs.includes(verifier));
    return isApart
        ? [
              about(left, "policies-both-apply", {
                  found: describe(right, shared),
                  cluster: `The cluster would demand a signature for ${left.name} and another for ${right.name} on images that both match.`,
                  instead: "Where either signature is enough, write both authorities into one policy.",
              }),
          ]
        : [];
}

function describe(other: NamedPolicy, { left, right }: SharedGlob): string {
    return left === right
        ? `${show(left)} in ${other.name} as well`
        : `${show(left)} and ${show(right)} of ${other.name} overlap`;
}

function about(
    policy: NamedPolicy,
    code: string,
    texts: Pick<Finding, "found" | "cluster" | "instead">,
): PolicyFinding {
    return { policy: policy.name, finding: warning(code, ["spec", "images"], texts) };
}

function onlyStatic({ authorities }: NamedPolicy["spec"], action: string): boolean {
    return (
        isKnown(authorities) &&
        authorities.length > 0 &&
        authorities.every(
            (authority) => isKnown(authority) && isKnown(authority.static) && authority.static.action === action,
        )
    );
}

/** What each verifying authority rests on, so that two policies with the same key are not reported. */
function verifiersOf({ authorities }: NamedPolicy["spec"]): string[] {
    return (isKnown(authorities) ? authorities : []).flatMap((authority) =>
        isKnown(authority) && (isKnown(authority.key) || isKnown(authority.keyless)) ? [identityOf(authority)] : [],
    );
}

function identityOf({ key, keyless }: Known<AuthorityManifest>): string {
    return JSON.stringify([key, keyless]);
}
