import { generateKeyPairSync, type KeyObject } from "node:crypto";

import { OCI_MANIFEST } from "../../../core/registry";
import {
    checkSignature,
    readSimpleSignatures,
    type Outcome,
    type SignatureCheck,
    type SignatureSource,
    type SignedImage,
} from "../../../core/signatures";
import { SIGNATURE_ANNOTATION } from "../../../core/signatures/annotations";
import { withLayer } from "../../../core/signatures/sign/attachment";
import { keySigner, type Signer } from "../../../core/signatures/sign/signer";
import { attachmentTag } from "../../../core/signatures/stored-layers";

import type { HashAlgorithm } from "../../../core/policy";
import type { SignatureRegistry } from "../../../core/signatures/sign/append";

export const IMAGE: SignedImage = {
    repository: { registry: "ghcr.io", repository: "acme/app" },
    digest: `sha256:${"a".repeat(64)}`,
};

export const OTHER_IMAGE: SignedImage = { ...IMAGE, digest: `sha256:${"b".repeat(64)}` };

export const P256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
export const STRANGER = generateKeyPairSync("ec", { namedCurve: "P-256" });

export const RELEASE: Signer = keySigner(P256.privateKey);

/** Of an authority with this key and nothing else. */
export function keyCheck(publicKey: KeyObject = P256.publicKey, hashAlgorithm?: HashAlgorithm): SignatureCheck {
    return {
        signer: { kind: "key", publicKey, hashAlgorithm },
        transparencyLog: { kind: "ignored" },
        engine: "0.13",
    };
}

/** A layer to be stored as it is, right or wrong. */
export interface RawSignature {
    readonly payload: Buffer;
    readonly annotations?: Readonly<Record<string, string>>;
    /** @default of cosign */
    readonly mediaType?: string;
}

/** Stores layers under the image's tag in place of what is there. */
export async function storeLayers(
    registry: SignatureRegistry,
    layers: readonly RawSignature[],
    { repository = IMAGE.repository, tagPrefix }: SignatureSource = {},
    suffix: "sig" | "att" = "sig",
): Promise<void> {
    let stored: readonly unknown[] = [];
    let manifest: Buffer = Buffer.from("");
    for (const { payload, annotations = {}, mediaType = "application/octet-stream" } of layers) {
        await registry.putBlob(repository, payload);
        ({ manifest } = withLayer(stored, { payload, annotations, mediaType }));
        stored = (JSON.parse(manifest.toString("utf8")) as { layers: unknown[] }).layers;
    }
    await registry.putManifest(repository, attachmentTag(IMAGE.digest, suffix, tagPrefix), OCI_MANIFEST, manifest);
}

/** A layer with the signature of a payload. */
export function signedLayer(payload: Buffer, signature: Buffer | string): RawSignature {
    const text = typeof signature === "string" ? signature : signature.toString("base64");
    return { payload, annotations: { [SIGNATURE_ANNOTATION]: text } };
}

/** The verdicts on the image's signatures. */
export async function verdicts(
    registry: SignatureRegistry,
    check: SignatureCheck,
    source?: SignatureSource,
): Promise<string[]> {
    return (await outcomes(registry, check, source)).map((outcome) =>
        outcome.verdict === "verified" ? "verified" : outcome.code,
    );
}

export async function outcomes(
    registry: SignatureRegistry,
    check: SignatureCheck,
    source?: SignatureSource,
): Promise<readonly Outcome[]> {
    const signatures = await readSimpleSignatures(registry, IMAGE, source);
    return "verdict" in signatures
        ? [signatures]
        : Promise.all(signatures.map((signature) => checkSignature(signature, IMAGE.digest, check)));
}
