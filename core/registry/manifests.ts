import { digestOf, hasDigest, isDigest } from "./digest";
import { RegistryError } from "./errors";
import { firstValue, isJsonBomb, parseObject, textOf } from "./json";
import { ACCEPTED_MANIFESTS, mediaTypeOf } from "./media-types";

import type { ExchangeResponse } from "./http/exchange";
import type { RegistrySession } from "./session";
import type { Descriptor, Manifest, RepositoryName } from "./types";

/** Reads a manifest by a tag or a digest. */
export async function readManifest(
    session: RegistrySession,
    name: RepositoryName,
    reference: string,
    maxBytes: number,
): Promise<Manifest> {
    const { descriptor, bytes } = await fetchManifest(session, name, reference, maxBytes);
    if (isJsonBomb(bytes)) {
        const message = `sent a manifest ${reference} that nests more deeply, or has more values, than is read`;
        throw new RegistryError(message, { ...name, code: "too-large" });
    }
    const content = parseObject(firstValue(bytes));
    if (content === undefined) {
        const message = `sent a manifest ${reference} that is no JSON object`;
        throw new RegistryError(message, { ...name, code: "malformed" });
    }
    return { ...descriptor, mediaType: textOf(content, "mediaType") ?? descriptor.mediaType, bytes, content };
}

/**
 * What a tag or a digest stands for, by the bytes themselves, as the webhook finds it out; what they say is nobody's business here. A HEAD request would
 * be a registry's word only.
 */
export async function resolveManifest(
    session: RegistrySession,
    name: RepositoryName,
    reference: string,
    maxBytes: number,
): Promise<Descriptor> {
    const { descriptor, bytes } = await fetchManifest(session, name, reference, maxBytes);
    const { mediaType } = descriptor;
    return {
        ...descriptor,
        mediaType: mediaType === "" ? (textOf(parseObject(bytes) ?? {}, "mediaType") ?? "") : mediaType,
    };
}

async function fetchManifest(
    session: RegistrySession,
    name: RepositoryName,
    reference: string,
    maxBytes: number,
): Promise<{ descriptor: Descriptor; bytes: Buffer }> {
    checkReference(name, reference);
    const { headers, body } = await session.ask({
        method: "GET",
        repository: name.repository,
        path: `manifests/${reference}`,
        actions: "pull",
        headers: { accept: ACCEPTED_MANIFESTS },
        maxBytes,
        asked: `the manifest ${reference}`,
    });
    const digest = isDigest(reference) ? reference : digestOf(body);
    if (!hasDigest(body, digest)) {
        const message = `sent a manifest ${reference} that has not this digest, but ${digestOf(body)}`;
        throw new RegistryError(message, { ...name, code: "digest-mismatch" });
    }
    const announced = header(headers, "docker-content-digest") ?? "";
    if (!isDigest(reference) && isDigest(announced) && !hasDigest(body, announced)) {
        const message = `announces the digest ${announced} for the manifest ${reference}, and sends one of ${digest}`;
        throw new RegistryError(message, { ...name, code: "protocol-error" });
    }
    return { descriptor: { mediaType: mediaTypeOf(headers["content-type"]), digest, size: body.length }, bytes: body };
}

/** Longer than tags may be: with a `tagPrefix`, that of a signature is asked for whatever comes of it (`repo.Tag` of go-containerregistry). */
function checkReference(name: RepositoryName, reference: string): void {
    if (!isDigest(reference) && !/^[\w.-]{1,1000}$/.test(reference)) {
        const message = `${JSON.stringify(reference)} is neither a tag nor a digest`;
        throw new RegistryError(message, { ...name, code: "malformed" });
    }
}

function header(headers: ExchangeResponse["headers"], name: string): string | undefined {
    const value = headers[name];
    return typeof value === "string" ? value : undefined;
}
