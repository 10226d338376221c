import { initializeCA } from "@sigstore/mock";
import { generateKeyPairSync, X509Certificate } from "node:crypto";

import type { Certified, SigningKey } from "../../support/image-workshop";

/** The extension in which Fulcio writes the issuer of the identity, as plain text. */
const ISSUER_EXTENSION = "1.3.6.1.4.1.57264.1.1";

/** A certificate authority of our own, as Fulcio is one. */
export interface AuthorityOfOurs {
    /** A TrustRoot that names it. */
    trustRoot: (name: string) => object;
    /** A fresh key and a certificate for it, valid for ten minutes. */
    certify: (subject: string, issuer: string) => Promise<{ key: SigningKey; certified: Certified }>;
}

/** @param clock when its certificates begin; now, unless told otherwise */
export async function authorityOfOurs(clock?: Date): Promise<AuthorityOfOurs> {
    const ca = await initializeCA(generateKeyPairSync("ec", { namedCurve: "P-384" }), undefined, clock);
    const root = pemOf(ca.rootCertificate);
    return {
        trustRoot: (name) => ({
            apiVersion: "policy.sigstore.dev/v1alpha1",
            kind: "TrustRoot",
            metadata: { name },
            spec: {
                sigstoreKeys: {
                    certificateAuthorities: [
                        {
                            subject: { organization: "sigstore.mock", commonName: "sigstore" },
                            uri: "https://fulcio.example.com",
                            certChain: Buffer.from(root).toString("base64"),
                        },
                    ],
                },
            },
        }),
        certify: async (subject, issuer) => {
            const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
            const leaf = await ca.issueCertificate({
                publicKey: publicKey.export({ type: "spki", format: "der" }),
                subjectAltName: subject,
                extensions: [{ oid: ISSUER_EXTENSION, value: issuer, legacy: true }],
            });
            const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
            return { key: { privateKey, pem, hash: "sha256" }, certified: { certificate: pemOf(leaf), chain: root } };
        },
    };
}

function pemOf(der: ArrayBufferView): string {
    return new X509Certificate(Buffer.from(der.buffer, der.byteOffset, der.byteLength)).toString();
}
