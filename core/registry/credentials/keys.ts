import { DOCKER_HUB } from "../../policy/go/reference";

import type { RepositoryName } from "../types";

/** The name under which Docker keeps the credentials of Docker Hub, for historical reasons. */
const DOCKER_HUB_KEY = "https://index.docker.io/v1/";

/**
 * The names under which credentials for a repository may be kept, the narrowest first: `ghcr.io/acme/app`, `ghcr.io/acme` (podman), `ghcr.io`.
 */
export function credentialKeys({ registry, repository }: RepositoryName): string[] {
    const segments = repository.split("/");
    const names = segments.map((_, index) => `${registry}/${segments.slice(0, segments.length - index).join("/")}`);
    const hosts =
        registry === DOCKER_HUB ? [DOCKER_HUB_KEY, DOCKER_HUB, "docker.io", "registry-1.docker.io"] : [registry];
    return [...names, ...hosts];
}

/** An entry's name as it is compared: old ones are URLs with the protocol's version, `https://ghcr.io/v2/`. */
export function normalizedKey(key: string): string {
    return key === DOCKER_HUB_KEY ? key : key.replace(/^https?:\/\//, "").replace(/\/(v[12]\/?)?$/, "");
}
