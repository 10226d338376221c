import { checkLayer, type LayerForm } from "./check-layer";
import { IN_TOTO_PAYLOAD_TYPE, isSignedBy, readEnvelope, type Envelope } from "./envelope";
import { quoted, refused, type Outcome, type Refused } from "./outcome";
import { readStatement, subjectsOf, type Statement } from "./statement";

import type { EngineVersion, SignatureCheck } from "./check";
import type { Verifier } from "./key-verifier";
import type { StoredAttestation } from "./stored";

/** What an attestation says, once it is verified. */
export interface CheckedAttestation {
    readonly outcome: Outcome;
    /** What the controller reads of a verified attestation; absent where it cannot read it, and then it counts for nothing. */
    readonly statement?: Statement;
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
        claimRefusal: () =>
            envelope === undefined ? undefined : subjectRefusal(envelope.standardPayload, digest, check.engine),
    };
    const outcome = await checkLayer(attestation, digest, check, form);
    const payload = outcome.verdict === "verified" ? envelope?.policyPayload : undefined;
    return { outcome, ...(payload === undefined ? {} : { statement: readStatement(payload) }) };
}

/** `verifyOCIAttestation` */
function envelopeRefusal(envelope: Envelope, verifier: Verifier): Refused | undefined {
    if (envelope.payloadType !== IN_TOTO_PAYLOAD_TYPE) {
        return refused(
            "payload-malformed",
            `invalid payloadType ${quoted(envelope.payloadType)} on envelope. Expected ${IN_TOTO_PAYLOAD_TYPE}`,
        );
    }
    return isSignedBy(envelope, verifier)
        ? undefined
        : refused("signature-invalid", "invalid signature: none of the envelope's is of this key");
}

/** `IntotoSubjectClaimVerifier` */
export function subjectRefusal(
    payload: Uint8Array | undefined,
    digest: string,
    engine: EngineVersion,
): Refused | undefined {
    const subjects = payload === undefined ? undefined : subjectsOf(payload, engine);
    if (subjects === undefined) {
        return refused("payload-malformed", "the payload is no in-toto statement that cosign can read");
    }
    return subjects.includes(digest) ? undefined : refused("claim-other-digest", "no matching subject digest found");
}
