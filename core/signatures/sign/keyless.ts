/**
 * Signing with a key that lives for one signature, and a certificate that says whose it was: with Sigstore's services, or
 * one's own.
 */
import {
    CERTIFICATE_ANNOTATION,
    LOG_ENTRY_ANNOTATION,
    SIGNATURE_ANNOTATION,
    TIMESTAMP_ANNOTATION,
} from "../annotations";
import { encodePem } from "../../keys/pem";
import { SigningError } from "./errors";
import { GoogleIdentityProvider } from "./google-identity";

import type { Bundle } from "@sigstore/bundle";
import type { IdentityProvider } from "@sigstore/sign";

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

/** What GitHub and its like put into a token for Sigstore. */
const AUDIENCE = "sigstore";

/**
 * Signs a payload; the annotations of a layer in cosign's legacy form.
 *
 * @throws SigningError `identity-token`, `sigstore-service`
 */
export async function signKeyless(payload: Buffer, options: KeylessOptions): Promise<Readonly<Record<string, string>>> {
    const sigstore = await import("@sigstore/sign");
    const { identityToken, fulcioUrl, rekorUrl, timestampUrl } = options;
    if (identityToken !== undefined) {
        requireUsable(identityToken);
    }
    const identityProvider: IdentityProvider =
        identityToken === undefined
            ? firstOf(new sigstore.CIContextProvider(AUDIENCE), new GoogleIdentityProvider(AUDIENCE))
            : { getToken: () => Promise.resolve(identityToken) };
    const builder = new sigstore.MessageSignatureBundleBuilder({
        signer: new sigstore.FulcioSigner({
            identityProvider,
            fulcioBaseURL: fulcioUrl ?? sigstore.DEFAULT_FULCIO_URL,
        }),
        witnesses: [
            ...(rekorUrl === "none"
                ? []
                : [new sigstore.RekorWitness({ rekorBaseURL: rekorUrl ?? sigstore.DEFAULT_REKOR_URL })]),
            ...(timestampUrl === undefined ? [] : [new sigstore.TSAWitness({ tsaBaseURL: timestampUrl })]),
        ],
    });
    try {
        return annotationsOf(await builder.create({ data: payload }));
    } catch (error) {
        throw error instanceof sigstore.InternalError ? serviceError(error) : error;
    }
}

/** The token of the CI; the machine's own where the CI has none. A CI's job on a machine of Google's is the job first. */
function firstOf(job: IdentityProvider, machine: IdentityProvider): IdentityProvider {
    return { getToken: () => job.getToken().catch(() => machine.getToken()) };
}

/** The bundle's parts, as cosign keeps them beside a signature. */
function annotationsOf({ content, verificationMaterial }: Bundle): Record<string, string> {
    if (content.$case !== "messageSignature") {
        throw new SigningError("sigstore-service", "The signature is in another form than was asked for.");
    }
    const { tlogEntries, timestampVerificationData } = verificationMaterial;
    const [entry] = tlogEntries;
    const [timestamp] = timestampVerificationData?.rfc3161Timestamps ?? [];
    return {
        [SIGNATURE_ANNOTATION]: content.messageSignature.signature.toString("base64"),
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

function certificateOf(content: Bundle["verificationMaterial"]["content"]): string {
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

/** Says what is wrong with a token before it is sent anywhere. The token itself is never quoted. */
function requireUsable(token: string): void {
    const { exp, aud } = claimsOf(token);
    if (typeof exp === "number" && exp * 1000 <= Date.now()) {
        throw new SigningError(
            "identity-token",
            `The identity token has run out at ${new Date(exp * 1000).toISOString()}. Ask for a new one right before signing, and check the clock of this machine.`,
        );
    }
    const audiences = Array.isArray(aud) ? aud : [aud];
    if (aud !== undefined && !audiences.includes(AUDIENCE)) {
        throw new SigningError(
            "identity-token",
            `The identity token is for the audience ${JSON.stringify(aud)}, and Fulcio wants ${AUDIENCE}. Ask for one with aud: ${AUDIENCE}.`,
        );
    }
}

function claimsOf(token: string): { exp?: unknown; aud?: unknown } {
    try {
        const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
        if (typeof claims === "object" && claims !== null) {
            return claims;
        }
    } catch {
        // Said below.
    }
    throw new SigningError("identity-token", "This is no identity token: it is not a JSON Web Token.");
}

/** The library's messages name the service; what a service answered may quote the token, so it is left out. */
function serviceError({ code, message }: { code: string; message: string }): SigningError {
    return code === "IDENTITY_TOKEN_READ_ERROR" || code === "IDENTITY_TOKEN_PARSE_ERROR"
        ? new SigningError(
              "identity-token",
              "There is no identity token: this runs neither in GitHub Actions with id-token: write nor on Google Cloud, SIGSTORE_ID_TOKEN is not set, and none is given.",
          )
        : new SigningError("sigstore-service", `Sigstore's services did not sign: ${message} (${code}).`);
}
