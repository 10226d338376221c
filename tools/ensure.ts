import * as path from "node:path";

import { buildTool, prepareCache } from "./build";
import { cachePlace, holds, takeOver, type Place } from "./cache";
import type { ToolDefinition } from "./catalogue";
import { ToolError, throwIfAborted } from "./errors";
import { findGo, type GoToolchain } from "./go";
import { hashSources, requiredGo, toolKey } from "./key";
import { BuildLock } from "./lock";
import { formatDuration, Heartbeat, type Report } from "./progress";
import type { Workshop } from "./workshop";

export interface EnsureOptions {
    /** @default no progress is shown */
    readonly report?: Report;
    /** Stops a running build, with all its processes. */
    readonly signal?: AbortSignal;
}

/** One tool that is asked for, with all that is known before it is built. */
interface Job<Name extends string> {
    readonly name: Name;
    readonly definition: ToolDefinition;
    readonly module: string;
    readonly go: GoToolchain;
    readonly key: string;
    readonly cached: Place;
    readonly placed: Place;
}

/**
 * The absolute paths of tools, after what was missing has been taken from the cache or built.
 *
 * @throws ToolError
 */
export async function ensureFrom<Name extends string, Wanted extends Name>(
    workshop: Workshop<Name>,
    names: readonly Wanted[],
    options: EnsureOptions = {},
): Promise<Readonly<Record<Wanted, string>>> {
    const jobs = await plan(workshop, [...new Set(names)], options);
    const toBuild: Job<Wanted>[] = [];
    for (const job of jobs) {
        throwIfAborted(options.signal);
        if (await holds(job.placed, job.key)) continue;
        if (!(await takeFromCache(job))) toBuild.push(job);
    }
    await buildAll(workshop, toBuild, options);
    return Object.fromEntries(jobs.map((job) => [job.name, job.placed.binary])) as Record<Wanted, string>;
}

async function plan<Name extends string, Wanted extends Name>(
    workshop: Workshop<Name>,
    names: readonly Wanted[],
    options: EnsureOptions,
): Promise<Job<Wanted>[]> {
    // Several tools share a module, and all modules a Go: each is looked at once.
    const sources = remember(hashSources);
    const requirements = remember(requiredGo);
    const toolchains = new Map<string, Promise<GoToolchain>>();
    const jobs = names.map(async (name): Promise<Job<Wanted>> => {
        const definition = definitionOf(workshop, name);
        const module = path.join(workshop.modules, definition.module);
        const required = await requirements(module);
        const toolchain =
            toolchains.get(required) ??
            findGo({ folder: module, required, environment: workshop.environment, ...options });
        toolchains.set(required, toolchain);
        const [hash, go] = await Promise.all([sources(module), toolchain]);
        const key = toolKey(definition, hash, go);
        return {
            name,
            definition,
            module,
            go,
            key,
            cached: cachePlace(workshop.cache, key, name),
            placed: {
                binary: path.join(workshop.output, definition.folder, name),
                receipt: path.join(workshop.output, "receipts", `${name}.json`),
            },
        };
    });
    return Promise.all(jobs);
}

async function takeFromCache(job: Job<string>): Promise<boolean> {
    return (await holds(job.cached, job.key)) && (await takeOver(job.cached, job.placed));
}

/** One build at a time: Go itself keeps all cores busy, and two would only take each other's memory. */
async function buildAll(
    workshop: Workshop<string>,
    jobs: readonly Job<string>[],
    { report = () => undefined, signal }: EnsureOptions,
): Promise<void> {
    if (jobs.length === 0) return;
    report(announcement(jobs));
    await prepareCache(workshop.cache);
    for (const [index, job] of jobs.entries()) {
        const position = `[${index + 1}/${jobs.length}]`;
        const title = `${position} ${job.name}`;
        const lock = await waitForTurn(workshop, job, { title, report, signal });
        throwIfAborted(signal);
        if (lock) {
            report(`${position} building ${job.name} …`);
            await build(workshop, job, { title, report, signal }).finally(() => lock.release());
        } else {
            report(`${title}  taken from the cache`);
        }
        await takeBuilt(workshop, job);
    }
}

/** What is common to the steps of one job. */
interface Step {
    readonly title: string;
    readonly report: Report;
    readonly signal: AbortSignal | undefined;
}

/** Undefined where another process has built it meanwhile. */
async function waitForTurn(
    { cache }: Workshop<string>,
    job: Job<string>,
    { title, report, signal }: Step,
): Promise<BuildLock | undefined> {
    const heartbeat = new Heartbeat(`${title}  waiting,`, report);
    return BuildLock.acquire({
        folder: cache,
        tool: job.name,
        isNeedless: () => holds(job.cached, job.key),
        onWait: (holder) => {
            report(`${title}  waits for process ${holder.process}, which builds ${holder.tool}`);
        },
        signal,
    }).finally(() => {
        heartbeat.stop();
    });
}

async function build(
    { cache, environment }: Workshop<string>,
    job: Job<string>,
    { title, report, signal }: Step,
): Promise<void> {
    const heartbeat = new Heartbeat(title, report);
    try {
        await buildTool({ ...job, cache, environment, signal, onErrorLine: heartbeat.notice });
        report(`${title}  built in ${formatDuration(heartbeat.elapsed)}`);
    } finally {
        heartbeat.stop();
    }
}

async function takeBuilt(workshop: Workshop<string>, job: Job<string>): Promise<void> {
    if (await takeFromCache(job)) return;
    throw new ToolError("cache-unusable", `${job.name} was built and is not in ${workshop.cache}: who removed it?`);
}

function announcement(jobs: readonly Job<string>[]): string {
    const minutes = Math.ceil(jobs.reduce((sum, job) => sum + job.definition.expectedSeconds, 0) / 60);
    const tools = jobs.length === 1 ? "1 tool is" : `${jobs.length} tools are`;
    return (
        `${tools} to be built with ${jobs[0]?.go.version}: some ${minutes} min on two cores the first time, ` +
        "a fraction of that where Go's build cache is warm."
    );
}

function definitionOf<Name extends string>(workshop: Workshop<Name>, name: Name): ToolDefinition {
    if (!Object.hasOwn(workshop.catalogue, name)) {
        const known = Object.keys(workshop.catalogue).join(", ");
        throw new ToolError("unknown-tool", `There is no tool ${JSON.stringify(name)}. There are: ${known}.`);
    }
    return workshop.catalogue[name];
}

function remember<Value>(look: (folder: string) => Promise<Value>): (folder: string) => Promise<Value> {
    const known = new Map<string, Promise<Value>>();
    return (folder) => {
        const value = known.get(folder) ?? look(folder);
        known.set(folder, value);
        return value;
    };
}
