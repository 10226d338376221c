import * as fs from "node:fs/promises";
import * as path from "node:path";

import { CATALOGUE, ENGINE_TOOLS, PULUMI_VERSION, type ToolName } from "./catalogue";
import { runCommand } from "./command";
import { ensureFrom, type EnsureOptions } from "./ensure";
import { isOlder } from "./versions";
import { PROJECT_FOLDER, projectWorkshop } from "./workshop";

/** `pulumi.Stash`, which holds generated keys, came with it. */
export const MINIMUM_PULUMI = "3.226.0";

/**
 * How to run Pulumi: on the user's own CLI where there is one, else on the pinned one, with its plugins, in a private
 * home. Callers add the backend and the passphrase.
 */
export interface Engine {
    /** The absolute path of the CLI. */
    readonly pulumi: string;
    /** What the Automation API wants: `PulumiCommand.get({ root: engine.root })`; undefined means the CLI on PATH. */
    readonly root: string | undefined;
    /** Such as `3.255.0`. */
    readonly version: string;
    readonly pinned: boolean;
    /** To be added to the environment of the CLI, or given as `envVars` to a workspace of the Automation API. */
    readonly environment: Readonly<Record<string, string>>;
}

export interface EngineOptions extends EnsureOptions {
    /** A private folder for what the pinned engine writes; the user's own engine keeps its own. */
    readonly home: string;
    /** @default the process's own */
    readonly processEnvironment?: NodeJS.ProcessEnv;
}

/** A `pulumi` on PATH. */
interface InstalledPulumi {
    readonly file: string;
    readonly version: string;
}

/** Which tools an engine needs: none where the user's own Pulumi is used. */
export async function engineToolNames(
    environment: NodeJS.ProcessEnv = process.env,
): Promise<(typeof ENGINE_TOOLS)[number][]> {
    return (await usableInstallation(environment)) ? [] : [...ENGINE_TOOLS];
}

/**
 * The engine to use. A Pulumi of 3.226 or newer on PATH is used as it is, with its plugins in the usual way, unless CI
 * (`CI=true`) or the user (`SIGNED_IMAGES_PINNED_TOOLS`) asks for the pinned one.
 *
 * @throws ToolError
 */
export async function ensureEngine(options: EngineOptions): Promise<Engine> {
    const environment = options.processEnvironment ?? process.env;
    const installed = await usableInstallation(environment, options.report);
    return installed ? installedEngine(installed, environment) : pinnedEngine(options, environment);
}

function installedEngine({ file, version }: InstalledPulumi, environment: NodeJS.ProcessEnv): Engine {
    return {
        pulumi: file,
        root: undefined,
        version,
        pinned: false,
        environment: { PATH: searchPath([nodeFolder()], environment), PULUMI_SKIP_UPDATE_CHECK: "true" },
    };
}

async function pinnedEngine(options: EngineOptions, environment: NodeJS.ProcessEnv): Promise<Engine> {
    const tools = await ensureFrom(projectWorkshop(environment), ENGINE_TOOLS, options);
    const home = path.resolve(options.home);
    await installPlugins(home, tools);
    const folder = path.dirname(tools.pulumi);
    return {
        pulumi: tools.pulumi,
        root: path.dirname(folder),
        version: PULUMI_VERSION,
        pinned: true,
        environment: {
            PATH: searchPath([folder, nodeFolder()], environment),
            PULUMI_HOME: home,
            PULUMI_SKIP_UPDATE_CHECK: "true",
            // Only what is pinned: nothing that happens to lie on PATH, and nothing from the network.
            PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
            PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
        },
    };
}

/**
 * Lays providers out as `pulumi plugin install --file` does (sdk/go/common/workspace/plugins.go: a folder
 * `resource-NAME-vVERSION` with the binary in it), by symbolic links: no hundred megabytes are copied for each home.
 */
async function installPlugins(home: string, tools: Readonly<Partial<Record<ToolName, string>>>): Promise<void> {
    for (const [name, file] of Object.entries(tools)) {
        const definition = CATALOGUE[name as ToolName];
        if (!("plugin" in definition)) continue;
        const { plugin } = definition;
        const folder = path.join(home, "plugins", `resource-${plugin.name}-v${plugin.version}`);
        await fs.mkdir(folder, { recursive: true });
        const link = path.join(folder, name);
        await fs.rm(link, { force: true });
        await fs.symlink(file, link);
    }
}

async function usableInstallation(
    environment: NodeJS.ProcessEnv,
    report?: EnsureOptions["report"],
): Promise<InstalledPulumi | undefined> {
    if (environment.CI === "true" || environment.SIGNED_IMAGES_PINNED_TOOLS) return undefined;
    const file = await findOnPath("pulumi", environment);
    if (file === undefined) return undefined;
    const version = await pulumiVersion(file, environment);
    if (version !== undefined && !isOlder(version, MINIMUM_PULUMI)) return { file, version };
    report?.(
        version === undefined
            ? `${file} does not say its version: the pinned Pulumi is used instead.`
            : `${file} is ${version}, older than ${MINIMUM_PULUMI}: the pinned Pulumi is used instead.`,
    );
    return undefined;
}

async function pulumiVersion(file: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
    const outcome = await runCommand(file, ["version"], {
        folder: PROJECT_FOLDER,
        environment: { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" },
    }).catch(() => undefined);
    return outcome?.succeeded ? /^v?(\d+\.\d+\.\d+\S*)/.exec(outcome.output.trim())?.[1] : undefined;
}

async function findOnPath(command: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
    for (const folder of (environment.PATH ?? "").split(path.delimiter)) {
        if (!path.isAbsolute(folder)) continue;
        const file = path.join(folder, command);
        const found = await fs.access(file, fs.constants.X_OK).then(
            () => true,
            () => false,
        );
        if (found) return file;
    }
    return undefined;
}

/** Programs run on the Node that package.json pins: the machine's own may be too old for @pulumi/pulumi. */
function nodeFolder(): string {
    return path.join(PROJECT_FOLDER, "node_modules", ".bin");
}

function searchPath(first: readonly string[], environment: NodeJS.ProcessEnv): string {
    return [...first, ...(environment.PATH ? [environment.PATH] : [])].join(path.delimiter);
}
