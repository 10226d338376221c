import { HashAlgorithm } from "../policy/spec";
import { buildChain } from "./chain";
import { openCertificate, type Certificate } from "./certificate";
import { certificateNames, matchesIdentity } from "./identity";
import { loadVerifier, type Verifier } from "./key-verifier";
import { refused, unknown, type CertificateNames, type Refused, type Unknown } from "./outcome";
import { sctRefusal } from "./sct";

import type { X509Certificate } from "node:crypto";
import type { CertificateSigner } from "./check";

/** A certificate that is trusted and names somebody who is. */
export interface TrustedCertificate {
    readonly verifier: Verifier;
    readonly certificate: CertificateNames;
    /** The authorities above it. */
    readonly issuers: readonly X509Certificate[];
}

const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

/**
 * What verifies the signatures of a certificate (`ValidateAndUnpackCertWithIntermediates` of cosign's
 * pkg/cosign/verify.go).
 *
 * The chain is judged at the time at which the certificate became valid; whether the signature was made in time is another
 * question. Certificates that come with a signature are never part of the chain: policy-controller's own intermediates
 * take their place, also when it has none.
 */
export async function certificateVerifier(
    x509: X509Certificate | undefined,
    signer: CertificateSigner,
): Promise<TrustedCertificate | Refused | Unknown> {
    if (x509 === undefined) {
        return refused("certificate-missing", "no certificate found on signature");
    }
    try {
        return await verifierOf(x509, signer);
    } catch {
        // The parser trips over what has not the parts that it looks for.
        return unknown("certificate-constraints", "the certificate is in a form that is not read here");
    }
}

async function verifierOf(
    x509: X509Certificate,
    signer: CertificateSigner,
): Promise<TrustedCertificate | Refused | Unknown> {
    const leaf = await openCertificate(x509);
    const verifier = loadVerifier({ publicKey: x509.publicKey, hashAlgorithm: HashAlgorithm.Sha256 });
    if (leaf === undefined || typeof verifier === "string") {
        return refused("key-unsupported", "invalid certificate found on signature");
    }
    const { roots, intermediates } = signer;
    const chain = await buildChain({ leaf, roots, intermediates, usage: CODE_SIGNING, time: x509.validFromDate });
    if ("verdict" in chain) {
        return chain;
    }
    const certificate = certificateNames(leaf);
    return (
        identityRefusal(certificate, signer) ??
        transparencyRefusal(chain, signer) ?? {
            verifier,
            certificate,
            issuers: chain.slice(1).map((issuer) => issuer.x509),
        }
    );
}

/** `CheckCertificatePolicy` */
function identityRefusal(names: CertificateNames, { identities }: CertificateSigner): Refused | undefined {
    return identities.length === 0 || identities.some((identity) => matchesIdentity(names, identity))
        ? undefined
        : refused(
              "identity-mismatch",
              `none of the expected identities matched what was in the certificate, got subjects [${names.subjects.join(", ")}] with issuer ${names.issuer}`,
          );
}

function transparencyRefusal(
    chain: readonly Certificate[],
    { certificateLogs }: CertificateSigner,
): Refused | undefined {
    const [leaf, issuer] = chain;
    return certificateLogs === "ignored" || leaf === undefined ? undefined : sctRefusal(leaf, issuer, certificateLogs);
}
