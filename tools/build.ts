import * as fs from "node:fs/promises";
import * as path from "node:path";

import { cachePlace, holds, writeReceipt } from "./cache";
import type { EmbeddedFile, ToolDefinition } from "./catalogue";
import { runCommand, type CommandOutcome } from "./command";
import { ToolError, throwIfAborted } from "./errors";
import { explainFailure } from "./failure";
import type { GoToolchain } from "./go";
import { buildArguments } from "./key";

const UNFINISHED_PREFIX = ".building-";
/** No build takes that long: what is older was left by a killed one. */
const ABANDONED_AFTER_MILLISECONDS = 24 * 60 * 60 * 1000;

export interface BuildRequest {
    readonly name: string;
    readonly key: string;
    readonly definition: ToolDefinition;
    readonly module: string;
    readonly cache: string;
    readonly go: GoToolchain;
    readonly environment: NodeJS.ProcessEnv;
    readonly signal?: AbortSignal;
    readonly onErrorLine?: (line: string) => void;
}

/** Makes the cache's folder where there is none, and clears it of what killed builds have left. */
export async function prepareCache(cache: string): Promise<void> {
    try {
        await fs.mkdir(cache, { recursive: true });
        await fs.access(cache, fs.constants.W_OK);
        await removeAbandoned(cache);
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new ToolError(
            "cache-unusable",
            `Binaries cannot be kept in ${cache}: ${reason}.\n  Name another folder: SIGNED_IMAGES_CACHE=FOLDER.`,
            { cause: error },
        );
    }
}

/**
 * Builds one binary into the cache.
 *
 * It is built in a folder of its own beside its final one, and appears there with its receipt in one rename. So a build
 * that is killed leaves nothing that counts, and of two at once the first wins and the second is dropped.
 */
export async function buildTool(request: BuildRequest): Promise<void> {
    const unfinished = await fs.mkdtemp(path.join(request.cache, UNFINISHED_PREFIX));
    try {
        const temporary = path.join(unfinished, "go");
        await fs.mkdir(temporary);
        // GOTMPDIR: what a killed `go` leaves behind goes with the folder.
        const environment = { ...request.environment, ...request.go.environment, GOTMPDIR: temporary };
        if (request.definition.embeds) await copyEmbedded(request.definition.embeds, request, environment);
        const finished = path.join(unfinished, request.key);
        const place = cachePlace(unfinished, request.key, request.name);
        await fs.mkdir(finished);
        const output = ["-o", place.binary, request.definition.package];
        const outcome = await runGo([...buildArguments(request.definition), ...output], request, environment);
        if (!outcome.succeeded) {
            throw explainFailure({
                tool: request.name,
                module: request.module,
                lines: outcome.errorLines,
                ending: outcome.ending,
            });
        }
        await fs.chmod(place.binary, 0o555);
        await writeReceipt(place, request.key);
        await moveInto(finished, request);
    } catch (error) {
        throw isFull(error)
            ? new ToolError("disk-full", `The disk of ${request.cache} is full.`, { cause: error })
            : error;
    } finally {
        await fs.rm(unfinished, { recursive: true, force: true });
    }
}

async function runGo(
    args: readonly string[],
    request: BuildRequest,
    environment: NodeJS.ProcessEnv,
): Promise<CommandOutcome> {
    const { module, signal, onErrorLine } = request;
    const outcome = await runCommand("go", args, { folder: module, environment, signal, onErrorLine });
    throwIfAborted(signal);
    return outcome;
}

/** What `go mod download -json` prints; `Error` where it failed. */
interface DownloadedModule {
    readonly Dir?: string;
    readonly Error?: string;
}

/** Fetches the module if need be, and copies its file beside our main.go: `//go:embed` cannot look outside its folder. */
async function copyEmbedded(
    embedded: EmbeddedFile,
    request: BuildRequest,
    environment: NodeJS.ProcessEnv,
): Promise<void> {
    const outcome = await runGo(["mod", "download", "-json", embedded.module], request, environment);
    const { Dir: folder, Error: error = "" } = JSON.parse(outcome.output || "{}") as DownloadedModule;
    if (!outcome.succeeded || folder === undefined) {
        throw explainFailure({
            tool: request.name,
            module: request.module,
            lines: [...outcome.errorLines, error],
            ending: outcome.ending,
        });
    }
    const target = path.join(request.module, path.basename(embedded.file));
    const temporary = `${target}.${process.pid}`;
    // Not copyFile: the module cache is read-only, and so would be the copy.
    await fs.writeFile(temporary, await fs.readFile(path.join(folder, embedded.file)));
    await fs.rename(temporary, target);
}

/** Renames a folder to its final name, unless another process has put the same there meanwhile. */
async function moveInto(finished: string, { cache, key, name }: BuildRequest): Promise<void> {
    const target = path.join(cache, key);
    if (!(await holds(cachePlace(cache, key, name), key))) await fs.rm(target, { recursive: true, force: true });
    await fs.rename(finished, target).catch((error: unknown) => {
        if (!hasCode(error, "ENOTEMPTY") && !hasCode(error, "EEXIST")) throw error;
    });
}

async function removeAbandoned(cache: string): Promise<void> {
    for (const name of await fs.readdir(cache)) {
        if (!name.startsWith(UNFINISHED_PREFIX)) continue;
        const folder = path.join(cache, name);
        const stat = await fs.stat(folder).catch(() => undefined);
        if (stat && Date.now() - stat.mtimeMs > ABANDONED_AFTER_MILLISECONDS) {
            await fs.rm(folder, { recursive: true, force: true });
        }
    }
}

function isFull(error: unknown): boolean {
    return hasCode(error, "ENOSPC") || hasCode(error, "EDQUOT");
}

function hasCode(error: unknown, code: string): boolean {
    return error instanceof Error && "code" in error && error.code === code;
}
