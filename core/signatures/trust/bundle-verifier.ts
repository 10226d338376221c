import { X509Certificate } from "node:crypto";

import { refused, unknown, type Refused, type Unknown } from "../outcome";

import type { TrustMaterial as VerifierMaterial } from "@sigstore/verify";
import type { LogKeys } from "../check";
import type { TrustMaterial } from "./material";

/** What must be proven beside the signature itself. */
export interface BundleRequirements {
    /** That the certificate is in a certificate transparency log. */
    readonly certificateLog: boolean;
    /** That the signature is in a transparency log, which also says when it was made. */
    readonly transparencyLog: boolean;
}

/** For keys and authorities that are trusted without a limit. */
const ALWAYS = { start: new Date(0), end: new Date(8.64e15) };

/**
 * The certificate of whoever signed a bundle, once all that is required is proven. Whom it names is left to the caller:
 * @sigstore/verify takes an unanchored expression for a name. So is what the statement is about.
 */
export async function verifyBundle(
    bytes: Uint8Array,
    material: TrustMaterial,
    required: BundleRequirements,
): Promise<X509Certificate | Refused | Unknown> {
    const [{ bundleFromJSON, isBundleWithPublicKey }, { toSignedEntity, Verifier }] = await Promise.all([
        import("@sigstore/bundle"),
        import("@sigstore/verify"),
    ]);
    try {
        const bundle = bundleFromJSON(JSON.parse(Buffer.from(bytes).toString("utf8")));
        if (isBundleWithPublicKey(bundle)) {
            return refused("certificate-missing", "the bundle was signed with a key, not with a certificate");
        }
        const entity = toSignedEntity(bundle);
        if (entity.key.$case !== "certificate") {
            return refused("certificate-missing", "the bundle has no certificate");
        }
        const certificate = new X509Certificate(entity.key.certificate.root.toDER());
        if (certificate.publicKey.asymmetricKeyDetails?.namedCurve !== "prime256v1") {
            return unknown("certificate-constraints", "the certificate is of a key that is not of P-256");
        }
        new Verifier(await verifierMaterial(material), {
            ctlogThreshold: required.certificateLog ? 1 : 0,
            tlogThreshold: required.transparencyLog ? 1 : 0,
            // Of a time-stamping authority, or of the log.
            timestampThreshold: 1,
        }).verify(required.transparencyLog ? entity : withoutLog(entity));
        return certificate;
    } catch (error) {
        return refused("signature-invalid", `the bundle is not verified: ${messageOf(error)}`);
    }
}

type SignedEntity = ReturnType<typeof import("@sigstore/verify").toSignedEntity>;

/** Entries that nobody asks for are verified all the same by @sigstore/verify, and not by sigstore-go. */
function withoutLog(entity: SignedEntity): SignedEntity {
    return {
        ...entity,
        tlogEntries: [],
        timestamps: entity.timestamps.filter(({ $case }) => $case === "timestamp-authority"),
    };
}

async function verifierMaterial(material: TrustMaterial): Promise<VerifierMaterial> {
    const { X509Certificate: ParsedCertificate } = await import("@sigstore/core");
    const authorities = (chains: TrustMaterial["certificateAuthorities"]): VerifierMaterial["certificateAuthorities"] =>
        chains.map((chain) => ({
            certChain: chain.map(({ raw }) => ParsedCertificate.parse(Buffer.from(raw))),
            validFor: ALWAYS,
        }));
    const logs = (keys: LogKeys): VerifierMaterial["tlogs"] =>
        Array.from(keys, ([id, publicKey]) => ({
            logID: Buffer.from(id, "hex"),
            baseURL: "",
            publicKey,
            validFor: ALWAYS,
        }));
    return {
        certificateAuthorities: authorities(material.certificateAuthorities),
        timestampAuthorities: authorities(material.timestampAuthorities),
        tlogs: logs(material.transparencyLogs),
        ctlogs: logs(material.certificateLogs),
        publicKey: () => {
            throw new Error("no public key material available");
        },
    };
}

function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
