import { Api, ApiError, ObjectList, WatchEvent } from "./api";
import { ControllerHost, policyControllerContainer } from "./controller";
import { messageOf } from "./errors";
import { KubernetesNode, Pod, podName, podPath, timestamp } from "./objects";
import { PodPlacement, PodState, imagesOf, inventedImageID, podStatus, runningState } from "./pod-status";
import { chooseNode } from "./scheduling";
import { hasFired, pause } from "./waiting";

/* Addresses that no route of this machine leads to: documentation range for nodes, the usual pod range for pods. */
const NODES = ["sandbox-a", "sandbox-b", "sandbox-c"].map((name, index) => ({
    name,
    zone: `zone-${name.slice(-1)}`,
    address: `192.0.2.${index + 1}`,
    podPrefix: `10.244.${index + 1}`,
}));

const JOB_DURATION_MS = 500;
const UNSCHEDULABLE_RETRY_MS = 1000;
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5000;

export interface ProcessNodeOptions {
    api: Api;
    report: (line: string) => void;
    /** The digest of an image, as the registry has it. */
    resolveDigest: (image: string) => Promise<string | undefined>;
    /** Makes the host of policy-controller's process; gets told whom to wake when it has changed. */
    controllerHost: (changed: () => void) => ControllerHost;
}

interface PodRecord {
    pod: Pod;
    placement?: PodPlacement;
    /** How an ordinary pod does; policy-controller's are asked for. */
    state?: PodState;
    wasReady?: boolean;
    /** When no node takes the pod. */
    retry?: NodeJS.Timeout;
    /** The status that was written last. */
    written?: string;
    busy: boolean;
    again: boolean;
}

/**
 * Stands in for the scheduler and the kubelets of three nodes.
 *
 * Pods are spread over the nodes and become Ready, those of Jobs succeed, deleted ones go. Only policy-controller's
 * really run, as a process.
 */
export class ProcessNode {
    private readonly records = new Map<string, PodRecord>();
    private readonly addresses = new Map<string, string>();
    private readonly ending = new AbortController();
    private readonly controller: ControllerHost;
    private lastAddress = 1;
    private watching: Promise<void> = Promise.resolve();

    constructor(private readonly options: ProcessNodeOptions) {
        this.controller = options.controllerHost(() => {
            this.wakeControllerPods();
        });
    }

    async start(): Promise<void> {
        await Promise.all(NODES.map((node) => createNode(this.options.api, node)));
        this.watching = this.watch();
    }

    async stop(): Promise<void> {
        this.ending.abort();
        await this.controller.stop();
        // Requests that an API server in trouble does not answer would be waited for.
        this.options.api.close();
        await this.watching;
    }

    /** Where connections to a pod's port arrive: policy-controller listens on the same port of this machine. */
    route(address: string, port: number): number | undefined {
        const uid = this.addresses.get(address);
        return uid !== undefined && this.controller.serves(uid) ? port : undefined;
    }

    private async watch(): Promise<void> {
        const { signal } = this.ending;
        while (!hasFired(signal)) {
            try {
                const list = await this.options.api.get<ObjectList<Pod>>("/api/v1/pods");
                this.replaceAll(list.items);
                const { resourceVersion } = list.metadata;
                for await (const event of this.options.api.watch<Pod>("/api/v1/pods", { resourceVersion }, signal)) {
                    if (event.type === "ERROR") {
                        break; // The version is too old: list again.
                    }
                    this.apply(event);
                }
            } catch (error) {
                if (!hasFired(signal)) {
                    this.options.report(`the node lost its watch on pods and tries again: ${messageOf(error)}`);
                }
            }
            await pause(FIRST_RETRY_MS, signal);
        }
    }

    private replaceAll(pods: readonly Pod[]): void {
        const present = new Set(pods.map((pod) => pod.metadata.uid));
        for (const { pod } of [...this.records.values()].filter((record) => !present.has(record.pod.metadata.uid))) {
            this.apply({ type: "DELETED", object: pod });
        }
        for (const pod of pods) {
            this.apply({ type: "MODIFIED", object: pod });
        }
    }

    private apply({ type, object: pod }: WatchEvent<Pod>): void {
        const { uid } = pod.metadata;
        if (type === "DELETED") {
            this.forget(uid);
            return;
        }
        const record = this.records.get(uid) ?? { pod, busy: false, again: false };
        record.pod = pod;
        this.records.set(uid, record);
        this.wake(record);
    }

    private forget(uid: string): void {
        const record = this.records.get(uid);
        this.records.delete(uid);
        if (record?.placement !== undefined) {
            this.addresses.delete(record.placement.podIP);
        }
        void this.controller.release(uid);
    }

    private wakeControllerPods(): void {
        for (const record of this.records.values()) {
            if (policyControllerContainer(record.pod) !== undefined) {
                this.wake(record);
            }
        }
    }

    private wake(record: PodRecord): void {
        record.again = true;
        if (!record.busy) {
            void this.work(record);
        }
    }

    /* One pod at a time, and again as long as something changed meanwhile or went wrong. */
    private async work(record: PodRecord): Promise<void> {
        const { signal } = this.ending;
        let retryMs = FIRST_RETRY_MS;
        record.busy = true;
        while (record.again && !hasFired(signal) && this.records.has(record.pod.metadata.uid)) {
            record.again = false;
            try {
                await this.reconcile(record);
                retryMs = FIRST_RETRY_MS;
            } catch (error) {
                if (error instanceof ApiError && [404, 409].includes(error.status)) {
                    continue; // It is gone, or has a node already; the watch will tell.
                }
                if (retryMs >= MAX_RETRY_MS && !hasFired(signal)) {
                    this.options.report(`pod ${podName(record.pod)}: ${messageOf(error)}`);
                }
                record.again = true;
                await pause(retryMs, signal);
                retryMs = Math.min(retryMs * 2, MAX_RETRY_MS);
            }
        }
        record.busy = false;
    }

    private async reconcile(record: PodRecord): Promise<void> {
        if (record.pod.metadata.deletionTimestamp !== undefined) {
            await this.terminate(record);
        } else if (record.pod.spec.nodeName === undefined) {
            await this.schedule(record);
        } else if (!isFinished(record.pod)) {
            record.placement ??= await this.place(record.pod, record.pod.spec.nodeName);
            await this.writeStatus(record, record.placement);
        }
    }

    /* The API server keeps a deleted pod until its node says that nothing of it runs any more. */
    private async terminate({ pod }: PodRecord): Promise<void> {
        await this.controller.release(pod.metadata.uid);
        await this.options.api.delete(podPath(pod), {
            apiVersion: "v1",
            kind: "DeleteOptions",
            gracePeriodSeconds: 0,
            preconditions: { uid: pod.metadata.uid },
        });
    }

    private async schedule(record: PodRecord): Promise<void> {
        const { pod } = record;
        if ((pod.spec.schedulingGates ?? []).length > 0) {
            return;
        }
        const nodes = await this.options.api.get<ObjectList<KubernetesNode>>("/api/v1/nodes");
        const name = chooseNode(
            pod,
            nodes.items,
            [...this.records.values()].map((other) => other.pod),
        );
        if (name === undefined) {
            await this.writeUnschedulable(record);
            return;
        }
        // So that the next choice knows of this one.
        record.pod = { ...pod, spec: { ...pod.spec, nodeName: name } };
        await this.bind(pod, name).catch((error: unknown) => {
            record.pod = pod;
            throw error;
        });
        record.again = true;
    }

    private async bind(pod: Pod, node: string): Promise<void> {
        await this.options.api.create(`${podPath(pod)}/binding`, {
            apiVersion: "v1",
            kind: "Binding",
            metadata: { name: pod.metadata.name, uid: pod.metadata.uid },
            target: { apiVersion: "v1", kind: "Node", name: node },
        });
    }

    private async writeUnschedulable(record: PodRecord): Promise<void> {
        const condition = {
            type: "PodScheduled",
            status: "False",
            reason: "Unschedulable",
            message: "No node of the sandbox takes this pod.",
        };
        await this.write(record, { conditions: [condition] });
        clearTimeout(record.retry);
        record.retry = setTimeout(() => {
            this.wake(record);
        }, UNSCHEDULABLE_RETRY_MS).unref();
    }

    private async place(pod: Pod, nodeName: string): Promise<PodPlacement> {
        const node = NODES.find(({ name }) => name === nodeName);
        const hostIP = node?.address ?? "192.0.2.254";
        const podIP = pod.spec.hostNetwork ? hostIP : this.nextAddress(node?.podPrefix ?? "10.244.254");
        this.addresses.set(podIP, pod.metadata.uid);
        const now = timestamp();
        const imageIDs = new Map<string, string>();
        for (const image of imagesOf(pod)) {
            const digest = await this.options.resolveDigest(image).catch(() => undefined);
            imageIDs.set(
                image,
                inventedImageID(digest === undefined ? image : `${image.split("@")[0] ?? ""}@${digest}`),
            );
        }
        return { podIP, hostIP, startTime: now, readySince: now, imageIDs };
    }

    private nextAddress(prefix: string): string {
        do {
            this.lastAddress = this.lastAddress >= 254 ? 2 : this.lastAddress + 1;
        } while (this.addresses.has(`${prefix}.${this.lastAddress}`));
        return `${prefix}.${this.lastAddress}`;
    }

    private async writeStatus(record: PodRecord, placement: PodPlacement): Promise<void> {
        const state = this.stateOf(record, placement);
        if (state.ready !== record.wasReady) {
            record.wasReady = state.ready;
            placement.readySince = timestamp();
        }
        await this.write(record, podStatus(record.pod, state, placement));
    }

    private stateOf(record: PodRecord, placement: PodPlacement): PodState {
        if (policyControllerContainer(record.pod) !== undefined) {
            this.controller.adopt(record.pod, placement);
            return this.controller.stateOf(record.pod, placement);
        }
        record.state ??= this.startOrdinary(record);
        return record.state;
    }

    private startOrdinary(record: PodRecord): PodState {
        if (record.pod.metadata.ownerReferences?.some(({ kind, controller }) => kind === "Job" && controller)) {
            setTimeout(() => {
                if (record.state !== undefined) {
                    record.state = { ...record.state, completedAt: timestamp() };
                    this.wake(record);
                }
            }, JOB_DURATION_MS).unref();
        }
        return runningState();
    }

    private async write(record: PodRecord, status: object): Promise<void> {
        const written = JSON.stringify(status);
        if (written !== record.written) {
            await this.options.api.patch(`${podPath(record.pod)}/status`, { status });
            record.written = written;
        }
    }
}

function isFinished(pod: Pod): boolean {
    return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}

async function createNode(api: Api, node: (typeof NODES)[number]): Promise<void> {
    const architecture = process.arch === "x64" ? "amd64" : process.arch;
    await api.create("/api/v1/nodes", {
        apiVersion: "v1",
        kind: "Node",
        metadata: {
            name: node.name,
            labels: {
                "kubernetes.io/hostname": node.name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": architecture,
                "topology.kubernetes.io/region": "sandbox",
                "topology.kubernetes.io/zone": node.zone,
            },
        },
    });
    const capacity = { cpu: "8", memory: "16Gi", pods: "110" };
    const condition = (type: string, status: string, reason: string) => ({
        type,
        status,
        reason,
        lastHeartbeatTime: timestamp(),
        lastTransitionTime: timestamp(),
    });
    await api.patch(`/api/v1/nodes/${node.name}/status`, {
        status: {
            capacity,
            allocatable: capacity,
            addresses: [
                { type: "InternalIP", address: node.address },
                { type: "Hostname", address: node.name },
            ],
            conditions: [
                condition("Ready", "True", "KubeletReady"),
                condition("MemoryPressure", "False", "KubeletHasSufficientMemory"),
                condition("DiskPressure", "False", "KubeletHasNoDiskPressure"),
                condition("PIDPressure", "False", "KubeletHasSufficientPID"),
            ],
            nodeInfo: {
                architecture,
                operatingSystem: "linux",
                kubeletVersion: "v1.36.1",
                kubeProxyVersion: "",
                kernelVersion: "sandbox",
                osImage: "signed-images sandbox",
                containerRuntimeVersion: "sandbox://1",
                machineID: node.name,
                systemUUID: node.name,
                bootID: node.name,
            },
        },
    });
    // Admission taints a new node as not ready, and the controller that takes the taint off does not run.
    await api.patch(`/api/v1/nodes/${node.name}`, { spec: { taints: null } });
}
