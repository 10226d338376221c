import * as fs from "node:fs/promises";
import * as path from "node:path";
import {
    ApiException,
    type KubernetesObject,
    KubernetesObjectApi,
    RbacAuthorizationV1Api,
} from "@kubernetes/client-node";
import type { Stack } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { parseAllDocuments } from "yaml";
import { EnforcedNamespace, PolicyController, type PolicyControllerArgs } from "../../index";
import { changesInPreview } from "../../sandbox/demo/stack";
import { ensureTools } from "../../tools";
import { upstreamManifests } from "../sandbox/support/upstream";
import { eventually } from "../sandbox/support/wait";
import { PROJECT_FOLDER, run } from "../support/project";
import { hammer } from "./support/hammer";
import { BUILD_TIMEOUT_MS, Stage } from "./support/stage";

const TIMEOUT_MS = 8 * 60_000;
const CHARTS = path.resolve(PROJECT_FOLDER, "../shared/charts");
const RELEASE = ["policy-controller", "--namespace", "cosign-system"];

function chartOf(version: string): string {
    return path.join(CHARTS, `policy-controller-${version}.tgz`);
}

describe("a policy-controller that is there already", function () {
    this.timeout(TIMEOUT_MS);
    let stage: Stage;
    let environment: NodeJS.ProcessEnv;
    let helmProgram: string;

    before(async function () {
        this.timeout(BUILD_TIMEOUT_MS);
        try {
            await fs.access(chartOf("0.10.2"));
        } catch {
            // Older charts are nowhere to be had without the internet.
            this.skip();
        }
        helmProgram = (await ensureTools(["helm"])).helm;
        stage = await Stage.open();
        environment = { ...process.env, KUBECONFIG: stage.sandbox.kubeconfig, HOME: stage.sandbox.directory };
        const body = { metadata: { name: "shop", labels: { "policy.sigstore.dev/include": "true" } } };
        await stage.cluster.core.createNamespace({ body });
    });

    after(() => stage.sandbox.stop());

    const helm = (...args: string[]) => run(helmProgram, args, { env: environment });

    /** A stack whose controller's arguments can change from one `up` to the next. */
    async function stackWith(name: string, args: { current: PolicyControllerArgs }): Promise<Stack> {
        return stage.stack(name, () => {
            const controller = new PolicyController("controller", args.current);
            new EnforcedNamespace("shop", { name: "shop" }, { dependsOn: controller });
        });
    }

    async function expectGone(namespace: string): Promise<void> {
        await stage.cluster.core.deleteNamespace({ name: namespace });
        await eventually("its namespace is gone", async () => {
            const { items } = await stage.cluster.core.listNamespace();
            return !items.some(({ metadata }) => metadata?.name === namespace);
        });
    }

    async function identities(
        namespace = "cosign-system",
        deployment = "policy-controller-webhook",
    ): Promise<(string | undefined)[]> {
        const { admission, apps, core } = stage.cluster;
        const place = { namespace };
        const objects = [
            await apps.readNamespacedDeployment({ ...place, name: deployment }),
            await core.readNamespacedService({ ...place, name: "webhook" }),
            await core.readNamespacedSecret({ ...place, name: "webhook-certs" }),
            await core.readNamespace({ name: namespace }),
            await admission.readValidatingWebhookConfiguration({ name: "policy.sigstore.dev" }),
        ];
        return objects.map(({ metadata }) => metadata?.uid);
    }

    async function setServicePort(namespace: string, port: number): Promise<void> {
        const body = [{ op: "replace", path: "/spec/ports/0/port", value: port }];
        await stage.cluster.core.patchNamespacedService({ name: "webhook", namespace, body });
    }

    async function armed(): Promise<void> {
        await eventually("the webhook is armed", async () => {
            const { items } = await stage.cluster.admission.listValidatingWebhookConfiguration();
            const ofWorkloads = items.find(({ metadata }) => metadata?.name === "policy.sigstore.dev");
            return ofWorkloads?.webhooks?.[0]?.rules !== undefined;
        });
    }

    it("is refused without a word, adopted with one, upgraded twice under a hammer, and kept", async () => {
        await helm("install", ...RELEASE, "--create-namespace", chartOf("0.10.2"));
        await armed();
        const before = await identities();
        const args: { current: PolicyControllerArgs } = { current: { chart: { path: chartOf("0.10.2") } } };
        const stack = await stackWith("from-helm", args);

        const refusal = await refusalOfPreview(stack);
        expect(refusal).to.include(
            "the cluster already has Namespace cosign-system, CustomResourceDefinition clusterimagepolicies.policy.sigstore.dev (of the Helm release policy-controller in cosign-system)",
        );
        expect(refusal).to.include("adopt: true");

        const blows = hammer(stage.cluster, "shop");
        for (const version of ["0.10.2", "0.10.5", "0.10.6"]) {
            args.current = { adopt: true, chart: { path: chartOf(version) } };
            if (version !== "0.10.2") {
                const { stdout } = await stack.preview({ color: "never" });
                expect(stdout).to.match(/~\s+kubernetes:apps\/v1:Deployment controller:cosign-system/);
                expect(stdout).to.not.match(/[-+]{2} kubernetes|\s- kubernetes/);
            }
            const { summary } = await stack.up();
            expect(summary.resourceChanges).to.not.have.any.keys("delete", "replace");
        }
        const seen = await blows.stop();
        expect(seen).to.deep.include({ admitted: 0, before: 0 });
        expect(seen.refused).to.be.above(50);

        expect(await changesInPreview(stack)).to.deep.equal([]);
        await stack.refresh();
        expect(await changesInPreview(stack)).to.deep.equal([]);
        await stack.destroy();
        expect(await identities(), "nothing was deleted or replaced").to.deep.equal(before);
        await helm("uninstall", ...RELEASE, "--wait");
        await expectGone("cosign-system");
    });

    it("is adopted under its own names, and refused under others, which would be a second controller", async () => {
        const place = ["signing", "--namespace", "security"];
        const settings = ["webhook.replicaCount=2", "webhook.podDisruptionBudget.maxUnavailable=1"];
        const names = ["webhook.name=door", "nameOverride=gate"];
        const values = [...settings, "webhook.podDisruptionBudget.minAvailable=0", ...names];
        const set = values.flatMap((value) => ["--set", value]);
        await helm("install", ...place, "--create-namespace", ...set, chartOf("0.10.6"));
        await armed();
        const before = await identities("security", "signing-gate-webhook");

        const chart = { path: chartOf("0.10.6") };
        const args: { current: PolicyControllerArgs } = { current: { chart } };
        const stack = await stackWith("from-another-release", args);
        const named = { releaseName: "signing", namespace: "security" };
        const alike = { nameOverride: "gate", webhook: { name: "door" } };
        const budget = { podDisruptionBudget: { maxUnavailable: 1 } };
        const steps: [PolicyControllerArgs, string][] = [
            [{}, 'Write namespace: "security".'],
            [{ namespace: "security" }, 'Write releaseName: "signing".'],
            [named, 'Write values: { fullnameOverride: "signing-gate" }.'],
            [{ ...named, values: { fullnameOverride: "signing-gate" } }, "is called gate-door and not"],
            [{ ...named, values: alike }, "Write values: { webhook: { podDisruptionBudget: { maxUnavailable: 1 } } }."],
        ];
        for (const [wrong, instead] of steps) {
            args.current = { adopt: true, chart, ...wrong };
            expect(await refusalOfPreview(stack)).to.include(instead);
        }
        await setServicePort("security", 8444);
        args.current = { adopt: true, chart, ...named, values: alike };
        expect(await refusalOfPreview(stack)).to.include("Write servicePort: 8444.");
        await setServicePort("security", 443);
        args.current = {
            ...{ adopt: true, chart, ...named },
            values: { ...alike, webhook: { ...alike.webhook, ...budget } },
        };
        const blows = hammer(stage.cluster, "shop");
        await stack.up();
        expect(await blows.stop()).to.include({ admitted: 0, before: 0 });
        expect(await changesInPreview(stack)).to.deep.equal([]);
        expect(await identities("security", "signing-gate-webhook")).to.deep.equal(before);
        const { items } = await stage.cluster.apps.listDeploymentForAllNamespaces();
        expect(items.map(({ metadata }) => metadata?.name)).to.deep.equal(["signing-gate-webhook"]);
        await stack.destroy();
        expect(await identities("security", "signing-gate-webhook")).to.deep.equal(before);
        await helm("uninstall", ...place, "--wait");
        await expectGone("security");
    });

    it("is adopted from kubectl apply, and becomes the stack's own where adopt is taken away", async () => {
        const rendered = await helm("template", ...RELEASE, "--no-hooks", chartOf("0.10.6"));
        const namespace = "apiVersion: v1\nkind: Namespace\nmetadata: { name: cosign-system }\n---\n";
        await applyAsKubectl(stage, `${namespace}${rendered.stdout}`);
        await armed();
        const before = await identities();
        const args: { current: PolicyControllerArgs } = {
            current: { adopt: true, chart: { path: chartOf("0.10.6") } },
        };
        const stack = await stackWith("from-kubectl", args);
        await stack.up();
        expect(await identities()).to.deep.equal(before);
        args.current = { chart: { path: chartOf("0.10.6") } };
        await stack.up();
        expect(await changesInPreview(stack)).to.deep.equal([]);
        expect(await identities()).to.deep.equal(before);
        await stack.destroy();
        const gone = await stage.cluster.core.listNamespace();
        expect(gone.items.map(({ metadata }) => metadata?.name)).to.not.include("cosign-system");
    });

    it("is refused where it came from upstream's release manifests, with what to delete first", async () => {
        await applyAsKubectl(stage, await upstreamManifests());
        const stack = await stackWith("from-manifests", {
            current: { adopt: true, chart: { path: chartOf("0.10.6") } },
        });
        expect(await refusalOfPreview(stack)).to.include(
            "Write: kubectl -n cosign-system delete deployment/webhook service/webhook " +
                "rolebinding/policy-controller-webhook clusterrolebinding/policy-controller-webhook. " +
                "Then: pulumi up --skip-preview.",
        );
        const { apps, config, core } = stage.cluster;
        const rights = config.makeApiClient(RbacAuthorizationV1Api);
        const place = { namespace: "cosign-system" };
        await apps.deleteNamespacedDeployment({ ...place, name: "webhook" });
        await core.deleteNamespacedService({ ...place, name: "webhook" });
        await rights.deleteNamespacedRoleBinding({ ...place, name: "policy-controller-webhook" });
        await rights.deleteClusterRoleBinding({ name: "policy-controller-webhook" });
        // Not a preview: the API server asks the webhook that is gone about the canary.
        await stack.up();
        expect(await changesInPreview(stack)).to.deep.equal([]);
    });
});

async function refusalOfPreview(stack: Stack): Promise<string> {
    return stack.preview().then(
        () => "",
        (problem: unknown) => String(problem),
    );
}

/** Objects as `kubectl apply` leaves them: its field manager, and the annotation that it compares with the next time. */
async function applyAsKubectl(stage: Stage, yaml: string): Promise<void> {
    const objects = KubernetesObjectApi.makeApiClient(stage.kubeConfig);
    for (const document of parseAllDocuments(yaml)) {
        const object = document.toJS() as KubernetesObject | null;
        if (object !== null) {
            const annotations = { "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify(object) };
            const applied: KubernetesObject = {
                ...(object as object),
                metadata: { ...(object.metadata as object), annotations },
            };
            await objects
                .create(applied, undefined, undefined, "kubectl-client-side-apply")
                .catch((problem: unknown) => {
                    if (!(problem instanceof ApiException && problem.code === 409)) {
                        throw problem;
                    }
                });
        }
    }
}
