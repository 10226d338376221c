import {
    AdmissionregistrationV1Api,
    ApiException,
    AppsV1Api,
    BatchV1Api,
    CoreV1Api,
    KubeConfig,
    KubernetesObject,
    KubernetesObjectApi,
    PolicyV1Api,
    V1Pod,
} from "@kubernetes/client-node";
import { parseAllDocuments } from "yaml";

/** What the tests ask of an API server. */
export class Cluster {
    readonly admission: AdmissionregistrationV1Api;
    readonly core: CoreV1Api;
    readonly apps: AppsV1Api;
    readonly batch: BatchV1Api;
    readonly policy: PolicyV1Api;
    private readonly objects: KubernetesObjectApi;

    constructor(readonly config: KubeConfig) {
        this.admission = config.makeApiClient(AdmissionregistrationV1Api);
        this.core = config.makeApiClient(CoreV1Api);
        this.apps = config.makeApiClient(AppsV1Api);
        this.batch = config.makeApiClient(BatchV1Api);
        this.policy = config.makeApiClient(PolicyV1Api);
        this.objects = KubernetesObjectApi.makeApiClient(config);
    }

    static fromKubeconfig(path: string): Cluster {
        const config = new KubeConfig();
        config.loadFromFile(path);
        return new Cluster(config);
    }

    /** Creates every object of a YAML text, in order. */
    async create(yaml: string): Promise<void> {
        for (const document of parseAllDocuments(yaml)) {
            const object = document.toJS() as KubernetesObject | null;
            if (object !== null) {
                await this.objects.create(object);
            }
        }
    }

    /** What the API server says against the objects of a YAML text; empty when it takes them. */
    async refusal(yaml: string): Promise<string> {
        return this.create(yaml).then(
            () => "",
            (error: unknown) => {
                if (error instanceof ApiException) {
                    return (JSON.parse(String(error.body)) as { message: string }).message;
                }
                throw error;
            },
        );
    }

    async pods(namespace: string): Promise<V1Pod[]> {
        return (await this.core.listNamespacedPod({ namespace })).items;
    }
}

export function isPodReady(pod: V1Pod): boolean {
    return pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}
