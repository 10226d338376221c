import { descriptorsOf } from "./descriptors";
import { RegistryError } from "./errors";
import { nextAddress, redirectRefusal } from "./http/redirects";
import { isJsonBomb, parseObject } from "./json";
import { mediaTypeOf, OCI_EMPTY, OCI_INDEX } from "./media-types";

import type { JsonObject } from "./json";
import type { RegistrySession } from "./session";
import type { Descriptor, RepositoryName } from "./types";

/** Pages of an answer; each has the size of a manifest at most. */
const MAX_PAGES = 16;

/** Answers that mean a registry without the API, as go-containerregistry reads them (remote/referrers.go), and 405. */
const NO_API = [400, 404, 405, 406];

/** What all pages of an answer may take. */
interface Patience {
    /** Of each page. */
    maxBytes: number;
    /** After which no further page is asked for. */
    maxMs: number;
}

/** Asks the referrers API, page after page; undefined where there is none. */
export async function askReferrersApi(
    session: RegistrySession,
    name: RepositoryName,
    digest: string,
    artifactType: string | undefined,
    { maxBytes, maxMs }: Patience,
): Promise<Descriptor[] | undefined> {
    const query = artifactType === undefined ? "" : `?artifactType=${encodeURIComponent(artifactType)}`;
    const found: Descriptor[] = [];
    const started = Date.now();
    let path: string | URL = `referrers/${digest}${query}`;
    for (let pages = 1; ; pages++) {
        const response = await session.ask({
            method: "GET",
            repository: name.repository,
            path,
            actions: "pull",
            headers: { accept: OCI_INDEX },
            maxBytes,
            asked: `the referrers of ${digest}`,
            expects: NO_API,
        });
        if (response.status >= 300 || mediaTypeOf(response.headers["content-type"]) !== OCI_INDEX) {
            return undefined;
        }
        found.push(...descriptorsOf(readIndex(response.body, name, digest), "manifests"));
        const next = /<([^>]*)>\s*;[^,]*rel="?next"?/.exec(linkOf(response.headers.link))?.[1];
        if (next === undefined) {
            return found.filter((descriptor) => hasType(descriptor, artifactType));
        }
        if (pages === MAX_PAGES) {
            const message = `has more than ${MAX_PAGES} pages of referrers of ${digest}`;
            throw new RegistryError(message, { ...name, code: "too-large" });
        }
        if (Date.now() - started > maxMs) {
            const message = `has not sent the last page of referrers of ${digest} within ${maxMs} ms`;
            throw new RegistryError(message, { ...name, code: "timeout" });
        }
        path = nextAddress(response.url, next, name, redirectRefusal);
    }
}

/** The tag that holds an index of what is attached, where a registry has no referrers API. */
export function fallbackTag(digest: string): string {
    return digest.replace(":", "-");
}

/** Descriptors of the index under the fallback tag. */
export function fallbackReferrers(content: unknown, artifactType: string | undefined): Descriptor[] {
    return descriptorsOf(content, "manifests").filter(
        (descriptor) =>
            hasType(descriptor, artifactType) ||
            descriptor.artifactType === undefined ||
            descriptor.artifactType === OCI_EMPTY,
    );
}

function hasType(descriptor: Descriptor, artifactType: string | undefined): boolean {
    return artifactType === undefined || descriptor.artifactType === artifactType;
}

function readIndex(body: Buffer, name: RepositoryName, digest: string): JsonObject {
    if (isJsonBomb(body)) {
        const message = `sent referrers of ${digest} that nest more deeply, or have more values, than is read`;
        throw new RegistryError(message, { ...name, code: "too-large" });
    }
    const index = parseObject(body);
    if (index === undefined) {
        const message = `sent referrers of ${digest} that are no JSON object`;
        throw new RegistryError(message, { ...name, code: "malformed" });
    }
    return index;
}

function linkOf(header: string | string[] | undefined): string {
    return typeof header === "string" ? header : (header ?? []).join(", ");
}
