import type { RepositoryName } from "./types";

/** Where a repository's mirrors keep it: `mirror.example.com/hub` keeps `library/nginx` as `hub/library/nginx`. */
export function mirrorsOf(
    { registry, repository }: RepositoryName,
    mirrors: Readonly<Record<string, readonly string[]>>,
): RepositoryName[] {
    return (mirrors[registry] ?? []).map((mirror) => {
        const [host = "", ...path] = mirror.split("/").filter((part) => part !== "");
        return { registry: host, repository: [...path, repository].join("/") };
    });
}
