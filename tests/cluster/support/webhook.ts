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
}

/** Requests under way at the same time. */
const AT_ONCE = 32;

const POLICY_API = "/apis/policy.sigstore.dev";
const CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1";

/** A way out that leads nowhere: what is asked for beyond loopback fails at once, and the error says what it was. */
const NO_WAY_OUT = { HTTPS_PROXY: "http://127.0.0.1:9", HTTP_PROXY: "http://127.0.0.1:9" };

/** policy-controller in a sandbox of its own, installed from upstream's manifests: without Pulumi and without Helm. */
export class Webhook implements AsyncDisposable {
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

    /** Creates an object for good, where the cluster takes it. */
    async create(document: unknown, query: Record<string, string> = {}): Promise<Answer> {
        try {
            const object = await this.api.create<Record<string, unknown>>(pathOf(document), document as object, {
                // What a plain request does: a field that the CRD does not know is dropped without a word.
                fieldValidation: "Ignore",
                ...query,
            });
            return { accepted: true, message: "", object };
        } catch (error) {
            if (error instanceof ApiError && error.status < 500) {
                return { accepted: false, message: error.message.replace(/^POST \S+: \d+ /, "") };
            }
            throw error;
        }
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

interface WebhookConfigurations {
    items: { webhooks: { rules?: unknown }[] }[];
}

/** In the older version, so that the conversion webhook must answer as well. */
const HARMLESS = {
    apiVersion: "policy.sigstore.dev/v1beta1",
    kind: "ClusterImagePolicy",
    metadata: { name: "harmless" },
    spec: { images: [{ glob: "registry.invalid/**" }], authorities: [{ static: { action: "pass" } }] },
};

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
