import { DOCKER_HUB, splitRegistry } from "../go/reference";
import { withoutKeyMaterial } from "../redact";

/**
 * What could have been meant by a glob that never matches, the likeliest first. Not all of them match either. Nothing for what may
 * be a private key, which would not be known as one in the lower case of a repository.
 */
export function repairsOf(glob: string): string[] {
    if (withoutKeyMaterial(glob) !== glob) {
        return [];
    }
    const bare = glob
        .replace(/^[a-z]+:\/\//i, "")
        .replaceAll(/\/{2,}/g, "/")
        .replace(/\/(?=@|$)/, "");
    const lower = bare.replace(/^[^/]*\//, (registry) => registry.toLowerCase());
    const hub = lower.replace(/^docker\.io\//, `${DOCKER_HUB}/`);
    const path = withoutTag(hub);
    const spelled = splitRegistry(path).registry === "" && !path.startsWith("*") ? `${DOCKER_HUB}/${path}` : path;
    const candidates = path.endsWith("*")
        ? [spelled, `${spelled}@*`]
        : [`${spelled}@*`, `${withLibrary(spelled)}@*`, `${withLibrary(spelled.toLowerCase())}@*`, `${spelled}/**`];
    const below = glob.endsWith("/") ? [`${hub}/**`] : [];
    return [...below, hub, withLibrary(hub), ...candidates].filter((repaired) => repaired !== glob);
}

/** Without what stands behind the repository: a tag, or the beginning of a digest. */
function withoutTag(glob: string): string {
    const slash = glob.lastIndexOf("/");
    return glob.slice(0, slash + 1) + glob.slice(slash + 1).replace(/(?:@.*|:.*)$/s, "");
}

function withLibrary(glob: string): string {
    return glob.replace(/^index\.docker\.io\/(?=[^/]+$)/, `${DOCKER_HUB}/library/`);
}
