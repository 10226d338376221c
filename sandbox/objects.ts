/*
 * The parts of Kubernetes objects that the sandbox reads, as they are on the wire (times are strings).
 */

export interface Metadata {
    name: string;
    namespace?: string;
    uid: string;
    creationTimestamp: string;
    deletionTimestamp?: string;
    deletionGracePeriodSeconds?: number;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: { kind: string; name: string; uid: string; controller?: boolean }[];
}

export interface KeyReference {
    name: string;
    key: string;
    optional?: boolean;
}

export interface EnvVar {
    name: string;
    value?: string;
    valueFrom?: {
        fieldRef?: { fieldPath: string };
        configMapKeyRef?: KeyReference;
        secretKeyRef?: KeyReference;
        resourceFieldRef?: { resource: string };
    };
}

export interface EnvFrom {
    prefix?: string;
    configMapRef?: { name: string; optional?: boolean };
    secretRef?: { name: string; optional?: boolean };
}

export interface Probe {
    httpGet?: {
        path?: string;
        port: number | string;
        scheme?: string;
        httpHeaders?: { name: string; value: string }[];
    };
    tcpSocket?: { port: number | string };
    initialDelaySeconds?: number;
    periodSeconds?: number;
    timeoutSeconds?: number;
    failureThreshold?: number;
}

export interface Container {
    name: string;
    image: string;
    args?: string[];
    env?: EnvVar[];
    envFrom?: EnvFrom[];
    ports?: { name?: string; containerPort: number }[];
    readinessProbe?: Probe;
    livenessProbe?: Probe;
    restartPolicy?: string;
    volumeMounts?: { name: string; mountPath: string; subPath?: string }[];
}

export interface KeyToPath {
    key: string;
    path: string;
}

export interface Volume {
    name: string;
    configMap?: { name: string; items?: KeyToPath[]; optional?: boolean };
    secret?: { secretName: string; items?: KeyToPath[]; optional?: boolean };
    projected?: {
        sources?: {
            configMap?: { name: string; items?: KeyToPath[]; optional?: boolean };
            secret?: { name: string; items?: KeyToPath[]; optional?: boolean };
        }[];
    };
}

export interface NodeSelectorTerm {
    matchFields?: { key: string; operator: string; values?: string[] }[];
}

export interface PodSpec {
    nodeName?: string;
    nodeSelector?: Record<string, string>;
    schedulingGates?: unknown[];
    hostNetwork?: boolean;
    serviceAccountName?: string;
    affinity?: {
        nodeAffinity?: {
            requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: NodeSelectorTerm[] };
        };
    };
    containers: Container[];
    initContainers?: Container[];
    ephemeralContainers?: Container[];
    volumes?: Volume[];
}

export interface Pod {
    metadata: Metadata;
    spec: PodSpec;
    status?: { phase?: string };
}

export interface KubernetesNode {
    metadata: Metadata;
    spec: { unschedulable?: boolean };
}

export interface ServicePort {
    name?: string;
    port: number;
}

export interface Service {
    metadata: Metadata;
    spec: { clusterIP?: string; ports?: ServicePort[] };
}

export interface EndpointSlice {
    endpoints?: { addresses: string[]; conditions?: { ready?: boolean } }[];
    ports?: { name?: string; port?: number }[];
}

export interface ConfigMap {
    data?: Record<string, string>;
    binaryData?: Record<string, string>;
}

export interface Secret {
    data?: Record<string, string>;
}

/** The API path of a pod. */
export function podPath(pod: Pod): string {
    return `/api/v1/namespaces/${pod.metadata.namespace ?? "default"}/pods/${pod.metadata.name}`;
}

/** `namespace/name`. */
export function podName(pod: Pod): string {
    return `${pod.metadata.namespace ?? "default"}/${pod.metadata.name}`;
}

/** A moment as Kubernetes writes it. */
export function timestamp(date = new Date()): string {
    return date.toISOString().replace(/\.\d+Z$/, "Z");
}
