/** What an authority with `attestations` says of an image: `ValidatePolicyAttestationsForAuthority` in validator.go. */
import { checkAttestation, checkBundle, hasPredicateOf, predicateTypeUri, signatureCheckOf } from "../signatures";
import { failed, notVerified, passed, unknown } from "./judgement";

import type { Attestation, Authority } from "../policy";
import type { AuthorityContext, CheckedAttestation, SignatureSource, SignedImage } from "../signatures";
import type { Evidence } from "./evidence";
import type { Judgement } from "./judgement";

/** Every attestation that the authority lists must be there, signed by it; the image's own signature does not count. */
export async function judgeAttestations(
    authority: Authority,
    image: SignedImage,
    source: SignatureSource | undefined,
    context: AuthorityContext,
    evidence: Evidence,
): Promise<Judgement> {
    const checked =
        authority.signatureFormat === "bundle"
            ? await checkBundles(authority, image, context, evidence)
            : await checkLegacy(authority, image, source, context, evidence);
    if ("result" in checked) {
        return checked;
    }
    const hasOpen = checked.some(({ outcome }) => outcome.verdict === "unknown");
    const verified = checked.filter(({ outcome }) => outcome.verdict === "verified");
    if (verified.length === 0) {
        return notVerified(checked.map(({ outcome }) => outcome));
    }
    const judgements = (authority.attestations ?? []).map((wanted) => judgeWanted(wanted, verified, hasOpen));
    return (
        judgements.find(({ result }) => result === "failed") ??
        judgements.find(({ result }) => result === "unknown") ??
        passed(`It has ${judgements.length === 1 ? "the attestation" : `all ${judgements.length} attestations`}.`)
    );
}

/** One listed attestation: there must be one of its type, and its program must take one of them. */
function judgeWanted(
    { name, predicateType, policy }: Attestation,
    verified: readonly CheckedAttestation[],
    hasOpen: boolean,
): Judgement {
    const type = predicateTypeUri(predicateType);
    const ofType = verified.flatMap(({ statement }) => (statement?.predicateType === type ? [statement] : []));
    if (!ofType.some((statement) => hasPredicateOf(statement, predicateType))) {
        if (hasOpen) {
            return unknown(`It is not known whether there is an attestation with type ${predicateType}.`);
        }
        const others = [...new Set(verified.map(({ statement }) => statement?.predicateType ?? ""))].join(", ");
        return failed(
            ofType.length > 0
                ? `The attestation with type ${predicateType} has a predicate that cosign does not read as one: a field is of another type, or a time none.`
                : `no matching attestations with type ${predicateType}, checked the following predicateTypes: ${others}.`,
        );
    }
    return policy === undefined
        ? passed(`It has the attestation ${name}.`)
        : unknown(`The attestation ${name} is there; its ${policy.type.toUpperCase()} program is not evaluated here.`);
}

async function checkLegacy(
    authority: Authority,
    image: SignedImage,
    source: SignatureSource | undefined,
    context: AuthorityContext,
    evidence: Evidence,
): Promise<CheckedAttestation[] | Judgement> {
    const check = await signatureCheckOf(authority, context);
    if ("verdict" in check && check.verdict === "refused") {
        return failed(check.reason);
    }
    const attestations = await evidence.attestations(image, source);
    if ("verdict" in attestations) {
        return notVerified([attestations]);
    }
    if (attestations.length === 0) {
        return failed("no matching attestations.");
    }
    if ("verdict" in check) {
        return unknown(check.reason);
    }
    const checked: CheckedAttestation[] = [];
    // One after the other: hostile lists are long, and each envelope may be large.
    for (const attestation of attestations) {
        checked.push(await checkAttestation(attestation, image.digest, check));
    }
    return checked;
}

async function checkBundles(
    authority: Authority,
    image: SignedImage,
    context: AuthorityContext,
    evidence: Evidence,
): Promise<CheckedAttestation[] | Judgement> {
    if (authority.keyless === undefined) {
        return failed("when using the new bundle format, the authority must be keyless.");
    }
    const bundles = await evidence.bundles(image);
    if (bundles.length === 0) {
        return failed("no valid bundles exist in registry.");
    }
    const checked: CheckedAttestation[] = [];
    for (const bundle of bundles) {
        checked.push(await checkBundle(bundle, image.digest, authority, context));
    }
    return checked;
}
