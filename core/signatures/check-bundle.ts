/**
 * Attestations in sigstore bundles, which policy-controller verifies with sigstore-go, and we with @sigstore/verify: for an
 * authority with `signatureFormat: bundle`, `keyless` and `attestations`, the only ones that it reads bundles for.
 */
import { subjectRefusal, type CheckedAttestation } from "./check-attestation";
import { openCertificate } from "./certificate";
import { envelopeOf, IN_TOTO_PAYLOAD_TYPE } from "./envelope";
import { asRecord, goField, parseRecord, unlessUnread } from "./go-json";
import { bundleNames, identitiesOf, matchesBundleIdentity } from "./identity";
import { refused, unknown, type Outcome, type Refused } from "./outcome";
import { readStatement } from "./statement";
import { verifyBundle, type BundleRequirements } from "./trust/bundle-verifier";

import type { Authority, Keyless } from "../policy/spec";
import type { AuthorityContext } from "./authority-check";
import type { StoredBundle } from "./stored";
import type { TrustMaterial } from "./trust/material";

/** What policy-controller says of one bundle (`verifyImageAttestationsSigstoreBundle` of cosign's pkg/cosign/verify.go). */
export function checkBundle(
    bundle: StoredBundle,
    digest: string,
    authority: Authority,
    context: AuthorityContext,
): Promise<CheckedAttestation> {
    return unlessUnread<CheckedAttestation>(
        () => checkContent(bundle, digest, authority, context),
        ({ code, message }) => ({ outcome: unknown(code, message) }),
    );
}

async function checkContent(
    bundle: StoredBundle,
    digest: string,
    authority: Authority,
    context: AuthorityContext,
): Promise<CheckedAttestation> {
    const { keyless } = authority;
    if (keyless === undefined) {
        return {
            outcome: refused("authority-unusable", "when using the new bundle format, the authority must be keyless"),
        };
    }
    const material = await context.trustMaterial(keyless.trustRootRef);
    if ("verdict" in material) {
        return { outcome: material };
    }
    const required = requirementsOf(authority, keyless, material);
    if ("verdict" in required) {
        return { outcome: required };
    }
    const bytes = await bundle.content();
    const envelope = envelopeOf(asRecord(goField(parseRecord(bytes), "dsseEnvelope") ?? null));
    if ("verdict" in envelope) {
        return { outcome: refused("payload-malformed", "bundle does not contain a DSSE envelope") };
    }
    if (envelope.payloadType !== IN_TOTO_PAYLOAD_TYPE) {
        return { outcome: refused("payload-malformed", `unsupported payload type ${envelope.payloadType}`) };
    }
    const outcome =
        subjectRefusal(envelope.payload, digest, context.engine) ??
        (await signerOutcome(bytes, keyless, material, required));
    return outcome.verdict === "verified" ? { outcome, statement: readStatement(envelope.payload) } : { outcome };
}

/** What `checkOptsFromAuthority` asks for in this format; a refusal where nothing can satisfy it. */
function requirementsOf(
    { rfc3161timestamp, ctlog }: Authority,
    keyless: Keyless,
    { origin }: TrustMaterial,
): BundleRequirements | Refused {
    const others = [rfc3161timestamp, ctlog].filter((part) => part !== undefined);
    if (others.some(({ trustRootRef = "" }) => trustRootRef !== (keyless.trustRootRef ?? ""))) {
        return unusable("the trustRootRef of ctlog and rfc3161timestamp must be that of keyless");
    }
    const required = {
        certificateLog: keyless.insecureIgnoreSCT !== true,
        transparencyLog: rfc3161timestamp === undefined,
    };
    if (identitiesOf(keyless).length > 1) {
        return unusable("unsupported: multiple identities are not supported at this time");
    }
    // sigstore/policy-controller#1968: the controller keeps the IDs of a TrustRoot's logs in a form that sigstore-go
    // never finds again.
    return origin === "trust-root" && (required.certificateLog || required.transparencyLog)
        ? unusable(
              "the controller finds no log of a TrustRoot in this format; only rfc3161timestamp with insecureIgnoreSCT works",
          )
        : required;
}

async function signerOutcome(
    bytes: Uint8Array,
    keyless: Keyless,
    material: TrustMaterial,
    required: BundleRequirements,
): Promise<Outcome> {
    const signer = await verifyBundle(bytes, material, required);
    if ("verdict" in signer) {
        return signer;
    }
    const certificate = await openCertificate(signer);
    if (certificate === undefined) {
        return refused("certificate-missing", "the certificate of the bundle cannot be read");
    }
    const names = bundleNames(certificate);
    return identitiesOf(keyless).every((identity) => matchesBundleIdentity(names, identity))
        ? { verdict: "verified", certificate: names }
        : refused(
              "identity-mismatch",
              `no matching CertificateIdentity found: got subjects [${names.subjects.join(", ")}] with issuer ${names.issuer}`,
          );
}

function unusable(why: string): Refused {
    return refused("authority-unusable", why);
}
