import { X509Certificate } from "node:crypto";

import { MAXIMUM_DER_BYTES } from "../certificate";
import { goField, parseRecord, type JsonRecord } from "../go-json";
import { quoted, refused, unknown, type Refused, type Unknown } from "../outcome";

import type { Bundle } from "@sigstore/bundle";
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

/** Of sigstore-go, which counts the entries only where one is asked for. */
const MAXIMUM_TIMESTAMPS = 32;
const MAXIMUM_LOG_ENTRIES = 32;

/** For keys and authorities that are trusted without a limit. */
const ALWAYS = { start: new Date(0), end: new Date(8.64e15) };

/**
 * The certificate of whoever signed a bundle, once all that is required is proven. Whom it names is left to the caller:
 * @sigstore/verify takes an unanchored expression for a name. So is what the statement is about.
 */
export async function verifyBundle(
    message: JsonRecord,
    material: TrustMaterial,
    required: BundleRequirements,
): Promise<X509Certificate | Refused | Unknown> {
    const { bundleFromJSON, isBundleWithPublicKey } = await import("@sigstore/bundle");
    let bundle: Bundle;
    try {
        bundle = bundleFromJSON(message);
    } catch (error) {
        return notVerified(error);
    }
    if (isBundleWithPublicKey(bundle)) {
        return refused("certificate-missing", "the bundle was signed with a key, not with a certificate");
    }
    const obstacle = obstacleIn(bundle.verificationMaterial);
    if (obstacle !== undefined) {
        return obstacle;
    }
    const found = await verifyParsed(bundle, material, required);
    if (!("verdict" in found)) {
        return found;
    }
    for (const each of withOneTimestamp(bundle)) {
        if (!("verdict" in (await verifyParsed(each, material, required)))) {
            return unknown("timestamp-form", "the bundle has several timestamps, of which not all are verified");
        }
    }
    return found;
}

/** sigstore-go takes the timestamps that it can verify, of several. */
function withOneTimestamp(bundle: Bundle): Bundle[] {
    const { verificationMaterial } = bundle;
    const timestamps = verificationMaterial.timestampVerificationData?.rfc3161Timestamps ?? [];
    return timestamps.length < 2
        ? []
        : timestamps.map((timestamp) => ({
              ...bundle,
              verificationMaterial: {
                  ...verificationMaterial,
                  timestampVerificationData: { rfc3161Timestamps: [timestamp] },
              },
          }));
}

async function verifyParsed(
    bundle: Bundle,
    material: TrustMaterial,
    required: BundleRequirements,
): Promise<X509Certificate | Refused | Unknown> {
    const { toSignedEntity, Verifier } = await import("@sigstore/verify");
    try {
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
        return notVerified(error);
    }
}

function notVerified(error: unknown): Refused {
    // The parsers trip over what has not the parts that they look for.
    const isTrip = !(error instanceof Error) || error instanceof TypeError || error instanceof RangeError;
    return refused(
        "signature-invalid",
        `the bundle is not verified: ${isTrip ? "a part of it cannot be read" : quoted(error.message)}`,
    );
}

type VerificationMaterial = Bundle["verificationMaterial"];

/** What sigstore-go does not take (pkg/verify/tsa.go, pkg/verify/tlog.go and pkg/tlog/entry.go), or what is not looked into here. */
function obstacleIn(material: VerificationMaterial): Refused | Unknown | undefined {
    const { content, tlogEntries, timestampVerificationData } = material;
    const timestamps = (timestampVerificationData?.rfc3161Timestamps ?? []).map(
        ({ signedTimestamp }) => signedTimestamp,
    );
    if (timestamps.length > MAXIMUM_TIMESTAMPS) {
        return refused("timestamp-invalid", `too many signed timestamps: ${timestamps.length} > ${MAXIMUM_TIMESTAMPS}`);
    }
    if (tlogEntries.length > MAXIMUM_LOG_ENTRIES) {
        return unknown("too-much-work", `the bundle has ${tlogEntries.length} entries of transparency logs`);
    }
    if (!tlogEntries.every(isReadable)) {
        return refused("transparency-log-invalid", "an entry of a transparency log in the bundle cannot be read");
    }
    const certificate = content.$case === "certificate" ? [content.certificate.rawBytes] : [];
    const largest = Math.max(0, ...[...timestamps, ...certificate].map(({ length }) => length));
    return largest > MAXIMUM_DER_BYTES
        ? unknown("too-much-work", `the bundle has a certificate or a timestamp of ${largest} bytes`)
        : undefined;
}

/** `ParseTransparencyLogEntry`: of every entry, also where none is asked for. */
function isReadable(entry: VerificationMaterial["tlogEntries"][number]): boolean {
    const body = parseRecord(entry.canonicalizedBody);
    return (
        !entry.logIndex.startsWith("-") &&
        entry.logId.keyId.length > 0 &&
        entry.inclusionProof?.checkpoint?.envelope !== "" &&
        goField(body, "kind") === entry.kindVersion.kind &&
        goField(body, "apiVersion") === entry.kindVersion.version
    );
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
