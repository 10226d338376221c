/** The format guard: names signatures that exist and that this policy-controller cannot verify, and how to sign instead. */
import { describeBundle } from "../signatures";
import { RegistryError } from "../registry";

import type { ClusterPublicKey } from "../keys";
import type { Authority } from "../policy";
import type { BundleDescription, SignedImage } from "../signatures";
import type { Means } from "./authority";
import type { Judgement } from "./judgement";

/**
 * What to say of an image for which the authority finds nothing in cosign's legacy form, and beside which lies a bundle that
 * would fit: cosign v3 writes bundles unless told otherwise, and no released policy-controller verifies them with a key
 * (sigstore/policy-controller#1958).
 *
 * @returns undefined where there is no such bundle, or none can be read
 */
export async function formatAdvice(
    authority: Authority,
    publicKey: ClusterPublicKey | undefined,
    image: SignedImage,
    { evidence, config }: Means,
): Promise<Pick<Judgement, "reason" | "advice"> | undefined> {
    const wantsAttestation = (authority.attestations ?? []).length > 0;
    const bundles = await describedBundles(image, evidence);
    const fitting = bundles.find(
        (bundle) =>
            bundle.isForImage &&
            bundle.isSignature !== wantsAttestation &&
            (publicKey === undefined || bundle.isSignedBy(publicKey)),
    );
    if (fitting === undefined) {
        return undefined;
    }
    const what = wantsAttestation ? "attestation" : "signature";
    const signer = authority.keyless === undefined ? "with a key" : "for this authority";
    return {
        reason: `Its ${what} is a sigstore bundle, cosign v3's default format, which policy-controller ${config.version} does not verify ${signer}.`,
        advice: `Sign it in the legacy format: ${commandFor(authority, image)}`,
    };
}

async function describedBundles(image: SignedImage, evidence: Means["evidence"]): Promise<BundleDescription[]> {
    try {
        const bundles = await evidence.likelyBundles(image);
        const described: (BundleDescription | undefined)[] = [];
        for (const bundle of bundles.slice(0, LOOKED_AT)) {
            described.push(await describeBundle(bundle, image.digest));
        }
        return described.filter((bundle) => bundle !== undefined);
    } catch (error) {
        if (error instanceof RegistryError) {
            // A hint that cannot be had changes no verdict.
            return [];
        }
        throw error;
    }
}

/** Referrers that are looked at for a hint. */
const LOOKED_AT = 20;

/** The command that signs in a form that policy-controller reads. */
function commandFor(authority: Authority, { repository, digest }: SignedImage): string {
    const isKeyed = authority.keyless === undefined;
    const [attestation] = authority.attestations ?? [];
    const elsewhere = authority.source?.[0]?.oci ?? "";
    return [
        ...(elsewhere === "" ? [] : [`COSIGN_REPOSITORY=${elsewhere}`]),
        `cosign ${attestation === undefined ? "sign" : "attest"}`,
        ...(isKeyed ? ["--key KEY"] : []),
        ...(attestation === undefined ? [] : [`--type ${attestation.predicateType} --predicate FILE`]),
        "--new-bundle-format=false --use-signing-config=false",
        ...(isKeyed ? ["--tlog-upload=false"] : []),
        `--yes ${repository.registry}/${repository.repository}@${digest}`,
    ].join(" ");
}
