import { ApiError } from "../../../sandbox/api";
import { SANDBOX_TOOLS } from "../../../sandbox/demo/run";
import { ensureTools } from "../../../tools";
import { CATALOGUE } from "../../../tools/catalogue";
import { Cluster } from "../../sandbox/support/cluster";
import { startSandbox } from "../../sandbox/support/start";
import { upstreamManifests } from "../../sandbox/support/upstream";
import { eventually } from "../../sandbox/support/wait";

import type { Sandbox } from "../../../sandbox";
import type { Api } from "../../../sandbox/api";

/** The versions of policy-controller that claims about the webhook are tested on, by the names of their tools. */
export const CONTROLLERS = ["policy-controller", "policy-controller-0.15.1"] as const;
export type ControllerTool = (typeof CONTROLLERS)[number];

/** Time for a machine that has to build the tools first. */
export const BUILD_TIMEOUT_MS = 60 * 60_000;

/** What the cluster says of an object. */
export interface Answer {
    accepted: boolean;
    /** The refusal in the cluster's words; empty where it is accepted. */
    message: string;
    /** What would be stored, where it is accepted. */
    object?: Record<string, unknown>;
    /** What the cluster says although it accepts. */
    warnings?: readonly string[];
}

/** Requests under way at the same time. */
const AT_ONCE = 32;

const NAMESPACES = "/api/v1/namespaces";
/** The namespace that opted in. */
export const ENFORCED = "enforced";
const POLICY_API = "/apis/policy.sigstore.dev";
const POLICIES = `${POLICY_API}/v1alpha1/clusterimagepolicies`;
const CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1";

/** A way out that leads nowhere: what is asked for beyond loopback fails at once, and the error says what it was. */
const NO_WAY_OUT = { HTTPS_PROXY: "http://127.0.0.1:9", HTTP_PROXY: "http://127.0.0.1:9" };

/** policy-controller in a sandbox of its own, installed from upstream's manifests: without Pulumi and without Helm. */
export class Webhook implements AsyncDisposable {
    private settled = 0;

    private constructor(
        readonly sandbox: Sandbox,
        readonly api: Api,
    ) {}

    /** Resolves when its webhooks answer. */
    static async start(tool: ControllerTool): Promise<Webhook> {
        const tools = await ensureTools([...SANDBOX_TOOLS, tool]);
        const sandbox = await startSandbox({ binaries: { ...tools, "policy-controller": tools[tool] } });
        const webhook = new Webhook(sandbox, sandbox.connect());
        try {
            await Cluster.fromKubeconfig(sandbox.kubeconfig).create(
                await upstreamManifests({ goModule: CATALOGUE[tool].module, env: NO_WAY_OUT }),
            );
            await webhook.api.create(NAMESPACES, {
                metadata: { name: ENFORCED, labels: { "policy.sigstore.dev/include": "true" } },
            });
            await webhook.waitUntilArmed();
            return webhook;
        } catch (error) {
            await webhook.stop();
            throw error;
        }
    }

    /** What the cluster says of a policy or a trust root, which it does not keep. */
    judge(document: unknown, query: Record<string, string> = {}): Promise<Answer> {
        return this.create(document, { ...query, dryRun: "All" });
    }

    /** What it says of many, a few at a time. */
    async judgeAll(documents: readonly unknown[]): Promise<Answer[]> {
        const answers: Answer[] = [];
        for (let start = 0; start < documents.length; start += AT_ONCE) {
            const some = documents.slice(start, start + AT_ONCE);
            answers.push(...(await Promise.all(some.map((document) => this.judge(document)))));
        }
        return answers;
    }

    /** Creates a policy or a trust root for good, where the cluster takes it. */
    create(document: unknown, query: Record<string, string> = {}): Promise<Answer> {
        return this.post(pathOf(document), document, query);
    }

    /** What the cluster says of a pod with this image in a namespace that opted in. It does not keep the pod. */
    judgeImage(image: string, labels: Record<string, string> = {}): Promise<Answer> {
        const pod = {
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name: "judged", labels },
            spec: { containers: [{ name: "main", image }] },
        };
        return this.judgeWorkload(pod);
    }

    /** What the cluster says of an object that runs images, in a namespace that opted in. It does not keep the object. */
    judgeWorkload(workload: { apiVersion: string; kind: string }, namespace = ENFORCED): Promise<Answer> {
        const { apiVersion, kind } = workload;
        const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
        const path = `${group}/namespaces/${namespace}/${kind.toLowerCase()}s`;
        return this.post(path, workload, { dryRun: "All" });
    }

    /** What the cluster says of a strategic merge patch. It changes nothing. */
    async change(path: string, patch: object): Promise<Answer> {
        return answerTo(() => this.api.patch(path, patch, { dryRun: "All" }));
    }

    /** What the cluster says of containers that are added to a pod that runs. */
    debug(pod: string, ephemeralContainers: readonly object[]): Promise<Answer> {
        const path = `${NAMESPACES}/${ENFORCED}/pods/${pod}/ephemeralcontainers`;
        return this.change(path, { spec: { ephemeralContainers } });
    }

    /** Sets something in the controller's own configuration. */
    async configure(data: Record<string, string>): Promise<void> {
        await this.api.patch(`${NAMESPACES}/cosign-system/configmaps/config-policy-controller`, { data });
    }

    /** Creates a policy, and waits until images are judged by it, whatever becomes of the others. */
    async enforceAlone(policy: object): Promise<void> {
        await this.create(policy);
        const { name } = (policy as WithStatus).metadata;
        await eventually(`${name} is Ready`, async () =>
            (await this.policies()).filter(isReady).some(({ metadata }) => metadata.name === name),
        );
        await this.settle();
    }

    /** Creates policies, and waits until images are judged by them. */
    async enforce(policies: readonly unknown[]): Promise<void> {
        const answers = await Promise.all(policies.map((policy) => this.create(policy)));
        const refused = answers.find(({ accepted }) => !accepted);
        if (refused !== undefined) {
            throw new Error(refused.message);
        }
        await eventually("the policies are Ready", async () => (await this.policies()).every(isReady));
        await this.settle();
    }

    /**
     * Waits until the webhook knows what the controller knew when this was called: both are one process, and the
     * webhook reads policies from a ConfigMap, to which the one made here is added last.
     */
    async settle(): Promise<void> {
        this.settled += 1;
        const name = `sentinel-${this.settled}`;
        await this.create(staticPolicy(name, `${name}.invalid/**`));
        await eventually("the policies are enforced", async () => {
            const { message } = await this.judgeImage(`${name}.invalid/app@${SOME_DIGEST}`);
            return failedPolicies(message).includes(name);
        });
    }

    /** What the controller says of an object that was created, once it has made up its mind. */
    async readiness(document: object): Promise<{ ready: boolean; message: string }> {
        const path = `${pathOf(document)}/${(document as WithStatus).metadata.name}`;
        let ready = undefined as { status: string; message?: string } | undefined;
        await eventually("the controller has made up its mind", async () => {
            const { status } = await this.api.get<WithStatus>(path);
            ready = status?.conditions?.find(({ type }) => type === "Ready");
            return ready !== undefined && ready.status !== "Unknown";
        });
        return { ready: ready?.status === "True", message: ready?.message ?? "" };
    }

    async remove(document: object): Promise<void> {
        await this.api.delete(`${pathOf(document)}/${(document as WithStatus).metadata.name}`, {});
    }

    /** Removes all policies, and waits until the controller has let go of them. */
    async removePolicies(): Promise<void> {
        await this.api.delete(POLICIES, {});
        await eventually("the policies are gone", async () => (await this.policies()).length === 0);
        await this.settle();
    }

    /** All policies that there are. */
    async policies(): Promise<WithStatus[]> {
        return (await this.api.get<{ items: WithStatus[] }>(POLICIES)).items;
    }

    private async post(path: string, body: unknown, query: Record<string, string>): Promise<Answer> {
        // What a plain request does: a field that the CRD does not know is dropped without a word.
        const all = { fieldValidation: "Ignore", ...query };
        return answerTo(() => this.api.createWithWarnings(path, body as object, all));
    }

    async stop(): Promise<void> {
        this.api.close();
        await this.sandbox.stop();
    }

    [Symbol.asyncDispose](): Promise<void> {
        return this.stop();
    }

    /* Before its webhooks have rules, everything is accepted; before it serves, nothing is. */
    private async waitUntilArmed(): Promise<void> {
        await eventually("the webhooks have rules", async () => {
            const all = await Promise.all(
                ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"].map((resource) =>
                    this.api.get<WebhookConfigurations>(`${CONFIGURATIONS}/${resource}`),
                ),
            );
            return all.flatMap(({ items }) => items).every(({ webhooks }) => webhooks[0]?.rules !== undefined);
        });
        await eventually("the webhooks answer", async () => {
            const [sound, broken] = await Promise.all([HARMLESS, { ...HARMLESS, spec: {} }].map(answerOrNot(this)));
            return sound?.accepted === true && broken?.accepted === false;
        });
    }
}

async function answerTo(
    ask: () => Promise<{ object?: Record<string, unknown>; warnings?: readonly string[] }>,
): Promise<Answer> {
    try {
        const { object, warnings } = await ask();
        return { accepted: true, message: "", object, warnings };
    } catch (error) {
        if (error instanceof ApiError && error.status < 500) {
            return { accepted: false, message: error.message.replace(/^[A-Z]+ \S+: \d+ /, "") };
        }
        throw error;
    }
}

interface WebhookConfigurations {
    items: { webhooks: { rules?: unknown }[] }[];
}

/** What the controller says of an object. */
export interface WithStatus {
    metadata: { name: string };
    status?: { conditions?: { type: string; status: string; message?: string }[] };
}

export function isReady({ status }: WithStatus): boolean {
    return status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ?? false;
}

/** Any digest will do where no signature is looked for. */
export const SOME_DIGEST = `sha256:${"a".repeat(64)}`;

/** A policy that refuses every image that its globs match, without asking a registry. */
export function staticPolicy(name: string, ...globs: string[]): object {
    return policyNamed(name, {
        images: globs.map((glob) => ({ glob })),
        authorities: [{ static: { action: "fail" } }],
    });
}

export function policyNamed(name: string, spec: object): object {
    return { apiVersion: "policy.sigstore.dev/v1alpha1", kind: "ClusterImagePolicy", metadata: { name }, spec };
}

export function trustRootNamed(name: string, spec: object): object {
    return { apiVersion: "policy.sigstore.dev/v1alpha1", kind: "TrustRoot", metadata: { name }, spec };
}

/** The policies that an image has failed, by a refusal of its pod. */
export function failedPolicies(message: string): string[] {
    return Array.from(
        message.matchAll(/failed policy: ([^:\s]+): spec\.containers\[0\]\.image/g),
        ([, name]) => name ?? "",
    );
}

/** In the older version, so that the conversion webhook must answer as well. */
const HARMLESS = { ...staticPolicy("harmless", "registry.invalid/**"), apiVersion: "policy.sigstore.dev/v1beta1" };

/** Undefined while nobody answers. */
function answerOrNot(webhook: Webhook) {
    return (document: unknown): Promise<Answer | undefined> => webhook.judge(document).catch(() => undefined);
}

/** Where an object is created; what is none of the two kinds goes where policies go. */
function pathOf(document: unknown): string {
    const { apiVersion, kind } = (document ?? {}) as { apiVersion?: unknown; kind?: unknown };
    const isOfGroup = typeof apiVersion === "string" && apiVersion.startsWith("policy.sigstore.dev/");
    const version = isOfGroup ? apiVersion.slice(apiVersion.indexOf("/") + 1) : "v1alpha1";
    return `${POLICY_API}/${version}/${kind === "TrustRoot" ? "trustroots" : "clusterimagepolicies"}`;
}
