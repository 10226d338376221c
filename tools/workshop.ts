import * as os from "node:os";
import * as path from "node:path";

import { CATALOGUE, type ToolDefinition, type ToolName } from "./catalogue";

/** Where tools are described, built and put; the tests have workshops of their own. */
export interface Workshop<Name extends string> {
    readonly catalogue: Readonly<Record<Name, ToolDefinition>>;
    /** The folder of the Go modules that the catalogue names. */
    readonly modules: string;
    /** The project's ignored folder of binaries. */
    readonly output: string;
    /** Binaries by the key of what decided them, shared by all clones of a user. */
    readonly cache: string;
    /** What `go` runs with. */
    readonly environment: NodeJS.ProcessEnv;
}

export const PROJECT_FOLDER = path.dirname(__dirname);

/** This project's own. A function, so that a changed environment counts. */
export function projectWorkshop(environment: NodeJS.ProcessEnv = process.env): Workshop<ToolName> {
    return {
        catalogue: CATALOGUE,
        modules: __dirname,
        output: path.join(PROJECT_FOLDER, ".tools"),
        cache: cacheFolder(environment),
        environment,
    };
}

function cacheFolder(environment: NodeJS.ProcessEnv): string {
    const own = nonEmpty(environment.SIGNED_IMAGES_CACHE);
    const users = nonEmpty(environment.XDG_CACHE_HOME) ?? path.join(os.homedir(), ".cache");
    return path.resolve(own ?? path.join(users, "signed-images"), "tools");
}

/** An empty variable counts as unset (XDG Base Directory Specification). */
function nonEmpty(value: string | undefined): string | undefined {
    return value === "" ? undefined : value;
}
