import { CASE_LABEL } from "./matrix-policies";
import { ENFORCED } from "./webhook";

/** An object that runs images. */
export interface Manifest {
    apiVersion: string;
    kind: string;
    metadata: { name: string; namespace: string; labels: Record<string, string> };
    spec: object;
}

/** Makes an object of a kind with this pod's spec, which asks for a case of the matrix. */
type Maker = (policyCase: string, podSpec: object, replicas?: number) => Manifest;

function maker(apiVersion: string, kind: string, specOf: (podSpec: object, replicas: number) => object): Maker {
    return (policyCase, podSpec, replicas = 1) => ({
        apiVersion,
        kind,
        metadata: { name: "judged", namespace: ENFORCED, labels: { [CASE_LABEL]: policyCase } },
        spec: specOf(podSpec, replicas),
    });
}

export const POD = { kind: "Pod", make: maker("v1", "Pod", (podSpec) => podSpec) };

const LABELS = { app: "judged" };

const templateOf = (spec: object) => ({ metadata: { labels: LABELS }, spec });

const scaled = (podSpec: object, replicas: number) => ({
    replicas,
    selector: { matchLabels: LABELS },
    template: templateOf(podSpec),
});

export const DEPLOYMENT = { kind: "Deployment", make: maker("apps/v1", "Deployment", scaled) };

const jobOf = (podSpec: object) => ({ template: templateOf({ restartPolicy: "Never", ...podSpec }) });

/** One of each kind that the webhooks see. */
export const WORKLOADS = [
    POD,
    DEPLOYMENT,
    { kind: "ReplicaSet", make: maker("apps/v1", "ReplicaSet", scaled) },
    {
        kind: "StatefulSet",
        make: maker("apps/v1", "StatefulSet", (spec, replicas) => ({ ...scaled(spec, replicas), serviceName: "x" })),
    },
    {
        kind: "DaemonSet",
        make: maker("apps/v1", "DaemonSet", (spec) => ({
            selector: { matchLabels: LABELS },
            template: templateOf(spec),
        })),
    },
    { kind: "Job", make: maker("batch/v1", "Job", jobOf) },
    {
        kind: "CronJob",
        make: maker("batch/v1", "CronJob", (spec) => ({ schedule: "0 0 * * *", jobTemplate: { spec: jobOf(spec) } })),
    },
];

export function containerOf(image: string) {
    return { name: "main", image };
}

/** A pod that runs one image, and asks for a case. */
export function podOf(image: string, policyCase: string): Manifest {
    return POD.make(policyCase, { containers: [containerOf(image)] });
}
