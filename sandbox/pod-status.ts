import { createHash } from "node:crypto";

import { Container, Pod, timestamp } from "./objects";

/** How a pod's containers do, as its node sees it. */
export interface PodState {
    /** Whether the containers run; otherwise `waiting` says why not. */
    running: boolean;
    ready: boolean;
    /** Whether the containers have run to their end. */
    completedAt?: string;
    startedAt: string;
    waiting?: { reason: string; message?: string };
    restartCount: number;
    lastExit?: { exitCode: number; reason: string; message: string; startedAt: string; finishedAt: string };
    /** For people who look at the pod. */
    message?: string;
}

/** What a node knows of a pod of its own. */
export interface PodPlacement {
    podIP: string;
    hostIP: string;
    startTime: string;
    /** When the answer to "is it ready" last changed. */
    readySince: string;
    /** `repository@sha256:…` for each image. */
    imageIDs: ReadonlyMap<string, string>;
}

/** The status that a kubelet would write. */
export function podStatus(pod: Pod, state: PodState, placement: PodPlacement): object {
    const succeeded = state.completedAt !== undefined;
    const ready = state.ready && !succeeded;
    const condition = (type: string, status: boolean, reason?: string) => ({
        type,
        status: status ? "True" : "False",
        reason: status ? null : reason,
        lastTransitionTime: ["Ready", "ContainersReady"].includes(type) ? placement.readySince : placement.startTime,
    });
    const notReady = succeeded ? "PodCompleted" : "ContainersNotReady";
    return {
        phase: succeeded ? "Succeeded" : state.running || state.restartCount > 0 ? "Running" : "Pending",
        message: state.message ?? null,
        hostIP: placement.hostIP,
        hostIPs: [{ ip: placement.hostIP }],
        podIP: placement.podIP,
        podIPs: [{ ip: placement.podIP }],
        startTime: placement.startTime,
        conditions: [
            condition("PodReadyToStartContainers", true),
            condition("Initialized", true),
            condition("ContainersReady", ready, notReady),
            condition("Ready", ready, notReady),
        ],
        initContainerStatuses: (pod.spec.initContainers ?? []).map((container) =>
            isSidecar(container)
                ? containerStatus(pod, container, state, placement)
                : completedInitStatus(pod, container, placement),
        ),
        containerStatuses: pod.spec.containers.map((container) => containerStatus(pod, container, state, placement)),
        ephemeralContainerStatuses: (pod.spec.ephemeralContainers ?? []).map((container) =>
            containerStatus(pod, container, state, placement),
        ),
    };
}

function containerStatus(pod: Pod, container: Container, state: PodState, placement: PodPlacement): object {
    return {
        ...identity(pod, container, placement, state.restartCount),
        restartCount: state.restartCount,
        ready: state.ready && state.completedAt === undefined,
        started: state.running,
        state: containerState(state),
        ...(state.lastExit && { lastState: { terminated: state.lastExit } }),
    };
}

function containerState(state: PodState): object {
    if (state.completedAt !== undefined) {
        return { terminated: completed(state.startedAt, state.completedAt) };
    }
    if (state.running) {
        return { running: { startedAt: state.startedAt } };
    }
    return { waiting: state.waiting ?? { reason: "ContainerCreating" } };
}

function completedInitStatus(pod: Pod, container: Container, placement: PodPlacement): object {
    return {
        ...identity(pod, container, placement, 0),
        restartCount: 0,
        ready: true,
        started: false,
        state: { terminated: completed(placement.startTime, placement.startTime) },
    };
}

function completed(startedAt: string, finishedAt: string): object {
    return { exitCode: 0, reason: "Completed", startedAt, finishedAt };
}

function identity(pod: Pod, container: Container, placement: PodPlacement, restartCount: number): object {
    return {
        name: container.name,
        image: container.image,
        imageID: placement.imageIDs.get(container.image) ?? inventedImageID(container.image),
        containerID: `sandbox://${sha256([pod.metadata.uid, container.name, restartCount].join("/"))}`,
    };
}

function isSidecar(container: Container): boolean {
    return container.restartPolicy === "Always";
}

/** What the images of a pod resolve to, for those whose registry nobody asks: their own digest, or an invented one. */
export function inventedImageID(image: string): string {
    const [name = image, digest] = image.split("@");
    const repository = name.replace(/:[^:/]+$/, "");
    return `${repository}@${digest ?? `sha256:${sha256(image)}`}`;
}

/** Every image that a pod names. */
export function imagesOf(pod: Pod): string[] {
    const { initContainers = [], containers, ephemeralContainers = [] } = pod.spec;
    return [...new Set([...initContainers, ...containers, ...ephemeralContainers].map(({ image }) => image))];
}

/** A pod whose containers run, which is what is assumed of everything but policy-controller. */
export function runningState(startedAt = timestamp()): PodState {
    return { running: true, ready: true, startedAt, restartCount: 0 };
}

function sha256(text: string): string {
    return createHash("sha256").update(text).digest("hex");
}
