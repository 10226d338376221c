import type { X509Certificate as ParsedCertificate } from "@sigstore/core";
import type { X509Certificate } from "node:crypto";

/** A certificate with its fields at hand: Node.js verifies it, @sigstore/core looks into it. */
export interface Certificate {
    readonly x509: X509Certificate;
    readonly parsed: ParsedCertificate;
}

/** Of a certificate or a timestamp, far above any: looked into, each two bytes may be a value of their own. */
export const MAXIMUM_DER_BYTES = 64 * 1024;

const EXTENDED_KEY_USAGE = "2.5.29.37";
const NAME_CONSTRAINTS = "2.5.29.30";
const ALTERNATIVE_NAMES = "2.5.29.17";

/** Extensions that Go's crypto/x509 handles where they are critical (`processExtensions` in its parser.go). */
const HANDLED_EXTENSIONS: readonly string[] = [
    "2.5.29.14", // subject key identifier
    "2.5.29.15", // key usage
    ALTERNATIVE_NAMES,
    "2.5.29.19", // basic constraints
    NAME_CONSTRAINTS,
    "2.5.29.31", // CRL distribution points
    "2.5.29.32", // certificate policies
    "2.5.29.35", // authority key identifier
    EXTENDED_KEY_USAGE,
    "1.3.6.1.5.5.7.1.1", // authority information access
];

/** Any usage at all. */
export const ANY_USAGE = "2.5.29.37.0";

/** Looks into a certificate. Undefined where that cannot be done. */
export async function openCertificate(x509: X509Certificate): Promise<Certificate | undefined> {
    // Loaded when it is needed: most policies are of keys.
    const { X509Certificate: ParsedCertificate } = await import("@sigstore/core");
    try {
        return { x509, parsed: ParsedCertificate.parse(Buffer.from(x509.raw)) };
    } catch {
        return undefined;
    }
}

/** Looks into certificates, and leaves out those that cannot be opened. */
export async function openCertificates(certificates: readonly X509Certificate[]): Promise<readonly Certificate[]> {
    return (await Promise.all(certificates.map(openCertificate))).filter((certificate) => certificate !== undefined);
}

/** The extended key usages by OID; none where the certificate does not restrict them. */
export function extendedKeyUsages({ parsed }: Certificate): readonly string[] {
    return parsed.extension(EXTENDED_KEY_USAGE)?.valueObj.subs[0]?.subs.map((usage) => usage.toOID()) ?? [];
}

/** Whether a client that does not know extended key usages must refuse the certificate. */
export function areUsagesCritical({ parsed }: Certificate): boolean {
    return parsed.extension(EXTENDED_KEY_USAGE)?.critical ?? false;
}

/** Whether there is a critical extension that Go does not know. */
export function hasUnhandledExtension({ parsed }: Certificate): boolean {
    return parsed.extensions.some((extension) => {
        const oid = extension.subs[0]?.toOID() ?? "";
        return parsed.extension(oid)?.critical === true && !HANDLED_EXTENSIONS.includes(oid);
    });
}

/** Whether the authority may sign for some names only. */
export function hasNameConstraints({ parsed }: Certificate): boolean {
    return parsed.extension(NAME_CONSTRAINTS) !== undefined;
}
