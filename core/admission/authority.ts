/** What one authority says of one image: `ValidatePolicy` and what it calls in pkg/webhook/validator.go. */
import { parseRepository } from "../policy/go/reference";
import { checkSignatures, signatureCheckOf } from "../signatures";
import { judgeAttestations } from "./attestations";
import { formatAdvice } from "./format-guard";
import { failed, notVerified, passed, unknown } from "./judgement";
import { troubleOf } from "./registry-trouble";
import { AuthorityResult } from "./verdict";

import type { Authority } from "../policy";
import type { AuthorityContext, EngineVersion, Outcome, SignatureSource, SignedImage } from "../signatures";
import type { CompleteConfig } from "./config";
import type { Evidence } from "./evidence";
import type { Judgement } from "./judgement";
import type { AuthorityInForce } from "./policies";
import type { TrustRoots } from "./trust-roots";
import type { AuthorityVerdict } from "./verdict";

/** What authorities are judged with. */
export interface Means {
    evidence: Evidence;
    trustRoots: TrustRoots;
    config: CompleteConfig;
    /** What was said already, by question and image: the same key stands in many policies. */
    answers: Map<string, Promise<Judgement>>;
}

/** @param image undefined where the digest is not known */
export async function judgeAuthority(
    authority: AuthorityInForce,
    image: SignedImage | undefined,
    means: Means,
): Promise<AuthorityVerdict> {
    const { name, spec } = authority;
    const judgement =
        spec === undefined
            ? unknown(authority.unknownBecause ?? "The authority is not known.")
            : await answer(spec, authority, image, means);
    return { name, ...judgement };
}

function answer(
    spec: Authority,
    authority: AuthorityInForce,
    image: SignedImage | undefined,
    means: Means,
): Promise<Judgement> {
    const key = `${image?.repository.registry}/${image?.repository.repository}@${image?.digest} ${authority.question}`;
    const known = means.answers.get(key) ?? judge(spec, authority, image, means);
    means.answers.set(key, known);
    return known;
}

async function judge(
    spec: Authority,
    authority: AuthorityInForce,
    image: SignedImage | undefined,
    means: Means,
): Promise<Judgement> {
    if (spec.static !== undefined) {
        return spec.static.action === "fail"
            ? failed(`disallowed by static policy: ${spec.static.message ?? ""}`.replace(/: $/, "."))
            : passed("Every image passes: the authority is static.");
    }
    if (image === undefined) {
        return unknown("The image's digest is not known.");
    }
    try {
        const found = await judgeEvidence(spec, authority, image, means);
        const isOpen = found.result !== AuthorityResult.Passed || isAttested(spec);
        return means.config.enableOci11 && isOpen
            ? unknown(
                  "enable-oci11 is set, and the controller also takes what it finds as referrers, without checking all of it.",
              )
            : found;
    } catch (error) {
        const { isCertain, reason } = troubleOf(error);
        return isCertain ? failed(reason) : unknown(reason);
    }
}

async function judgeEvidence(
    spec: Authority,
    authority: AuthorityInForce,
    image: SignedImage,
    means: Means,
): Promise<Judgement> {
    const context = contextOf(authority, means);
    const judgement = isAttested(spec)
        ? await judgeAttestations(spec, image, sourceOf(spec), context, means.evidence)
        : await judgeSignatures(spec, image, context, means.evidence);
    if (judgement.result !== AuthorityResult.Failed || spec.signatureFormat === "bundle") {
        return judgement;
    }
    const format = await formatAdvice(spec, authority.publicKey, image, means);
    return format === undefined ? judgement : { ...judgement, ...format };
}

async function judgeSignatures(
    spec: Authority,
    image: SignedImage,
    context: AuthorityContext,
    evidence: Evidence,
): Promise<Judgement> {
    const check = await signatureCheckOf(spec, context);
    if ("verdict" in check && check.verdict === "refused") {
        return failed(check.reason);
    }
    const signatures = await evidence.signatures(image, sourceOf(spec));
    if ("verdict" in signatures) {
        return notVerified([signatures]);
    }
    if ("verdict" in check) {
        // Without a signature the answer is the same whatever the check.
        return signatures.length === 0 ? failed("no signatures found") : unknown(check.reason);
    }
    const outcome = await checkSignatures(signatures, image.digest, check);
    return outcome.verdict === "verified" ? passed(signerOf(outcome)) : notVerified([outcome]);
}

/** Who signed, as a sentence. */
function signerOf(outcome: Extract<Outcome, { verdict: "verified" }>): string {
    const { certificate } = outcome;
    return certificate === undefined
        ? "Signed by its key."
        : `Signed by ${certificate.subjects.join(", ")}, certified for ${certificate.issuer}.`;
}

function contextOf({ publicKey }: AuthorityInForce, { trustRoots, config }: Means): AuthorityContext {
    return {
        publicKey,
        trustMaterial: (name) => trustRoots.material(name),
        engine: config.version.slice(0, config.version.lastIndexOf(".")) as EngineVersion,
    };
}

/** Where the signatures lie, of an authority whose source the controller can parse. */
function sourceOf({ source: [source] = [] }: Authority): SignatureSource | undefined {
    const repository = source?.oci === undefined || source.oci === "" ? undefined : parseRepository(source.oci);
    const tagPrefix = source?.tagPrefix === "" ? undefined : source?.tagPrefix;
    return repository === undefined && tagPrefix === undefined ? undefined : { repository, tagPrefix };
}

function isAttested({ attestations = [] }: Authority): boolean {
    return attestations.length > 0;
}
