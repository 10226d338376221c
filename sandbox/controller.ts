import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { Api } from "./api";
import { ContainerConfigError, ContainerProcess, prepareContainer } from "./container";
import { ApiAccess, writeKubeconfig, writePrivateFile } from "./credentials";
import { messageOf } from "./errors";
import { Launcher } from "./launcher";
import { Container, Pod, podName, timestamp } from "./objects";
import { PodPlacement, PodState } from "./pod-status";
import { PortReservation } from "./ports";
import { succeeds } from "./probe";
import { ManagedProcess } from "./process";
import { hasFired, pause } from "./waiting";

export interface ControllerHostOptions {
    binary: string;
    directory: string;
    access: ApiAccess;
    api: Api;
    launcher: Launcher;
    /** Undefined where policy-controller cannot run. */
    ports: PortReservation | undefined;
    report: (line: string) => void;
    startDelayMs: number;
    /** Called when the state of policy-controller's pods is another than before. */
    changed: () => void;
}

/* policy-controller drains for some 45 s on SIGTERM, which nobody here waits for; it gives its leases back at once. */
const STOP_GRACE_MS = 1000;
const TOKEN_LIFETIME_SECONDS = 3600;
const FIRST_BACK_OFF_MS = 1000;
const MAX_BACK_OFF_MS = 30_000;
const WITHOUT_CONTROLLER = {
    reason: "CreateContainerError",
    message: "the sandbox was started without policy-controller",
};
/** A process that ran for so long starts again with the first back-off. */
const STABLE_MS = 60_000;
const STARTING_PROBE_MS = 100;

interface Candidate {
    pod: Pod;
    placement: PodPlacement;
}

interface Owner extends Candidate {
    state: PodState;
    process?: ManagedProcess;
    readonly ending: AbortController;
    /** How long the process may take to end, once `ending` has fired. */
    graceMs: number;
    ended: Promise<void>;
}

/**
 * Runs policy-controller's pods.
 *
 * Its ports are fixed, so that one machine has room for one process: it belongs to one of the pods, the owner, and the
 * other replicas are stand-ins, which are ready exactly as long as the process is.
 */
export class ControllerHost {
    private readonly candidates = new Map<string, Candidate>();
    private owner: Owner | undefined;
    private stopped = false;

    constructor(private readonly options: ControllerHostOptions) {}

    /** Takes over the running of a pod. */
    adopt(pod: Pod, placement: PodPlacement): void {
        this.candidates.set(pod.metadata.uid, { pod, placement });
        this.elect();
    }

    /** Ends what runs for a pod, and lets another one have the process. */
    async release(uid: string): Promise<void> {
        this.candidates.delete(uid);
        const owner = this.owner;
        if (owner?.pod.metadata.uid !== uid) {
            return;
        }
        await end(owner, STOP_GRACE_MS);
        if (this.owner === owner) {
            this.owner = undefined;
        }
        this.elect();
        this.options.changed();
    }

    /** How a pod does, for its status. */
    stateOf(pod: Pod, placement: PodPlacement): PodState {
        const { owner } = this;
        if (owner === undefined || this.stopped) {
            const waiting = this.options.ports === undefined ? WITHOUT_CONTROLLER : undefined;
            return { running: false, ready: false, startedAt: placement.startTime, restartCount: 0, waiting };
        }
        if (owner.pod.metadata.uid === pod.metadata.uid) {
            return owner.state;
        }
        const { namespace } = owner.pod.metadata;
        if (namespace !== pod.metadata.namespace) {
            const message = `port 8443 is used by pod ${podName(owner.pod)}`;
            const waiting = { reason: "CreateContainerError", message };
            return { running: false, ready: false, startedAt: placement.startTime, restartCount: 0, waiting };
        }
        return {
            running: true,
            ready: owner.state.ready,
            startedAt: placement.startTime,
            restartCount: 0,
            message: `Stand-in: the process of this replica is that of pod ${owner.pod.metadata.name}.`,
        };
    }

    /** Whether connections to a pod arrive anywhere. */
    serves(uid: string): boolean {
        return this.owner?.process !== undefined && this.candidates.has(uid);
    }

    async stop(): Promise<void> {
        this.stopped = true;
        this.candidates.clear();
        if (this.owner !== undefined) {
            await end(this.owner, 0);
        }
    }

    /* The youngest pod, because in a rollout that one is meant to stay. */
    private elect(): void {
        if (this.owner !== undefined || this.stopped || this.options.ports === undefined) {
            return;
        }
        const created = ({ pod }: Candidate) => pod.metadata.creationTimestamp;
        const [next] = [...this.candidates.values()].sort((a, b) => created(b).localeCompare(created(a)));
        if (next !== undefined) {
            const owner: Owner = {
                ...next,
                state: { running: false, ready: false, startedAt: timestamp(), restartCount: 0 },
                ending: new AbortController(),
                graceMs: 0,
                ended: Promise.resolve(),
            };
            this.owner = owner;
            owner.ended = this.run(owner);
        }
    }

    /* Starts the process, and starts it again, until the pod goes. */
    private async run(owner: Owner): Promise<void> {
        const { signal } = owner.ending;
        await pause(this.options.startDelayMs, signal);
        let backOffMs = FIRST_BACK_OFF_MS;
        while (!hasFired(signal)) {
            try {
                const ranMs = await this.runOnce(owner, signal);
                backOffMs = ranMs > STABLE_MS ? FIRST_BACK_OFF_MS : backOffMs;
            } catch (error) {
                const reason =
                    error instanceof ContainerConfigError ? "CreateContainerConfigError" : "CreateContainerError";
                this.update(owner, { running: false, ready: false, waiting: { reason, message: messageOf(error) } });
            }
            await pause(backOffMs, signal);
            backOffMs = Math.min(backOffMs * 2, MAX_BACK_OFF_MS);
        }
    }

    /** @returns how long the process ran, in milliseconds. */
    private async runOnce(owner: Owner, signal: AbortSignal): Promise<number> {
        const container = policyControllerContainer(owner.pod);
        if (container === undefined) {
            throw new ContainerConfigError("the pod has no container that runs policy-controller");
        }
        const folder = join(this.options.directory, "pods", owner.pod.metadata.uid);
        mkdirSync(folder, { recursive: true });
        const prepared = await prepareContainer(owner.pod, container, owner.placement, folder, this.options.api);
        const tokenFile = join(folder, "token");
        await this.writeToken(owner.pod, tokenFile);
        if (hasFired(signal)) {
            return 0;
        }
        await this.options.ports?.release();
        const process = await this.launch(prepared, folder, tokenFile);
        owner.process = process;
        this.update(owner, { running: true, waiting: undefined, startedAt: timestamp(process.startedAt) });
        this.options.report(`policy-controller: pod ${podName(owner.pod)} runs as process ${process.pid}`);
        const stop = () => void process.stop(owner.graceMs);
        if (hasFired(signal)) {
            stop();
        }
        signal.addEventListener("abort", stop);
        const ended = new AbortController();
        const attended = Promise.all([
            this.probeReadiness(owner, container, ended.signal),
            this.probeLiveness(process, container, ended.signal),
            this.renewToken(owner.pod, tokenFile, ended.signal),
        ]);
        await process.exited;
        signal.removeEventListener("abort", stop);
        ended.abort();
        await attended;
        owner.process = undefined;
        if (!this.stopped) {
            await this.options.ports?.hold();
        }
        this.buried(owner, process);
        return Date.now() - process.startedAt.getTime();
    }

    private launch({ args, env }: ContainerProcess, folder: string, tokenFile: string): Promise<ManagedProcess> {
        const kubeconfig = join(folder, "kubeconfig");
        writeKubeconfig(kubeconfig, this.options.access, { tokenFile }, "in-cluster");
        const isMounted = env.HOME?.startsWith(folder);
        return this.options.launcher.start({
            name: "policy-controller",
            binary: this.options.binary,
            // Its updates of sigstore's public trust root need the internet, and it panics without. A mirror may be on this machine.
            args: args.some((arg) => /^--?(disable-tuf|tuf-mirror)\b/.test(arg))
                ? args
                : [...args, "-disable-tuf=true"],
            env: { ...env, KUBECONFIG: kubeconfig, ...(!isMounted && { HOME: folder }) },
            workingDirectory: folder,
        });
    }

    private buried(owner: Owner, process: ManagedProcess): void {
        const exitCode = process.exit?.code ?? 137;
        this.update(owner, {
            running: false,
            ready: false,
            restartCount: owner.state.restartCount + 1,
            waiting: { reason: "CrashLoopBackOff", message: `policy-controller ${process.describeExit()}` },
            lastExit: {
                exitCode,
                reason: exitCode === 0 ? "Completed" : "Error",
                message: process.lastWords(),
                startedAt: timestamp(process.startedAt),
                finishedAt: timestamp(),
            },
        });
        if (!process.stopping) {
            this.options.report(process.obituary(5));
        }
    }

    /* Often until the first yes, then at the probe's own pace. Its initial delay is left out. */
    private async probeReadiness(owner: Owner, container: Container, signal: AbortSignal): Promise<void> {
        const { periodSeconds = 10, failureThreshold = 3 } = container.readinessProbe ?? {};
        let failures = 0;
        while (!hasFired(signal)) {
            if (await succeeds(container.readinessProbe, container)) {
                failures = 0;
                if (!owner.state.ready && !hasFired(signal)) {
                    this.update(owner, { ready: true });
                    this.options.report("policy-controller is ready");
                }
            } else if (++failures >= failureThreshold && owner.state.ready) {
                this.update(owner, { ready: false });
                this.options.report("policy-controller's readiness probe fails");
            }
            await pause(owner.state.ready ? periodSeconds * 1000 : STARTING_PROBE_MS, signal);
        }
    }

    /* A process that could not have its ports stays, and does nothing: this is what ends it. */
    private async probeLiveness(process: ManagedProcess, container: Container, signal: AbortSignal): Promise<void> {
        const { initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 } = container.livenessProbe ?? {};
        await pause(initialDelaySeconds * 1000, signal);
        let failures = 0;
        while (!hasFired(signal)) {
            failures = (await succeeds(container.livenessProbe, container)) ? 0 : failures + 1;
            if (failures >= failureThreshold && !hasFired(signal)) {
                this.options.report(`policy-controller's liveness probe fails: ${process.obituary(5)}`);
                await process.stop(STOP_GRACE_MS);
                return;
            }
            await pause(periodSeconds * 1000, signal);
        }
    }

    private update(owner: Owner, change: Partial<PodState>): void {
        owner.state = { ...owner.state, ...change };
        this.options.changed();
    }

    /* A token of the pod's own ServiceAccount, bound to the pod, as a kubelet asks for it. */
    private async writeToken(pod: Pod, file: string): Promise<void> {
        const { namespace = "default", name, uid } = pod.metadata;
        const account = pod.spec.serviceAccountName ?? "default";
        const answer = await this.options.api.create<{ status: { token: string } }>(
            `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
            {
                apiVersion: "authentication.k8s.io/v1",
                kind: "TokenRequest",
                spec: {
                    expirationSeconds: TOKEN_LIFETIME_SECONDS,
                    boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid },
                },
            },
        );
        writePrivateFile(file, answer.status.token);
    }

    /* The client in the process reads the file again every minute. */
    private async renewToken(pod: Pod, file: string, signal: AbortSignal): Promise<void> {
        let waitMs = (TOKEN_LIFETIME_SECONDS * 1000) / 2;
        for (;;) {
            await pause(waitMs, signal);
            if (hasFired(signal)) {
                return;
            }
            const renewed = await this.writeToken(pod, file).then(
                () => true,
                () => false,
            );
            waitMs = renewed ? (TOKEN_LIFETIME_SECONDS * 1000) / 2 : 10_000;
        }
    }
}

async function end(owner: Owner, graceMs: number): Promise<void> {
    owner.graceMs = graceMs;
    owner.ending.abort();
    await owner.ended;
}

/**
 * The container of a pod that runs policy-controller.
 *
 * Told by the image's last name, which survives a mirror, or by the metrics domain, which the chart and upstream's
 * manifests both set; names and labels can be changed through the chart's values.
 */
export function policyControllerContainer(pod: Pod): Container | undefined {
    return pod.spec.containers.find(({ image, env = [] }) => {
        const [name = ""] = image.split("@");
        const isItsImage = /(^|\/)policy-controller(:[^/]*)?$/.test(name);
        return (
            isItsImage ||
            env.some((variable) => variable.name === "METRICS_DOMAIN" && variable.value === "sigstore.dev/policy")
        );
    });
}
