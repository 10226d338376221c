import { show, warning } from "../finding";
import { globRefusal } from "../glob/compile";
import { GlobComparison } from "../glob/overlap";
import { isRecord } from "../shape";
import { PolicyMode } from "../spec";
import { containsUnknown, isKnown } from "../unknown";

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
    const globs = new GlobComparison();
    return policies.flatMap((policy, index) =>
        policies.slice(index + 1).flatMap((other) => pairFindings(policy, other, globs)),
    );
}

function pairFindings(left: NamedPolicy, right: NamedPolicy, globs: GlobComparison): PolicyFinding[] {
    const shared = sharedGlob(left.spec, right.spec, globs);
    if (shared === undefined || !canShareKinds(left.spec, right.spec)) {
        return [];
    }
    const shadowed = [...shadow(right, left, globs), ...shadow(left, right, globs)].slice(0, 1);
    return [
        ...shadowed,
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
}

function sharedGlob(
    left: NamedPolicy["spec"],
    right: NamedPolicy["spec"],
    globs: GlobComparison,
): SharedGlob | undefined {
    const rights = globsOf(right);
    return globsOf(left)
        .flatMap((glob) => rights.map((other) => ({ left: glob, right: other })))
        .find((pair) => globs.canMatchTogether([pair.left, pair.right]));
}

function globsOf(spec: NamedPolicy["spec"]): string[] {
    return (isKnown(spec.images) ? spec.images : []).flatMap((image) =>
        isKnown(image) && isKnown(image.glob) && globRefusal(image.glob) === undefined ? [image.glob] : [],
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

/** A policy of which every image is another's as well, and everything that it would accept, the other accepts. */
function shadow(policy: NamedPolicy, other: NamedPolicy, globs: GlobComparison): PolicyFinding[] {
    const ours = globsOf(policy.spec);
    const isCovered = ours.length > 0 && ours.every((glob) => globs.covers(globsOf(other.spec), glob));
    return isCovered && coversObjects(other.spec, policy.spec) && demandsAsMuch(other.spec, policy.spec)
        ? [
              about(policy, "policies-shadowed", {
                  found: `all of its images are among those of ${other.name}`,
                  cluster: `The cluster would decide the same without ${policy.name}: ${other.name} matches every image of it, and demands as much or more.`,
                  instead: `Remove ${policy.name}; where it was to loosen ${other.name}, add its authorities there.`,
              }),
          ]
        : [];
}

function coversObjects(outer: NamedPolicy["spec"], inner: NamedPolicy["spec"]): boolean {
    const isAbout = (spec: NamedPolicy["spec"]): readonly unknown[] => (isKnown(spec.match) ? spec.match : []);
    return isAbout(outer).length === 0 || normalized(isAbout(outer)) === normalized(isAbout(inner));
}

/** True where whatever satisfies `outer` satisfies `inner`: its authorities are some of inner's, in no weaker mode. */
function demandsAsMuch(outer: NamedPolicy["spec"], inner: NamedPolicy["spec"]): boolean {
    const [theirs, ours] = [outer, inner].map(({ authorities }) =>
        (isKnown(authorities) ? authorities : []).map((authority) =>
            isKnown(authority) ? normalized({ ...authority, name: undefined }) : "",
        ),
    );
    const isDecided = theirs !== undefined && theirs.length > 0 && !containsUnknown([outer, inner]);
    const isModeEnough = outer.mode !== PolicyMode.Warn || inner.mode === PolicyMode.Warn;
    const isProgramEnough = inner.policy === undefined || normalized(inner.policy) === normalized(outer.policy);
    return isDecided && isModeEnough && isProgramEnough && theirs.every((authority) => ours?.includes(authority));
}

/** The same text for the same content, whatever the order of the fields. */
function normalized(value: unknown): string {
    return JSON.stringify(value, (_, part: unknown) =>
        isRecord(part)
            ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
            : part,
    );
}

/** A static pass for images that another policy is about: not an exception from it, as one would think. */
function exemption(policy: NamedPolicy, other: NamedPolicy, shared: SharedGlob): PolicyFinding[] {
    return onlyStatic(policy.spec, "pass") && !onlyStatic(other.spec, "pass") && other.spec.mode !== PolicyMode.Warn
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
    return onlyStatic(policy.spec, "fail") && !onlyStatic(other.spec, "fail") && policy.spec.mode !== PolicyMode.Warn
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

/** Of the two, a pass may still be judged by the policy's own program. */
function onlyStatic({ authorities, policy }: NamedPolicy["spec"], action: "pass" | "fail"): boolean {
    return (
        isKnown(authorities) &&
        (action === "fail" || policy === undefined) &&
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
