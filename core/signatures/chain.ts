/**
 * From a certificate to a trusted root, as Go's `Certificate.Verify` (crypto/x509/verify.go) finds it.
 *
 * @sigstore/verify has a chain builder, too, but asks for more than Go does (key identifiers that fit) and for less
 * (extended key usages), and is not exported.
 */
import {
    ANY_USAGE,
    extendedKeyUsages,
    hasNameConstraints,
    hasUnhandledExtension,
    openCertificates,
    type Certificate,
} from "./certificate";
import { refused, unknown, type Refused, type Unknown } from "./outcome";

import type { X509Certificate } from "node:crypto";

/** What is to be found. */
export interface ChainQuestion {
    readonly leaf: Certificate;
    readonly roots: readonly X509Certificate[];
    readonly intermediates: readonly X509Certificate[];
    /** OID of the extended key usage that the whole chain must allow. */
    readonly usage: string;
    /** When the authorities must be valid. */
    readonly time: Date;
}

/** Go gives up after so many signatures (`maxChainSignatureChecks`). */
const MAXIMUM_SIGNATURE_CHECKS = 100;

/** The certificate and the authorities above it, root last. */
export async function buildChain(question: ChainQuestion): Promise<readonly Certificate[] | Refused | Unknown> {
    const { leaf } = question;
    if (hasUnhandledExtension(leaf)) {
        return refused("certificate-untrusted", "x509: unhandled critical extension");
    }
    const roots = await openCertificates(question.roots);
    const intermediates = await openCertificates(question.intermediates);
    if (isValidAt(leaf, question.time) && roots.some((root) => isSame(root, leaf))) {
        return [leaf];
    }
    const search = { roots, intermediates, question, checksLeft: MAXIMUM_SIGNATURE_CHECKS };
    const chain = isValidAt(leaf, question.time) ? extend([leaf], search) : undefined;
    if (chain === undefined) {
        return refused("certificate-untrusted", "cert verification failed: certificate signed by unknown authority");
    }
    return chain.slice(1).some(hasNameConstraints)
        ? unknown("certificate-constraints", "an authority above the certificate may sign for some names only")
        : chain;
}

interface Search {
    readonly roots: readonly Certificate[];
    readonly intermediates: readonly Certificate[];
    readonly question: ChainQuestion;
    checksLeft: number;
}

function extend(chain: readonly Certificate[], search: Search): readonly Certificate[] | undefined {
    for (const root of search.roots) {
        const whole = [...chain, root];
        if (isIssuer(root, chain, search) && allowsUsage(whole, search.question.usage)) {
            return whole;
        }
    }
    for (const intermediate of search.intermediates) {
        const isThere = chain.some((certificate) => isSame(certificate, intermediate));
        const whole =
            !isThere && isIssuer(intermediate, chain, search) ? extend([...chain, intermediate], search) : undefined;
        if (whole !== undefined) {
            return whole;
        }
    }
    return undefined;
}

function isIssuer(issuer: Certificate, chain: readonly Certificate[], search: Search): boolean {
    const child = chain.at(-1);
    if (child === undefined || !issuer.parsed.subject.equals(child.parsed.issuer) || search.checksLeft <= 0) {
        return false;
    }
    search.checksLeft--;
    return (
        isValidAt(issuer, search.question.time) &&
        !hasUnhandledExtension(issuer) &&
        isAuthority(issuer, chain.length - 1) &&
        isSignedBy(child, issuer)
    );
}

/** `isValid` and `CheckSignatureFrom`: an authority, for that many authorities below it. */
function isAuthority({ parsed }: Certificate, authoritiesBelow: number): boolean {
    const constraints = parsed.extBasicConstraints;
    const limit = constraints?.pathLenConstraint;
    return (
        constraints?.isCA === true &&
        parsed.extKeyUsage?.keyCertSign !== false &&
        (limit === undefined || BigInt(authoritiesBelow) <= limit)
    );
}

/** Go takes no signature over SHA-1; @sigstore/core knows no name for it. */
function isSignedBy(child: Certificate, issuer: Certificate): boolean {
    try {
        const isKnownHash = (child.parsed.signatureAlgorithm as string | undefined) !== undefined;
        const isEd25519 = issuer.x509.publicKey.asymmetricKeyType === "ed25519";
        return (isKnownHash || isEd25519) && child.x509.verify(issuer.x509.publicKey);
    } catch {
        return false;
    }
}

/** `checkChainForKeyUsage`: every certificate that restricts its usages allows this one. */
function allowsUsage(chain: readonly Certificate[], usage: string): boolean {
    return (
        usage === ANY_USAGE ||
        chain
            .map(extendedKeyUsages)
            .every((usages) => usages.length === 0 || usages.includes(usage) || usages.includes(ANY_USAGE))
    );
}

function isValidAt({ x509 }: Certificate, time: Date): boolean {
    return x509.validFromDate <= time && time <= x509.validToDate;
}

function isSame(left: Certificate, right: Certificate): boolean {
    return left.x509.raw.equals(right.x509.raw);
}
