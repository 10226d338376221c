import { cosignHashOfKey } from "../policy/key-hash";
import { envelopeOf, isSignedBy } from "./envelope";
import { bundleMessage, isOutcome } from "./bundle-message";
import { asRecord, unlessUnread } from "./go-json";
import { loadVerifier } from "./key-verifier";
import { readStatement, subjectsOf } from "./statement";

import type { ClusterPublicKey } from "../keys";
import type { StoredBundle } from "./stored";

/** What there is to know of a bundle without trusting it: for hints, never for a verdict. */
export interface BundleDescription {
    /** Of the statement: `https://sigstore.dev/cosign/sign/v1` for a signature. */
    readonly predicateType: string;
    /** A signature; otherwise an attestation. */
    readonly isSignature: boolean;
    /** Whether the image is a subject of it. */
    readonly isForImage: boolean;
    /** True where this key made it; false where another did, or a certificate. */
    readonly isSignedBy: (key: ClusterPublicKey) => boolean;
}

/** What cosign v3 signs in place of a claim. */
export const SIGNATURE_PREDICATE = "https://sigstore.dev/cosign/sign/v1";

/**
 * For the hint that a signature exists which this engine cannot verify: what a bundle is, and which key made it. Undefined
 * for what is no bundle with an in-toto statement, or cannot be read.
 */
export function describeBundle(bundle: StoredBundle, digest: string): Promise<BundleDescription | undefined> {
    return unlessUnread(
        () => describeContent(bundle, digest),
        () => undefined,
    );
}

async function describeContent(bundle: StoredBundle, digest: string): Promise<BundleDescription | undefined> {
    const message = await bundleMessage(bundle);
    const envelope = isOutcome(message) ? message : envelopeOf(asRecord(message.dsseEnvelope ?? null));
    if ("verdict" in envelope) {
        return undefined;
    }
    const statement = readStatement(envelope.payload);
    if (statement === undefined) {
        return undefined;
    }
    const { predicateType } = statement;
    return {
        predicateType,
        isSignature: predicateType === SIGNATURE_PREDICATE,
        isForImage: subjectsOf(envelope.payload, "0.13")?.includes(digest) === true,
        isSignedBy: ({ key }) => {
            const verifier = loadVerifier({ publicKey: key, hashAlgorithm: cosignHashOfKey(key) });
            return typeof verifier !== "string" && isSignedBy(envelope, verifier);
        },
    };
}
