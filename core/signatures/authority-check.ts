/**
 * From an authority to how it checks (`checkOptsFromAuthority` in pkg/webhook/validator.go of policy-controller).
 */
import { isSelfSigned, lastTimestampAuthority } from "./trust/authorities";
import { identitiesOf } from "./identity";
import { refused, unknown, type Refused, type Unknown } from "./outcome";

import type { ClusterPublicKey } from "../keys";
import type { Authority, Keyless } from "../policy/spec";
import type { CertificateSigner, EngineVersion, KeySigner, SignatureCheck, TransparencyLogCheck } from "./check";
import type { TrustMaterial } from "./trust/material";

/** What has to be known beside the authority itself. */
export interface AuthorityContext {
    /**
     * The authority's key as the cluster reads it.
     *
     * @default none: `key.kms`, or a Secret that cannot be read
     */
    readonly publicKey?: ClusterPublicKey;
    /** The TrustRoot of that name; the public instance where the name is absent. */
    readonly trustMaterial: (trustRootRef: string | undefined) => Promise<TrustMaterial | Refused | Unknown>;
    readonly engine: EngineVersion;
}

const IGNORED: TransparencyLogCheck = { kind: "ignored" };

/**
 * How an authority with `key` or `keyless` checks signatures and attestations in the legacy form, or why it can check none.
 */
export async function signatureCheckOf(
    authority: Authority,
    context: AuthorityContext,
): Promise<SignatureCheck | Refused | Unknown> {
    if (authority.signatureFormat === "bundle") {
        return refused(
            "authority-unusable",
            authority.keyless === undefined
                ? "when using the new bundle format, the authority must be keyless"
                : "bundle support for image signatures is not yet implemented",
        );
    }
    const signer = await signerOf(authority, context);
    if ("verdict" in signer) {
        return signer;
    }
    const transparencyLog = await logOf(authority, context);
    if ("verdict" in transparencyLog) {
        return transparencyLog;
    }
    const { engine } = context;
    const trustRootRef = nonEmpty(authority.rfc3161timestamp?.trustRootRef);
    if (trustRootRef === undefined) {
        return { signer, transparencyLog, engine };
    }
    const material = await context.trustMaterial(trustRootRef);
    if ("verdict" in material) {
        return material;
    }
    const timestampAuthority = lastTimestampAuthority(material.timestampAuthorities);
    return "verdict" in timestampAuthority
        ? timestampAuthority
        : { signer, transparencyLog: IGNORED, timestampAuthority, engine };
}

async function signerOf(
    { key, keyless }: Authority,
    context: AuthorityContext,
): Promise<KeySigner | CertificateSigner | Refused | Unknown> {
    if (key !== undefined) {
        const { publicKey } = context;
        return publicKey === undefined
            ? unknown("key-unavailable", "the key is not known here")
            : {
                  kind: "key",
                  publicKey: publicKey.key,
                  hashAlgorithm: lowerCase(key.hashAlgorithm),
                  neverVerifies: publicKey.neverVerifies,
              };
    }
    return keyless === undefined
        ? refused("authority-unusable", "authority has neither key, keyless, or static specified")
        : certificateSigner(keyless, context);
}

async function certificateSigner(
    keyless: Keyless,
    context: AuthorityContext,
): Promise<CertificateSigner | Refused | Unknown> {
    // Where both are absent, the webhook writes the public Fulcio's URL.
    if (nonEmpty(keyless.url) === undefined && keyless.caCert !== undefined) {
        return refused("authority-unusable", "no Keyless URL specified");
    }
    const material = await context.trustMaterial(nonEmpty(keyless.trustRootRef));
    if ("verdict" in material) {
        return material;
    }
    const certificates = material.certificateAuthorities.flat();
    return {
        kind: "certificate",
        roots: certificates.filter(isSelfSigned),
        intermediates: certificates.filter((certificate) => !isSelfSigned(certificate)),
        identities: identitiesOf(keyless),
        certificateLogs: keyless.insecureIgnoreSCT === true ? "ignored" : material.certificateLogs,
    };
}

/** `rekorClientAndKeysFromAuthority` */
async function logOf(
    { keyless, ctlog }: Authority,
    context: AuthorityContext,
): Promise<TransparencyLogCheck | Refused | Unknown> {
    const trustRootRef = nonEmpty(ctlog?.trustRootRef);
    const isAskedOnline = trustRootRef !== undefined || nonEmpty(ctlog?.url) !== undefined;
    const isPublicKeyless =
        keyless !== undefined && nonEmpty(keyless.trustRootRef) === undefined && ctlog === undefined;
    if (!isAskedOnline && !isPublicKeyless) {
        return IGNORED;
    }
    const material = await context.trustMaterial(trustRootRef);
    return "verdict" in material ? material : { kind: "required", keys: material.transparencyLogs, isAskedOnline };
}

function nonEmpty(text: string | undefined): string | undefined {
    return text === "" ? undefined : text;
}

/** The webhook takes any case. */
function lowerCase(hash: KeySigner["hashAlgorithm"]): KeySigner["hashAlgorithm"] {
    return hash?.toLowerCase() as KeySigner["hashAlgorithm"];
}
