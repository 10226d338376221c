/**
 * The way of one signature or attestation through cosign (`verifyInternal` in pkg/cosign/verify.go), in its order. An
 * error there refuses the signature, so the order only decides which reason is given.
 */
import { RegistryError } from "../registry";
import { loadVerifier, type Verifier } from "./key-verifier";
import { refused, unknown, type CertificateNames, type Outcome, type Refused, type Unknown } from "./outcome";
import { logEntryTime } from "./log-entry";
import { certificateVerifier } from "./certificate-signer";
import { timestampTime } from "./timestamp";
import { readParts, type SignatureParts } from "./signature-parts";
import { unlessUnread } from "./go-json";
import { TooMuchToRead } from "./payload-budget";
import { expiryRefusal } from "./validity";

import type { X509Certificate } from "node:crypto";
import type { SignatureCheck } from "./check";
import type { StoredLayer } from "./stored";

/** A layer with its payload and what lies beside it. */
export interface OpenLayer extends SignatureParts {
    readonly payload: Uint8Array;
}

/** What differs between signatures and attestations. */
export interface LayerForm {
    /** Why the signature is not the verifier's. */
    readonly signatureRefusal: (layer: OpenLayer, verifier: Verifier) => Refused | Unknown | undefined;
    /** Why the payload is not for the digest. */
    readonly claimRefusal: (layer: OpenLayer, digest: string) => Refused | undefined;
}

/** What is known once the signer is: what verifies its signatures, and its certificate's place in the world. */
interface KnownSigner {
    readonly verifier: Verifier;
    readonly certificate?: CertificateNames;
    /** The authorities above the certificate. */
    readonly issuers: readonly X509Certificate[];
}

/** Larger payloads cosign does not read (`payloadsize.CheckSize`). */
const MAXIMUM_PAYLOAD_BYTES = 128 * 1024 * 1024;

/** What policy-controller says of one layer. */
export function checkLayer(
    stored: StoredLayer,
    digest: string,
    check: SignatureCheck,
    form: LayerForm,
): Promise<Outcome> {
    return unlessUnread<Outcome>(
        () => checkParts(stored, digest, check, form),
        ({ code, message }) => unknown(code, message),
    );
}

async function checkParts(
    stored: StoredLayer,
    digest: string,
    check: SignatureCheck,
    form: LayerForm,
): Promise<Outcome> {
    const layer = await openLayer(stored);
    if ("verdict" in layer) {
        return layer;
    }
    const times = await provenTimes(layer, check);
    if (isRefused(times)) {
        return times;
    }
    const signer = await signerOf(layer, check);
    if ("verdict" in signer) {
        return signer.verdict === "unknown" && "verdict" in times ? times : signer;
    }
    const refusal = form.signatureRefusal(layer, signer.verifier) ?? form.claimRefusal(layer, digest);
    // A signature of somebody else is refused, whatever a log that cannot be asked here would say of it.
    if (refusal !== undefined) {
        return refusal;
    }
    if ("verdict" in times) {
        return times;
    }
    return (
        expiryRefusal(layer.certificate, signer.issuers, times, check) ?? {
            verdict: "verified",
            certificate: signer.certificate,
        }
    );
}

function isRefused(times: readonly Date[] | Refused | Unknown): times is Refused {
    return "verdict" in times && times.verdict === "refused";
}

async function openLayer(stored: StoredLayer): Promise<OpenLayer | Refused | Unknown> {
    if (stored.size > MAXIMUM_PAYLOAD_BYTES) {
        return refused("payload-too-large", `the payload has ${stored.size} bytes, more than cosign reads`);
    }
    const parts = readParts(stored.annotations);
    if ("verdict" in parts) {
        return parts;
    }
    try {
        return { ...parts, payload: await stored.payload() };
    } catch (error) {
        return unreadable(error);
    }
}

/** A payload that is not there is refused by the cluster, too; one that could not be had may be had by the cluster. */
export function unreadable(error: unknown): Refused | Unknown {
    if (error instanceof TooMuchToRead) {
        return unknown("too-much-work", error.message);
    }
    if (!(error instanceof RegistryError)) {
        throw error;
    }
    return ["not-found", "digest-mismatch", "size-mismatch", "malformed"].includes(error.code)
        ? refused("payload-unreadable", error.message)
        : unknown("registry-unavailable", error.message);
}

/** When the signature was made, as far as there is proof of it. */
async function provenTimes(layer: OpenLayer, check: SignatureCheck): Promise<readonly Date[] | Refused | Unknown> {
    const times: Date[] = [];
    if (check.timestampAuthority !== undefined && layer.timestamp !== undefined) {
        const time = await timestampTime(layer, layer.timestamp, check.timestampAuthority, check.engine);
        if ("verdict" in time) {
            return time;
        }
        times.push(time);
    }
    if (check.transparencyLog.kind === "required") {
        const time = logEntryTime(layer, check, check.transparencyLog);
        if ("verdict" in time) {
            return time;
        }
        times.push(time);
    }
    return times;
}

async function signerOf(layer: OpenLayer, { signer }: SignatureCheck): Promise<KnownSigner | Refused | Unknown> {
    if (signer.kind === "certificate") {
        return certificateVerifier(layer.certificate, signer);
    }
    const verifier = loadVerifier(signer);
    return typeof verifier === "string" ? refused("key-unsupported", verifier) : { verifier, issuers: [] };
}
