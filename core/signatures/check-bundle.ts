/**
 * Attestations in sigstore bundles, which policy-controller verifies with sigstore-go, and we with @sigstore/verify: for an
 * authority with `signatureFormat: bundle`, `keyless` and `attestations`, the only ones that it reads bundles for.
 */
import { subjectRefusal, type CheckedAttestation } from "./check-attestation";
import { bundleMessage, isOutcome } from "./bundle-message";
import { openCertificate } from "./certificate";
import { envelopeOf, IN_TOTO_PAYLOAD_TYPE } from "./envelope";
import { asRecord, goField, parseRecord, unlessUnread, type JsonRecord } from "./go-json";
import { bundleNames, identitiesOf, matchesBundleIdentity } from "./identity";
import { quoted, refused, unknown, type Outcome, type Refused } from "./outcome";
import { readStatement } from "./statement";
import { verifyBundle, type BundleRequirements } from "./trust/bundle-verifier";

import type { Authority, Keyless } from "../policy/spec";
import type { AuthorityContext } from "./authority-check";
import type { StoredBundle } from "./stored";
import type { TrustMaterial } from "./trust/material";

const MAXIMUM_SUBJECTS = 1024;
const MAXIMUM_SUBJECT_DIGESTS = 32;

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
    const message = await bundleMessage(bundle);
    if (isOutcome(message)) {
        return { outcome: message };
    }
    const envelope = envelopeOf(asRecord(message.dsseEnvelope ?? null));
    if ("verdict" in envelope) {
        return { outcome: refused("payload-malformed", "bundle does not contain a DSSE envelope") };
    }
    if (envelope.payloadType !== IN_TOTO_PAYLOAD_TYPE) {
        const payloadType = quoted(envelope.payloadType);
        return { outcome: refused("payload-malformed", `unsupported payload type ${payloadType}`) };
    }
    const outcome = await signerOutcome(message, keyless, material, required);
    if (outcome.verdict !== "verified") {
        return { outcome };
    }
    // Only now: what is read of a statement is what its signer lets one read.
    const refusal = subjectRefusal(envelope.payload, digest, context.engine) ?? subjectLimit(envelope.payload);
    return refusal === undefined ? { outcome, statement: readStatement(envelope.payload) } : { outcome: refusal };
}

/** `limitSubjects` in sigstore-go's pkg/verify/signature.go */
function subjectLimit(payload: Uint8Array): Refused | undefined {
    const subjects = goField(parseRecord(payload), "subject") as readonly unknown[];
    if (subjects.length > MAXIMUM_SUBJECTS) {
        return refused("payload-malformed", `too many subjects: ${subjects.length} > ${MAXIMUM_SUBJECTS}`);
    }
    const counts = subjects.map((subject) => Object.keys(asRecord(goField(asRecord(subject), "digest")) ?? {}).length);
    const most = Math.max(...counts);
    return most > MAXIMUM_SUBJECT_DIGESTS
        ? refused("payload-malformed", `too many digests: ${most} > ${MAXIMUM_SUBJECT_DIGESTS}`)
        : undefined;
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
    message: JsonRecord,
    keyless: Keyless,
    material: TrustMaterial,
    required: BundleRequirements,
): Promise<Outcome> {
    const signer = await verifyBundle(message, material, required);
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
