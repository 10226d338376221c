import { parseUrl } from "./url";

/** An image reference as go-containerregistry's `name` package reads it, with everything that is implied spelled out. */
export interface ImageReference {
    /** `ghcr.io`, `localhost:5000`; `index.docker.io` where none was written, and for `docker.io`. */
    registry: string;
    /** `acme/app`; with `library/` where Docker Hub implies it. */
    repository: string;
    /** `sha256:` and 64 hexadecimal digits. */
    digest?: string;
    /** The tag; `latest` where there is neither tag nor digest. A tag beside a digest is dropped. */
    tag?: string;
}

/** Docker Hub by the name that references have after reading. */
export const DOCKER_HUB = "index.docker.io";

/** Docker Hub by the name that people write. */
const DOCKER_HUB_ALIAS = "docker.io";

/** Reads a reference. Undefined where policy-controller refuses the image ("could not parse reference"). */
export function parseReference(text: string): ImageReference | undefined {
    return parseTag(text) ?? parseDigest(text);
}

function parseTag(text: string): ImageReference | undefined {
    const colon = text.lastIndexOf(":");
    const tag = colon < 0 || text.includes("/", colon) ? undefined : text.slice(colon + 1);
    if (tag !== undefined && !/^[A-Za-z0-9_.-]{1,128}$/.test(tag)) {
        return undefined;
    }
    const repository = parseRepository(tag === undefined ? text : text.slice(0, colon));
    return repository === undefined ? undefined : { ...repository, tag: tag ?? "latest" };
}

function parseDigest(text: string): ImageReference | undefined {
    const [name = "", digest, ...more] = text.split("@");
    if (digest === undefined || more.length > 0 || !/^sha256:[a-f0-9]{64}$/.test(digest)) {
        return undefined;
    }
    const tagged = parseTag(name);
    // Read anew by its whole name, which may be too long (`NewDigest` in name/digest.go).
    const repository = parseRepository(tagged === undefined ? name : `${tagged.registry}/${tagged.repository}`);
    return repository && { ...repository, digest };
}

/** Reads `registry/repository`; the part before the first slash is a registry where it has a dot or a colon. */
export function parseRepository(text: string): Pick<ImageReference, "registry" | "repository"> | undefined {
    const { registry, repository } = splitRegistry(text);
    if (!/^[a-z0-9_./-]{2,255}$/.test(repository) || registryRefusal(registry) !== undefined) {
        return undefined;
    }
    const host = registry === "" || registry === DOCKER_HUB_ALIAS ? DOCKER_HUB : registry;
    return {
        registry: host,
        repository: host === DOCKER_HUB && !repository.includes("/") ? `library/${repository}` : repository,
    };
}

/** The registry of a name, empty where none is written, and the rest. */
export function splitRegistry(text: string): { registry: string; repository: string } {
    const slash = text.indexOf("/");
    const first = slash < 0 ? "" : text.slice(0, slash);
    return /[.:]/.test(first)
        ? { registry: first, repository: text.slice(slash + 1) }
        : { registry: "", repository: text };
}

/** What every URL may have for a host, so that the common names need not be read as URLs. */
const PLAIN_HOST = /^[A-Za-z0-9.-]+(:\d+)?$/;

/** Why a registry's name is none, in the library's words (`checkRegistry` in its name/registry.go). */
export function registryRefusal(registry: string): string | undefined {
    return PLAIN_HOST.test(registry) || parseUrl(`//${registry}`).url?.host === registry
        ? undefined
        : `registries must be valid RFC 3986 URI authorities: ${registry}`;
}

/** The name that policy-controller matches globs against (`Reference.Name`). */
export function referenceName({ registry, repository, digest, tag }: ImageReference): string {
    return `${registry}/${repository}${digest === undefined ? `:${tag ?? "latest"}` : `@${digest}`}`;
}
