import { judge } from "../../core/admission";
import { readPublicKey } from "../../core/keys";
import { Images, parseReference, renderClusterImagePolicy } from "../../core/policy";
import { printable } from "../../core/policy/printable";
import { RegistryClient, RegistryError } from "../../core/registry";
import { SigningError } from "../../core/signatures/sign/errors";
import { signImage } from "../../core/signatures/sign/sign-image";
import { keySigner, type Signer } from "../../core/signatures/sign/signer";
import { CliError, ExitCode, UsageError } from "../errors";
import { findTarget } from "./targets";

import type { KeyObject } from "node:crypto";
import type { ImageVerdict } from "../../core/admission";
import type { SignedImage } from "../../core/signatures";
import type { SigningReport } from "../../core/signatures/sign/signing-report";

/**
 * Signs an image and, where asked, those of its platforms; then judges it.
 *
 * @throws CliError
 */
export async function signAndJudge(
    image: string,
    key: KeyObject,
    { recursive }: { recursive: boolean },
): Promise<SigningReport> {
    requireDigest(image);
    const registry = new RegistryClient();
    try {
        const signer = keySigner(key);
        const { images } = await findTarget(registry, image, recursive);
        let isNew = false;
        for (const each of images) {
            const added = await signImage(registry, each, signer);
            isNew ||= added.isNew;
        }
        const { verdict, reason } = await judgeFor(image, images[0], signer, registry);
        return { image, outcome: isNew ? "signed" : "already-signed", verdict, reason };
    } catch (error) {
        if (error instanceof RegistryError || error instanceof SigningError) {
            throw new CliError(`${error.message} [${error.code}]`, ExitCode.Failed);
        }
        throw error;
    } finally {
        await registry.close();
    }
}

/** What a tag stands for may have changed since the program read it. */
function requireDigest(image: string): void {
    if (parseReference(image)?.digest === undefined) {
        throw new UsageError(`${printable(image)} is no image with a digest. Write HOST/REPOSITORY@sha256:….`);
    }
}

/** A policy that trusts this key and nothing else, as a cluster would have it. */
function judgeFor(
    image: string,
    { repository }: SignedImage,
    { publicKey, hashAlgorithm }: Signer,
    registry: RegistryClient,
): Promise<ImageVerdict> {
    const { pem } = readPublicKey(publicKey.export({ type: "spki", format: "pem" }).toString());
    const policy = renderClusterImagePolicy("this-key", {
        images: [Images.repository(`${repository.registry}/${repository.repository}`)],
        authorities: [{ name: "this-key", key: { data: pem, hashAlgorithm } }],
    });
    return judge({ image }, { policies: [policy] }, { registry });
}
