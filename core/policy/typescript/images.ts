import { Images } from "../glob/images";
import { DOCKER_HUB } from "../go/reference";
import { call, value } from "./source";

import type { Source } from "./source";

/** A glob by the helper that gives exactly it, or as it is. */
export function globSource(glob: string): Source {
    const repository = /^(?<repository>[^*@]+)@\*$/.exec(glob)?.groups?.repository;
    const path = /^(?<path>[^*@]+)\/\*\*$/.exec(glob)?.groups?.path;
    const onHub = repository?.startsWith(`${DOCKER_HUB}/`)
        ? repository.slice(DOCKER_HUB.length + 1).replace(/^library\/(?=[^/]+$)/, "")
        : undefined;
    if (onHub !== undefined && Images.dockerHub(onHub) === glob) {
        return call("Images.dockerHub", value(onHub));
    }
    if (repository !== undefined && Images.repository(repository) === glob) {
        return call("Images.repository", value(repository));
    }
    if (path !== undefined && Images.under(path) === glob) {
        return call("Images.under", value(path));
    }
    return value(glob);
}
