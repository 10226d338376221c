import { decodeBase64 } from "../policy/go/base64";
import { cosignHashOfKey } from "../policy/key-hash";
import { checkLayer, type LayerForm, type OpenLayer } from "./check-layer";
import { loadVerifier, type Verifier } from "./key-verifier";
import { refused, type Outcome, type Refused } from "./outcome";
import { claimedDigest } from "./payload";

import type { SignatureCheck } from "./check";
import type { SimpleSignature } from "./stored";

const FORM: LayerForm = { signatureRefusal, claimRefusal };

/**
 * What policy-controller says of one signature (`VerifyImageSignature` of cosign's pkg/cosign/verify.go).
 *
 * The key is the authority's and never one that comes with the signature; what is signed are the payload's bytes as they
 * are stored; of the claim only the digest counts.
 */
export function checkSignature(signature: SimpleSignature, digest: string, check: SignatureCheck): Promise<Outcome> {
    return checkLayer(signature, digest, check, FORM);
}

/** `verifyOCISignature` */
function signatureRefusal({ signature, payload }: OpenLayer, verifier: Verifier): Refused | undefined {
    const bytes = decodeBase64(signature);
    if (bytes === undefined) {
        return refused("signature-malformed", "the signature is no base64");
    }
    if (verifier.verify(payload, bytes)) {
        return undefined;
    }
    const hash = cosignHashOfKey(verifier.key);
    const other = loadVerifier({ publicKey: verifier.key, hashAlgorithm: hash });
    return hash !== verifier.hashAlgorithm && typeof other !== "string" && other.verify(payload, bytes)
        ? refused(
              "signature-hash-differs",
              `invalid signature: it is this key's, over ${hash}, and the authority verifies with ${verifier.hashAlgorithm}`,
          )
        : refused("signature-invalid", "invalid signature: it is not of this key, or not of this payload");
}

/** `SimpleClaimVerifier` */
function claimRefusal({ payload }: OpenLayer, digest: string): Refused | undefined {
    const claimed = claimedDigest(payload);
    if (claimed === undefined) {
        return refused("payload-malformed", "the payload is no claim that cosign can read");
    }
    return claimed === digest
        ? undefined
        : refused("claim-other-digest", `invalid or missing digest in claim: ${claimed}`);
}
