import { constants, cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { access as checkAccess } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Api } from "./api";
import { ControllerHost } from "./controller";
import { startControlPlane } from "./control-plane";
import { ApiAccess, writeKubeconfig, writeTokens } from "./credentials";
import { EgressProxy } from "./egress";
import { SandboxError, abortedError } from "./errors";
import { Launcher } from "./launcher";
import { ProcessNode } from "./node";
import { POLICY_CONTROLLER_PORTS, PortReservation } from "./ports";
import { ManagedProcess } from "./process";
import { resolveDigest, startRegistry } from "./registry";
import { Watchdog } from "./watchdog";

/** Absolute paths of the programs that the sandbox runs. */
export interface SandboxBinaries {
    etcd: string;
    "kube-apiserver": string;
    "kube-controller-manager": string;
    "policy-controller": string;
    registry: string;
}

export interface SandboxOptions {
    binaries: SandboxBinaries;
    /**
     * Gets readable progress, a line or a few at a time.
     * @default nobody listens
     */
    report?: (line: string) => void;
    /**
     * Hears that a process of the control plane ended on its own after the start: the sandbox is of no use any more.
     * @default nobody listens; `failure` says it too
     */
    onFailure?: (failure: SandboxError) => void;
    /**
     * Whether policy-controller can run here. Without it, its ports stay free, so that sandboxes may be beside one another.
     * @default true
     */
    controller?: boolean;
    /** Ends the start; what had been started is stopped before `start` rejects. */
    signal?: AbortSignal;
    /**
     * How much later than its pod policy-controller's process starts.
     * @default 0
     */
    controllerStartDelayMs?: number;
}

/** A process of the sandbox. */
export interface SandboxProcess {
    readonly name: string;
    readonly pid: number;
}

/* The order of the stop: kube-apiserver hangs when etcd is gone before it. */
const STOP_ORDER = ["kube-controller-manager", "kube-apiserver", "etcd"];
const STOP_GRACE_MS: Record<string, number> = { "kube-apiserver": 1500 };
const DEFAULT_STOP_GRACE_MS = 1000;

/**
 * A Kubernetes control plane with policy-controller's process and a registry, on loopback, without root and without
 * Docker.
 *
 * The stand-ins for the scheduler, the kubelets and the cluster's network live in the calling process: while that one
 * does something long and synchronous, such as `execFileSync("kubectl", …)`, no pod starts and no webhook answers.
 *
 * ```ts
 * await using sandbox = await Sandbox.start({ binaries });
 * ```
 */
export class Sandbox implements AsyncDisposable {
    /** A folder of its own, which goes when the sandbox stops. */
    readonly directory: string;
    /** The folder of the logs, one for each process. */
    readonly logs: string;
    /** The path of the administrator's kubeconfig. */
    readonly kubeconfig: string;

    private readonly watchdog: Watchdog;
    private readonly launcher: Launcher;
    private egress: EgressProxy | undefined;
    private access: ApiAccess | undefined;
    private api: Api | undefined;
    private node: ProcessNode | undefined;
    private registryAddress = "";
    private stopped: Promise<void> | undefined;
    private failed: SandboxError | undefined;

    private constructor(
        private readonly options: SandboxOptions,
        /** policy-controller's. */
        private readonly ports: PortReservation | undefined,
    ) {
        this.directory = mkdtempSync(join(tmpdir(), "signed-images-sandbox-"));
        this.logs = join(this.directory, "logs");
        this.kubeconfig = join(this.directory, "kubeconfig");
        this.watchdog = new Watchdog(this.directory);
        this.launcher = new Launcher(this.directory, this.logs, this.watchdog);
        mkdirSync(this.logs);
    }

    /**
     * Starts everything; resolves when the API server, its controllers and the registry answer.
     *
     * @throws SandboxError `binary-missing`, `ports-taken`, `process-died`, `not-ready`, `aborted`. Nothing is left
     * then but the logs, in a folder that the error names; after `aborted` not even those.
     */
    static async start(options: SandboxOptions): Promise<Sandbox> {
        if (options.signal?.aborted) {
            throw abortedError();
        }
        await checkBinaries(options.binaries);
        const ports = options.controller === false ? undefined : await PortReservation.take(POLICY_CONTROLLER_PORTS);
        const sandbox = new Sandbox(options, ports);
        try {
            await sandbox.run();
            return sandbox;
        } catch (error) {
            const failure = options.signal?.aborted ? abortedError() : error;
            const kept = sandbox.shouldKeepLogs(failure) ? sandbox.keepLogs() : undefined;
            await sandbox.stop();
            throw kept !== undefined && failure instanceof SandboxError ? failure.withLogs(kept) : failure;
        }
    }

    /** `localhost:PORT`; speaks plain HTTP. */
    get registry(): string {
        return this.registryAddress;
    }

    /** What runs now. */
    get processes(): readonly SandboxProcess[] {
        return this.launcher.list().map(({ name, pid }) => ({ name, pid }));
    }

    /** Why the sandbox is of no use any more: a process of the control plane ended on its own. */
    get failure(): SandboxError | undefined {
        return this.failed;
    }

    /** A client of the administrator, without the seconds that loading the usual library takes; whoever asks closes it. */
    connect(): Api {
        if (this.access === undefined) {
            throw new SandboxError("not-ready", "The sandbox has not started.");
        }
        return new Api(this.access);
    }

    /** Copies the logs to a folder that stays. @returns its path. */
    keepLogs(): string {
        const kept = mkdtempSync(join(tmpdir(), "signed-images-logs-"));
        cpSync(this.logs, kept, { recursive: true });
        return kept;
    }

    /** Stops every process and removes the folder. Can be called again, and gives the same promise then. */
    stop(): Promise<void> {
        this.stopped ??= this.shutDown();
        return this.stopped;
    }

    [Symbol.asyncDispose](): Promise<void> {
        return this.stop();
    }

    private async run(): Promise<void> {
        const { binaries } = this.options;
        const failing = new AbortController();
        const signal = AbortSignal.any([failing.signal, ...(this.options.signal ? [this.options.signal] : [])]);
        const begun = Date.now();
        const ready = (what: string) => {
            this.report(`${what} is ready after ${((Date.now() - begun) / 1000).toFixed(1)} s`);
        };
        const egressSocket = join(this.directory, "egress.sock");
        this.egress = await EgressProxy.start(
            egressSocket,
            () => this.api,
            (address, port) => this.node?.route(address, port),
        );
        const tokens = writeTokens(this.directory);
        const { directory, launcher } = this;
        const [access, registry] = await allOrFirstError(
            [
                startControlPlane({ binaries, directory, tokens, egressSocket, launcher, signal, ready }),
                startRegistry(binaries.registry, launcher, signal),
            ],
            () => {
                failing.abort();
            },
        );
        this.registryAddress = registry;
        this.access = access;
        writeKubeconfig(this.kubeconfig, access, { token: access.token });
        this.node = this.createNode({ ...access, token: tokens.node });
        await this.node.start();
        ready("the sandbox");
        this.watchProcesses();
    }

    private createNode(access: ApiAccess): ProcessNode {
        const api = new Api(access);
        this.api = api;
        const report = (line: string) => {
            this.report(line);
        };
        return new ProcessNode({
            api,
            report,
            resolveDigest: (image) => resolveDigest(this.registryAddress, image),
            controllerHost: (changed) =>
                new ControllerHost({
                    binary: this.options.binaries["policy-controller"],
                    directory: this.directory,
                    access,
                    api,
                    launcher: this.launcher,
                    ports: this.ports,
                    report,
                    startDelayMs: this.options.controllerStartDelayMs ?? 0,
                    changed,
                }),
        });
    }

    /* From here on, the end of any of them is the end of the sandbox. The node starts policy-controller again. */
    private watchProcesses(): void {
        for (const process of this.launcher.list().filter(({ name }) => name !== "policy-controller")) {
            void process.exited.then(() => {
                if (!process.stopping) {
                    this.fail(process);
                }
            });
        }
    }

    private fail(process: ManagedProcess): void {
        if (this.failed === undefined && this.stopped === undefined) {
            this.failed = process.deathError().withLogs(this.keepLogs());
            this.options.onFailure?.(this.failed);
        }
    }

    private shouldKeepLogs(error: unknown): boolean {
        return !(error instanceof SandboxError && error.code === "aborted") && this.launcher.hasStarted;
    }

    private async shutDown(): Promise<void> {
        try {
            await this.node?.stop();
            await this.egress?.close();
            for (const name of STOP_ORDER) {
                await this.launcher.find(name)?.stop(STOP_GRACE_MS[name] ?? DEFAULT_STOP_GRACE_MS);
            }
        } finally {
            await Promise.all(this.launcher.list().map((process) => process.stop(0)));
            await this.ports?.end();
            rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
            await this.watchdog.dismiss();
        }
    }

    private report(line: string): void {
        this.options.report?.(line);
    }
}

async function checkBinaries(binaries: SandboxBinaries): Promise<void> {
    for (const [name, path] of Object.entries(binaries) as [string, string][]) {
        await checkAccess(path, constants.X_OK).catch((cause: unknown) => {
            throw new SandboxError("binary-missing", `${name}: there is no program at ${path}.`, { cause });
        });
    }
}

/* Like Promise.all, but waits for the others before it rejects, so that nothing starts any more behind a stop. */
async function allOrFirstError<A, B>(promises: [Promise<A>, Promise<B>], giveUp: () => void): Promise<[A, B]> {
    const all = Promise.all(promises);
    all.catch(giveUp);
    await Promise.allSettled(promises);
    return all;
}
