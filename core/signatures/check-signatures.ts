import { checkSignature } from "./check-signature";
import { refused, type Outcome, type Refused, type Unknown } from "./outcome";

import type { SignatureCheck } from "./check";
import type { SimpleSignature } from "./stored";

/** How many payloads are fetched at the same time, where they must be fetched. */
const AT_ONCE = 8;

/** How many reasons are given of signatures that are all refused. */
const REASONS_GIVEN = 3;

/**
 * What policy-controller says of all signatures of an image: one that is verified suffices (`verifySignatures` of cosign's
 * pkg/cosign/verify.go).
 *
 * The result is that of the verified signature, and otherwise unknown where one is.
 */
export async function checkSignatures(
    signatures: readonly SimpleSignature[] | Refused | Unknown,
    digest: string,
    check: SignatureCheck,
): Promise<Outcome> {
    if ("verdict" in signatures) {
        return signatures;
    }
    const outcomes: Outcome[] = [];
    for (let start = 0; start < signatures.length; start += AT_ONCE) {
        const some = signatures.slice(start, start + AT_ONCE);
        outcomes.push(...(await Promise.all(some.map((signature) => checkSignature(signature, digest, check)))));
        const verified = outcomes.find(({ verdict }) => verdict === "verified");
        if (verified !== undefined) {
            return verified;
        }
    }
    return outcomes.find(({ verdict }) => verdict === "unknown") ?? allRefused(outcomes);
}

function allRefused(outcomes: readonly Outcome[]): Refused {
    const refusals = outcomes.filter((outcome) => outcome.verdict === "refused");
    const [first] = refusals;
    if (first === undefined) {
        return refused("none-found", "no signatures found");
    }
    const reasons = Array.from(new Set(refusals.map(({ reason }) => reason)));
    const more = reasons.length > REASONS_GIVEN ? `, and ${reasons.length - REASONS_GIVEN} more` : "";
    // What is nearest to a verified signature tells most.
    const telling = refusals.find(({ code }) => code !== "signature-invalid") ?? first;
    return refused(telling.code, `no matching signatures: ${reasons.slice(0, REASONS_GIVEN).join("; ")}${more}`);
}
