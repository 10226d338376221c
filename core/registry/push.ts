import { digestOf, isDigest } from "./digest";
import { RegistryError } from "./errors";
import { nextAddress, redirectRefusal } from "./http/redirects";

import type { RegistrySession } from "./session";
import type { Descriptor, RepositoryName } from "./types";

/** Of answers to uploads, which have nothing to say. */
const ANSWER_BYTES = 64 * 1024;

const BYTES = "application/octet-stream";

/** Uploads bytes in one piece, unless the repository has them. */
export async function pushBlob(session: RegistrySession, name: RepositoryName, bytes: Buffer): Promise<Descriptor> {
    const { repository } = name;
    const digest = digestOf(bytes);
    const asked = `the blob ${digest}`;
    const common = { repository, actions: "pull,push", maxBytes: ANSWER_BYTES, asked } as const;
    const descriptor = { mediaType: BYTES, digest, size: bytes.length };
    const there = await session.ask({ ...common, method: "HEAD", path: `blobs/${digest}`, expects: [404] });
    if (there.status !== 404) {
        return descriptor;
    }
    const upload = await session.ask({ ...common, method: "POST", path: "blobs/uploads/" });
    const { location } = upload.headers;
    if (location === undefined) {
        throw new RegistryError(`does not say where to send ${asked}`, { ...name, code: "protocol-error" });
    }
    const url = nextAddress(upload.url, location, name, redirectRefusal);
    url.searchParams.set("digest", digest);
    await session.ask({ ...common, method: "PUT", path: url, headers: { "content-type": BYTES }, body: bytes });
    return descriptor;
}

/** A manifest that was stored. */
export interface Stored {
    descriptor: Descriptor;
    /** What the registry now lists it under; undefined where it has no subject, and where the registry keeps no such lists. */
    listedUnder: string | undefined;
}

/** Stores a manifest under a tag or its digest. */
export async function pushManifest(
    session: RegistrySession,
    name: RepositoryName,
    reference: string,
    mediaType: string,
    bytes: Buffer,
): Promise<Stored> {
    const digest = digestOf(bytes);
    if (isDigest(reference) && reference !== digest) {
        const message = `the manifest to be stored as ${reference} has the digest ${digest}`;
        throw new RegistryError(message, { ...name, code: "digest-mismatch" });
    }
    const { headers } = await session.ask({
        method: "PUT",
        repository: name.repository,
        path: `manifests/${reference}`,
        actions: "pull,push",
        headers: { "content-type": mediaType },
        body: bytes,
        maxBytes: ANSWER_BYTES,
        asked: `the manifest ${reference}`,
    });
    const listedUnder = headers["oci-subject"];
    return {
        descriptor: { mediaType, digest, size: bytes.length },
        listedUnder: typeof listedUnder === "string" ? listedUnder : undefined,
    };
}
