/**
 * Signing with a key that lives for one signature, and a certificate that says whose it was: with Sigstore's services, or
 * one's own.
 */
import { createHash } from "node:crypto";

import {
    CERTIFICATE_ANNOTATION,
    LOG_ENTRY_ANNOTATION,
    SIGNATURE_ANNOTATION,
    TIMESTAMP_ANNOTATION,
} from "../annotations";
import { encodePem } from "../../keys/pem";
import { IN_TOTO_PAYLOAD_TYPE } from "../envelope";
import { SigningError } from "./errors";
import { AUDIENCE, identityProviderOf } from "./identity-token";

import type * as Bundles from "@sigstore/bundle";
import type * as Sigstore from "@sigstore/sign";

/** Where the services are, and who signs. */
export interface KeylessOptions {
    /**
     * An identity token of OpenID Connect, for the audience `sigstore`.
     *
     * @default that of where this runs: GitHub Actions, Buildkite, `SIGSTORE_ID_TOKEN` (as GitLab sets it), Google Cloud
     */
    readonly identityToken?: string;
    /** @default https://fulcio.sigstore.dev */
    readonly fulcioUrl?: string;
    /**
     * The transparency log; "none" for a policy that asks for timestamps only.
     *
     * @default https://rekor.sigstore.dev
     */
    readonly rekorUrl?: string;
    /**
     * A time-stamping authority.
     *
     * @default none
     */
    readonly timestampUrl?: string;
}

/** What is stored of a signature without a key. */
export interface KeylessLayer {
    readonly payload: Buffer;
    readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Signs a payload; a layer in cosign's legacy form.
 *
 * @throws SigningError `identity-token`, `sigstore-service`
 */
export async function signKeyless(payload: Buffer, options: KeylessOptions): Promise<KeylessLayer> {
    const sigstore = await import("@sigstore/sign");
    const { signer, log, timestamps } = servicesOf(sigstore, options);
    const witnesses = [...log, ...timestamps];
    const bundle = await create(sigstore, new sigstore.MessageSignatureBundleBuilder({ signer, witnesses }), {
        data: payload,
    });
    if (bundle.content.$case !== "messageSignature") {
        throw otherForm();
    }
    const signature = bundle.content.messageSignature.signature.toString("base64");
    return { payload, annotations: { [SIGNATURE_ANNOTATION]: signature, ...proofsOf(bundle) } };
}

/**
 * Signs an in-toto statement; a layer in cosign's legacy form, whose payload is the envelope.
 *
 * @throws SigningError `identity-token`, `sigstore-service`
 */
export async function attestKeyless(statement: Buffer, options: KeylessOptions): Promise<KeylessLayer> {
    const sigstore = await import("@sigstore/sign");
    const bundles = await import("@sigstore/bundle");
    const { signer, log, timestamps } = servicesOf(sigstore, options);
    const witnesses = [...log, ...timestamps.map((each) => overEnvelope(bundles, each))];
    const bundle = await create(sigstore, new sigstore.DSSEBundleBuilder({ signer, witnesses }), {
        data: statement,
        type: IN_TOTO_PAYLOAD_TYPE,
    });
    if (bundle.content.$case !== "dsseEnvelope") {
        throw otherForm();
    }
    const payload = envelopeBytes(bundles, bundle.content.dsseEnvelope);
    return { payload, annotations: { [SIGNATURE_ANNOTATION]: "", ...proofsOf(bundle) } };
}

function servicesOf(
    sigstore: typeof Sigstore,
    { identityToken, fulcioUrl, rekorUrl, timestampUrl }: KeylessOptions,
): { signer: Sigstore.Signer; log: Sigstore.Witness[]; timestamps: Sigstore.Witness[] } {
    const fulcioBaseURL = fulcioUrl ?? sigstore.DEFAULT_FULCIO_URL;
    const identityProvider = identityProviderOf(identityToken, new sigstore.CIContextProvider(AUDIENCE));
    const rekorBaseURL = rekorUrl ?? sigstore.DEFAULT_REKOR_URL;
    return {
        signer: new sigstore.FulcioSigner({ identityProvider, fulcioBaseURL }),
        log: rekorUrl === "none" ? [] : [new sigstore.RekorWitness({ rekorBaseURL })],
        timestamps: timestampUrl === undefined ? [] : [new sigstore.TSAWitness({ tsaBaseURL: timestampUrl })],
    };
}

async function create(
    sigstore: typeof Sigstore,
    builder: Sigstore.BundleBuilder,
    artifact: Parameters<Sigstore.BundleBuilder["create"]>[0],
): Promise<Sigstore.Bundle> {
    try {
        return await builder.create(artifact);
    } catch (error) {
        throw error instanceof sigstore.InternalError ? reasonOf(error) : error;
    }
}

/** What is logged, byte for byte: cosign compares its hash with that of the entry. */
function envelopeBytes({ envelopeToJSON }: typeof Bundles, envelope: Bundles.Envelope): Buffer {
    return Buffer.from(JSON.stringify(envelopeToJSON(envelope)));
}

/**
 * cosign wants the timestamp of an attestation over the whole envelope (`VerifyRFC3161Timestamp` in its
 * pkg/cosign/verify.go), and the library has it made over the signature.
 */
function overEnvelope(bundles: typeof Bundles, timestamps: Sigstore.Witness): Sigstore.Witness {
    return {
        testify(content, publicKey) {
            if (content.$case !== "dsseEnvelope") {
                throw otherForm();
            }
            const signature = envelopeBytes(bundles, content.dsseEnvelope);
            const digest = createHash("sha256").update(signature).digest();
            return timestamps.testify(bundles.toMessageSignatureBundle({ digest, signature }).content, publicKey);
        },
    };
}

function otherForm(): SigningError {
    return new SigningError("sigstore-service", "The signature is in another form than was asked for.");
}

/** What lies beside the signature, as cosign keeps it. */
function proofsOf({ verificationMaterial }: Sigstore.Bundle): Record<string, string> {
    const { tlogEntries, timestampVerificationData } = verificationMaterial;
    const [entry] = tlogEntries;
    const [timestamp] = timestampVerificationData?.rfc3161Timestamps ?? [];
    return {
        [CERTIFICATE_ANNOTATION]: certificateOf(verificationMaterial.content),
        ...(entry === undefined
            ? {}
            : {
                  [LOG_ENTRY_ANNOTATION]: JSON.stringify({
                      SignedEntryTimestamp: entry.inclusionPromise?.signedEntryTimestamp.toString("base64"),
                      Payload: {
                          body: entry.canonicalizedBody.toString("base64"),
                          integratedTime: Number(entry.integratedTime),
                          logIndex: Number(entry.logIndex),
                          logID: entry.logId.keyId.toString("hex"),
                      },
                  }),
              }),
        ...(timestamp === undefined
            ? {}
            : {
                  [TIMESTAMP_ANNOTATION]: JSON.stringify({
                      SignedRFC3161Timestamp: timestamp.signedTimestamp.toString("base64"),
                  }),
              }),
    };
}

function certificateOf(content: Sigstore.Bundle["verificationMaterial"]["content"]): string {
    switch (content.$case) {
        case "certificate":
            return encodePem("CERTIFICATE", content.certificate.rawBytes);
        case "x509CertificateChain": {
            const [leaf] = content.x509CertificateChain.certificates;
            return leaf === undefined ? "" : encodePem("CERTIFICATE", leaf.rawBytes);
        }
        case "publicKey":
            throw new SigningError("sigstore-service", "Fulcio gave no certificate.");
    }
}

/** The library's messages name the service; what a service answered may quote the token, so it is left out. */
function reasonOf({ code, message, cause }: Sigstore.InternalError): SigningError {
    if (cause instanceof SigningError) {
        return cause;
    }
    return code === "IDENTITY_TOKEN_READ_ERROR" || code === "IDENTITY_TOKEN_PARSE_ERROR"
        ? new SigningError(
              "identity-token",
              "There is no identity token: this runs neither in GitHub Actions with id-token: write nor on Google Cloud, SIGSTORE_ID_TOKEN is not set, and none is given.",
          )
        : new SigningError("sigstore-service", `Sigstore's services did not sign: ${message} (${code}).`);
}
