import { DOCKER_HUB, splitRegistry } from "../go/reference";

/** What could have been meant by a glob that never matches, the likeliest first. Not all of them match either. */
export function repairsOf(glob: string): string[] {
    const lower = glob.replace(/^[^/]*\//, (registry) => registry.toLowerCase());
    const hub = lower.replace(/^docker\.io\//, `${DOCKER_HUB}/`);
    const path = withoutTag(hub);
    return [
        hub,
        `${path}@*`,
        `${withLibrary(path)}@*`,
        withLibrary(hub),
        `${path}/**`,
        ...(splitRegistry(path).registry === "" && !path.startsWith("*")
            ? [`${DOCKER_HUB}/${path}@*`, `${DOCKER_HUB}/library/${path}@*`, `${DOCKER_HUB}/${path}`]
            : []),
    ].filter((repaired) => repaired !== glob);
}

/** Without what stands behind the repository: a tag, or the beginning of a digest. */
function withoutTag(glob: string): string {
    const slash = glob.lastIndexOf("/");
    return glob.slice(0, slash + 1) + glob.slice(slash + 1).replace(/(?:@.*|:.*)$/s, "");
}

function withLibrary(glob: string): string {
    return glob.replace(/^index\.docker\.io\/(?=[^/]+$)/, `${DOCKER_HUB}/library/`);
}
