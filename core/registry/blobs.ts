import { hasDigest, isDigest } from "./digest";
import { RegistryError } from "./errors";

import type { RegistrySession } from "./session";
import type { Descriptor, RepositoryName } from "./types";

/** Reads a blob; not one byte of it is asked for where the descriptor cannot be checked or says more than the limit. */
export async function readBlob(
    session: RegistrySession,
    name: RepositoryName,
    { digest, size }: Descriptor,
    maxBytes: number,
): Promise<Buffer> {
    if (!isDigest(digest) || !Number.isSafeInteger(size) || size < 0) {
        const message = `a descriptor names a blob ${JSON.stringify(digest)} of ${size} bytes: no digest, or no size`;
        throw new RegistryError(message, { ...name, code: "malformed" });
    }
    if (size > maxBytes) {
        const message = `the blob ${digest} has ${size} bytes, and ${maxBytes} are the limit`;
        throw new RegistryError(message, { ...name, code: "too-large" });
    }
    const { body } = await session.ask({
        method: "GET",
        repository: name.repository,
        path: `blobs/${digest}`,
        actions: "pull",
        maxBytes,
        expectedBytes: size,
        asked: `the blob ${digest}`,
    });
    if (!hasDigest(body, digest)) {
        throw new RegistryError(`sent a blob that has not the digest ${digest}`, { ...name, code: "digest-mismatch" });
    }
    return body;
}
