import { descriptorOf } from "./descriptors";
import { RegistryError } from "./errors";
import { ifFound } from "./if-found";
import { asObject, parseObject, textOf } from "./json";
import { readManifest } from "./manifests";
import { OCI_INDEX } from "./media-types";
import { pushManifest } from "./push";
import { fallbackTag } from "./referrers";

import type { JsonObject } from "./json";
import type { RegistrySession } from "./session";
import type { Descriptor, RepositoryName } from "./types";

/** The digest of what a manifest is attached to; undefined where it is attached to nothing. */
export function subjectOf(manifest: Buffer): string | undefined {
    return descriptorOf(parseObject(manifest)?.subject)?.digest;
}

/**
 * Adds a manifest to the list under its subject's fallback tag, for a registry that keeps no such list itself ("Pushing Manifests with
 * Subject" in the OCI distribution specification).
 *
 * Registries have no compare-and-swap: of two programs that do so at the same time, one may undo what the other did.
 */
export async function addReferrer(
    session: RegistrySession,
    name: RepositoryName,
    subject: string,
    stored: Descriptor,
    manifest: Buffer,
    maxBytes: number,
): Promise<void> {
    const tag = fallbackTag(subject);
    const index = await readIndex(session, name, tag, maxBytes);
    const listed = Array.isArray(index.manifests) ? (index.manifests as unknown[]) : [];
    if (listed.some((descriptor) => asObject(descriptor)?.digest === stored.digest)) {
        return;
    }
    const manifests = [...listed, describe(stored, parseObject(manifest) ?? {})];
    const bytes = Buffer.from(JSON.stringify({ ...index, manifests }));
    await pushManifest(session, name, tag, OCI_INDEX, bytes);
}

async function readIndex(
    session: RegistrySession,
    name: RepositoryName,
    tag: string,
    maxBytes: number,
): Promise<JsonObject> {
    const manifest = await ifFound(readManifest(session, name, tag, maxBytes));
    if (manifest === undefined) {
        return { schemaVersion: 2, mediaType: OCI_INDEX };
    }
    const index = asObject(manifest.content);
    if (manifest.mediaType !== OCI_INDEX || index === undefined) {
        const message = `has something under the tag ${tag} that is no list of referrers, and it is left as it is`;
        throw new RegistryError(message, { ...name, code: "malformed" });
    }
    return index;
}

/** What the list says of a manifest: beside its digest what it is, and its annotations. */
function describe(stored: Descriptor, manifest: JsonObject): Descriptor {
    const artifactType = textOf(manifest, "artifactType") ?? textOf(asObject(manifest.config) ?? {}, "mediaType");
    return descriptorOf({ ...stored, artifactType, annotations: manifest.annotations }) ?? stored;
}
