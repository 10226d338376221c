import {
    createHash,
    generateKeyPairSync,
    sign,
    X509Certificate,
    type KeyObject,
    type KeyPairKeyObjectResult,
} from "node:crypto";

import { initializeCA, initializeCTLog, initializeTLog, initializeTSA } from "@sigstore/mock";

import { encodePem } from "../../core/keys/pem";

import type { TrustRootSpec } from "../../core/policy";

type CertificateAuthority = Awaited<ReturnType<typeof initializeCA>>;
type Log = Awaited<ReturnType<typeof initializeTLog>>;
type CertificateLog = Awaited<ReturnType<typeof initializeCTLog>>;
type TimestampAuthority = Awaited<ReturnType<typeof initializeTSA>>;

/** What Rekor answers, by the entry's name. */
interface RekorEntry {
    readonly body: string;
    readonly integratedTime: number;
    readonly logIndex: number;
    readonly logID: string;
    readonly verification: { readonly signedEntryTimestamp: string };
}

/** Who a certificate is issued to. */
export interface Somebody {
    readonly issuer: string;
    /** A URI: this certificate authority writes no e-mail addresses. */
    readonly subject: string;
}

export const CI: Somebody = {
    issuer: "https://token.actions.githubusercontent.com",
    subject: "https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main",
};

/** What lies beside a keyless signature, as annotations of cosign's. */
export interface KeylessParts {
    /** @default true */
    readonly withCertificate?: boolean;
    /** @default false */
    readonly withLogEntry?: boolean;
    /** @default false */
    readonly withTimestamp?: boolean;
}

/**
 * A Sigstore of one's own: certificate authority, certificate transparency log, Rekor and time-stamping authority of
 * `@sigstore/mock`, in memory.
 */
export class SigstoreInstance {
    private constructor(
        public readonly authority: CertificateAuthority,
        public readonly certificateLog: CertificateLog,
        public readonly log: Log,
        public readonly timestampAuthority: TimestampAuthority,
    ) {}

    /** @param offsetMs how far in the future its certificates begin, its entries are logged and its timestamps are made */
    public static async create(offsetMs = 0): Promise<SigstoreInstance> {
        const clock = new Date();
        const certificateLog = await initializeCTLog(p256(), clock);
        const authority = await initializeCA(p256(), certificateLog, clock);
        const log = await initializeTLog("https://rekor.sigstore.mock", p256(), clock);
        const timestampAuthority = await initializeTSA(p256(), clock);
        // Set when the roots are made, so that nothing is older than they are; in whole seconds, because the mock writes
        // fractions that no reader takes.
        clock.setTime(Math.floor(Date.now() / 1000) * 1000 + offsetMs);
        return new SigstoreInstance(authority, certificateLog, log, timestampAuthority);
    }

    /** A TrustRoot that trusts this instance. */
    public trustRoot(): TrustRootSpec {
        const { rootCertificate, intCertificate } = this.timestampAuthority;
        const subject = { organization: "sigstore.mock", commonName: "sigstore" };
        return {
            sigstoreKeys: {
                certificateAuthorities: [
                    { subject, uri: "https://fulcio.sigstore.mock", certChain: chain(this.authority.rootCertificate) },
                ],
                tLogs: [trustedLog("https://rekor.sigstore.mock", this.log.publicKey)],
                ctLogs: [trustedLog("https://ctfe.sigstore.mock", this.certificateLog.publicKey)],
                timestampAuthorities: [
                    { subject, uri: "https://tsa.sigstore.mock", certChain: chain(intCertificate, rootCertificate) },
                ],
            },
        };
    }

    /** A certificate for a key. */
    public async certificate(publicKey: KeyObject, { issuer, subject }: Somebody): Promise<X509Certificate> {
        const der = await this.authority.issueCertificate({
            publicKey: new Uint8Array(publicKey.export({ type: "spki", format: "der" })),
            subjectAltName: subject,
            extensions: [{ oid: "1.3.6.1.4.1.57264.1.1", value: issuer, legacy: true }],
        });
        return new X509Certificate(bytes(der));
    }

    /** Signs a payload as somebody, with a key that is thrown away; the annotations of cosign's legacy form. */
    public async sign(
        payload: Buffer,
        somebody: Somebody,
        { withCertificate = true, withLogEntry = false, withTimestamp = false }: KeylessParts = {},
    ): Promise<Record<string, string>> {
        const { privateKey, publicKey } = p256();
        const certificate = pem(await this.certificate(publicKey, somebody));
        const signature = sign("sha256", payload, privateKey);
        return {
            "dev.cosignproject.cosign/signature": signature.toString("base64"),
            ...(withCertificate
                ? {
                      "dev.sigstore.cosign/certificate": certificate,
                      "dev.sigstore.cosign/chain": pem(this.authority.rootCertificate),
                  }
                : {}),
            ...(withLogEntry
                ? { "dev.sigstore.cosign/bundle": await this.logEntry(payload, signature, certificate) }
                : {}),
            ...(withTimestamp ? { "dev.sigstore.cosign/rfc3161timestamp": await this.timestamp(signature) } : {}),
        };
    }

    /** Rekor's answer for a signature, as cosign keeps it. @param verifier PEM of a certificate or a public key */
    public async logEntry(payload: Buffer, signature: Buffer, verifier: string): Promise<string> {
        const logged: unknown = await this.log.log({
            apiVersion: "0.0.1",
            kind: "hashedrekord",
            spec: {
                data: { hash: { algorithm: "sha256", value: createHash("sha256").update(payload).digest("hex") } },
                signature: {
                    content: signature.toString("base64"),
                    publicKey: { content: Buffer.from(verifier).toString("base64") },
                },
            },
        });
        const [entry] = Object.values(logged as Readonly<Record<string, RekorEntry>>);
        return JSON.stringify({
            SignedEntryTimestamp: entry?.verification.signedEntryTimestamp,
            Payload: {
                body: entry?.body,
                integratedTime: entry?.integratedTime,
                logIndex: entry?.logIndex,
                logID: entry?.logID,
            },
        });
    }

    /** The time-stamping authority's answer for a signature, as cosign keeps it. */
    public async timestamp(signature: Buffer): Promise<string> {
        const response = await this.timestampAuthority.timestamp({
            artifactHash: createHash("sha256").update(signature).digest(),
            hashAlgorithmOID: "2.16.840.1.101.3.4.2.1",
            nonce: 1,
            policyOID: "1.3.6.1.4.1.57264.2",
            certReq: true,
        });
        return JSON.stringify({ SignedRFC3161Timestamp: bytes(response).toString("base64") });
    }
}

function p256(): KeyPairKeyObjectResult {
    return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

function trustedLog(baseURL: string, publicKey: Buffer): { baseURL: string; hashAlgorithm: string; publicKey: string } {
    return { baseURL, hashAlgorithm: "sha-256", publicKey: base64(encodePem("PUBLIC KEY", publicKey)) };
}

function chain(...certificates: readonly ArrayBufferView[]): string {
    return base64(certificates.map(pem).join(""));
}

function pem(certificate: ArrayBufferView | X509Certificate): string {
    return encodePem("CERTIFICATE", certificate instanceof X509Certificate ? certificate.raw : bytes(certificate));
}

function bytes(view: ArrayBufferView): Buffer {
    return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}

function base64(text: string): string {
    return Buffer.from(text).toString("base64");
}
