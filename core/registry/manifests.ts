import { digestOf, hasDigest, isDigest } from "./digest";
import { RegistryError } from "./errors";
import { parseObject, textOf } from "./json";
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
    const announced = header(headers, "docker-content-digest");
    const wanted = isDigest(reference)
        ? reference
        : announced !== undefined && isDigest(announced)
          ? announced
          : undefined;
    if (wanted !== undefined && !hasDigest(body, wanted)) {
        const message = `sent a manifest ${reference} that has not the digest ${wanted}, but ${digestOf(body)}`;
        throw new RegistryError(message, { ...name, code: "digest-mismatch" });
    }
    const content = parseObject(body);
    if (content === undefined) {
        const message = `sent a manifest ${reference} that is no JSON object, or one that nests too deeply`;
        throw new RegistryError(message, { ...name, code: "malformed" });
    }
    return {
        mediaType: textOf(content, "mediaType") ?? mediaTypeOf(headers["content-type"]),
        digest: wanted ?? digestOf(body),
        size: body.length,
        bytes: body,
        content,
    };
}

/** What a tag or a digest stands for, by HEAD; undefined where that gives no whole answer, as from registries that answer it with an error. */
export async function headManifest(
    session: RegistrySession,
    name: RepositoryName,
    reference: string,
): Promise<Descriptor | undefined> {
    checkReference(name, reference);
    const response = await session.ask({
        method: "HEAD",
        repository: name.repository,
        path: `manifests/${reference}`,
        actions: "pull",
        headers: { accept: ACCEPTED_MANIFESTS },
        maxBytes: 0,
        asked: `the manifest ${reference}`,
        expects: [400, 403, 404, 405, 406, 415, 501],
    });
    const descriptor = response.status < 300 ? describe(response) : undefined;
    if (descriptor !== undefined && isDigest(reference) && descriptor.digest !== reference) {
        const message = `answers ${descriptor.digest} for the manifest ${reference}`;
        throw new RegistryError(message, { ...name, code: "digest-mismatch" });
    }
    return descriptor;
}

function checkReference(name: RepositoryName, reference: string): void {
    if (!isDigest(reference) && !/^[\w.-]{1,128}$/.test(reference)) {
        const message = `${JSON.stringify(reference)} is neither a tag nor a digest`;
        throw new RegistryError(message, { ...name, code: "malformed" });
    }
}

function describe({ headers }: ExchangeResponse): Descriptor | undefined {
    const digest = header(headers, "docker-content-digest");
    const size = Number(headers["content-length"] ?? Number.NaN);
    const mediaType = mediaTypeOf(headers["content-type"]);
    return digest !== undefined && isDigest(digest) && Number.isSafeInteger(size) && size > 0 && mediaType !== ""
        ? { digest, size, mediaType }
        : undefined;
}

function header(headers: ExchangeResponse["headers"], name: string): string | undefined {
    const value = headers[name];
    return typeof value === "string" ? value : undefined;
}
