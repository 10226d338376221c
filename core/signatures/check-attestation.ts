import { checkLayer, type LayerForm } from "./check-layer";
import { IN_TOTO_PAYLOAD_TYPE, isSignedBy, readEnvelope, type Envelope } from "./envelope";
import { refused, type Outcome, type Refused } from "./outcome";
import { readStatement } from "./statement";

import type { EngineVersion, SignatureCheck } from "./check";
import type { Verifier } from "./key-verifier";
import type { StoredAttestation } from "./stored";

/** What an attestation says, once it is verified. */
export interface CheckedAttestation {
    readonly outcome: Outcome;
    /** `predicateType` of the statement; only of a verified attestation. */
    readonly predicateType?: string;
    /** The in-toto statement, for a policy in CUE or Rego; only of a verified attestation. */
    readonly statement?: unknown;
}

/** What policy-controller says of one attestation (`VerifyImageAttestation` of cosign's pkg/cosign/verify.go). */
export async function checkAttestation(
    attestation: StoredAttestation,
    digest: string,
    check: SignatureCheck,
): Promise<CheckedAttestation> {
    let envelope: Envelope | undefined;
    const form: LayerForm = {
        signatureRefusal: (layer, verifier) => {
            const read = readEnvelope(layer.payload);
            if ("verdict" in read) {
                return read;
            }
            envelope = read;
            return envelopeRefusal(read, verifier);
        },
        claimRefusal: () => (envelope === undefined ? undefined : subjectRefusal(envelope, digest, check.engine)),
    };
    const outcome = await checkLayer(attestation, digest, check, form);
    return outcome.verdict === "verified" && envelope !== undefined ? { outcome, ...contentOf(envelope) } : { outcome };
}

/** `verifyOCIAttestation` */
function envelopeRefusal(envelope: Envelope, verifier: Verifier): Refused | undefined {
    if (envelope.payloadType !== IN_TOTO_PAYLOAD_TYPE) {
        return refused(
            "payload-malformed",
            `invalid payloadType ${envelope.payloadType} on envelope. Expected ${IN_TOTO_PAYLOAD_TYPE}`,
        );
    }
    return isSignedBy(envelope, verifier)
        ? undefined
        : refused("signature-invalid", "invalid signature: none of the envelope's is of this key");
}

/** `IntotoSubjectClaimVerifier` */
export function subjectRefusal(envelope: Envelope, digest: string, engine: EngineVersion): Refused | undefined {
    const statement = readStatement(envelope.payload, engine);
    if (statement === undefined) {
        return refused("payload-malformed", "the payload is no in-toto statement that cosign can read");
    }
    return statement.subjects.includes(digest)
        ? undefined
        : refused("claim-other-digest", "no matching subject digest found");
}

/** What a verified envelope says. */
export function contentOf(envelope: Envelope): Pick<CheckedAttestation, "predicateType" | "statement"> {
    const statement = readStatement(envelope.payload, "0.13");
    return { predicateType: statement?.predicateType, statement: statement?.content };
}
