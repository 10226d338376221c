import { DOCKER_HUB, splitRegistry } from "../go/reference";

/**
 * Globs by what is meant. Each answers with a glob that matches exactly that at admission, where images have digests and
 * no tags.
 */
export const Images = {
    /**
     * All images of one repository, and of no other: `Images.repository("ghcr.io/acme/app")` is `ghcr.io/acme/app@*`.
     *
     * @param name registry and repository, without tag and digest; a name of Docker Hub may be written as people do
     */
    repository: (name: string): string => `${spelledOut(name)}@*`,

    /**
     * Everything below a path, at any depth: `Images.under("ghcr.io/acme")` is `ghcr.io/acme/**`.
     *
     * @param path a registry, or a registry and the first parts of a repository
     */
    under: (path: string): string => `${withoutSlash(path).replace(/^docker\.io(?=\/|$)/, DOCKER_HUB)}/**`,

    /**
     * One repository of Docker Hub: `nginx` is `index.docker.io/library/nginx@*`, `acme/app` is
     * `index.docker.io/acme/app@*`.
     *
     * @param name the name as `docker pull` takes it, without tag
     */
    dockerHub: (name: string): string =>
        `${DOCKER_HUB}/${withLibrary(withoutSlash(name).replace(/^(?:index\.)?docker\.io\//, ""))}@*`,
} as const;

function spelledOut(name: string): string {
    const { registry, repository } = splitRegistry(withoutSlash(name));
    return ["", "docker.io", DOCKER_HUB].includes(registry)
        ? `${DOCKER_HUB}/${withLibrary(repository)}`
        : `${registry}/${repository}`;
}

function withLibrary(repository: string): string {
    return repository.includes("/") ? repository : `library/${repository}`;
}

function withoutSlash(path: string): string {
    return path.replace(/\/+$/, "");
}
