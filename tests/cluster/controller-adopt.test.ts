import * as fs from "node:fs/promises";
import * as path from "node:path";
import {
    ApiException,
    type KubernetesObject,
    KubernetesObjectApi,
    PatchStrategy,
    RbacAuthorizationV1Api,
    setHeaderOptions,
} from "@kubernetes/client-node";
import * as kubernetes from "@pulumi/kubernetes";
import type { Stack } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { parseAllDocuments } from "yaml";
import { EnforcedNamespace, PolicyController, type PolicyControllerArgs } from "../../index";
import { changesInPreview } from "../../sandbox/demo/stack";
import { ensureTools } from "../../tools";
import { upstreamManifests } from "../sandbox/support/upstream";
import { eventually } from "../sandbox/support/wait";
import { PROJECT_FOLDER, run } from "../support/project";
import { drawn, IS_SOAK, SEED } from "./support/draw";
import { hammer } from "./support/hammer";
import { BUILD_TIMEOUT_MS, Stage } from "./support/stage";

const TIMEOUT_MS = 8 * 60_000;
const CHARTS = path.resolve(PROJECT_FOLDER, "../shared/charts");
const RELEASE = ["policy-controller", "--namespace", "cosign-system"];
/** Beside the usual installs, one of these in an ordinary run; the release of another stack in a soak only. */
const ODD_INSTALLS = drawn(["under its own names", "from upstream's release manifests"]);

function chartOf(version: string): string {
    return path.join(CHARTS, `policy-controller-${version}.tgz`);
}

describe(`a policy-controller that is there already (SIGNED_IMAGES_SEED=${SEED})`, function () {
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

    /** What adoption would change or lose without a word, how to take it back, and what the preview says to write. */
    function refusedChanges(namespace: string): [() => Promise<unknown>, () => Promise<unknown>, string][] {
        const { admission, core } = stage.cluster;
        const setPolicy = (value: string) => () =>
            core.patchNamespacedConfigMap({
                ...{ namespace, name: "config-policy-controller" },
                body: [{ op: "add", path: "/data", value: { "no-match-policy": value } }],
            });
        const select = (op: string, value?: object) => () =>
            admission.patchMutatingWebhookConfiguration({
                name: "policy.sigstore.dev",
                body: [{ op, path: "/webhooks/0/namespaceSelector/matchLabels", value }],
            });
        const label = (value: string) => () =>
            core.patchNamespace({
                name: namespace,
                body: [{ op: "add", path: "/metadata/labels/policy.sigstore.dev~1include", value }],
            });
        // As the provider writes the Secret of a helm.v3.Release.
        const annotate = (value: string | null) => () =>
            core.patchNamespacedSecret(
                {
                    ...{ namespace, name: "sh.helm.release.v1.signing.v1", fieldManager: "pulumi-kubernetes" },
                    body: { metadata: { annotations: { "tests.example/made": value } } },
                },
                setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
            );
        return [
            [
                annotate("by Pulumi"),
                annotate(null),
                "Write: pulumi state delete, with the URN of the Release. Then: kubectl",
            ],
            [setPolicy("warn"), setPolicy("deny"), 'Write noMatchPolicy: "warn".'],
            [select("add", { team: "shop" }), select("remove"), "Write values: { webhook: { namespaceSelector: {"],
            [label("true"), label("false"), `Write: kubectl label namespace ${namespace} policy.sigstore.dev/include-`],
        ];
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

    it("is adopted under its own names, and refused under others, which would be a second controller", async function () {
        if (!ODD_INSTALLS.includes("under its own names")) {
            this.skip();
        }
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
        for (const [change, undo, instead] of refusedChanges("security")) {
            await change();
            expect(await refusalOfPreview(stack)).to.include(instead);
            await undo();
        }
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

    it("is refused as long as a helm.v3.Release can uninstall it, and adopted then", async function () {
        if (!IS_SOAK) {
            this.skip();
        }
        let isReleased = true;
        let args: PolicyControllerArgs = { adopt: true, chart: { path: chartOf("0.10.6") } };
        const stack = await stage.stack("from-release", () => {
            if (isReleased) {
                const place = { name: "policy-controller", namespace: "cosign-system", createNamespace: true };
                new kubernetes.helm.v3.Release("signing", { ...place, chart: chartOf("0.10.6") });
            } else {
                new PolicyController("controller", args);
            }
        });
        await stack.up();
        await armed();
        const before = await identities();
        isReleased = false;
        expect(await refusalOfPreview(stack)).to.include(
            "Write: pulumi state delete, with the URN of the Release. " +
                "Then: kubectl -n cosign-system delete secret -l owner=helm,name=policy-controller",
        );
        const urn = "urn:pulumi:from-release::tests::kubernetes:helm.sh/v3:Release::signing";
        const { workDir: cwd, envVars } = stack.workspace;
        const env = { ...process.env, ...envVars };
        await run(stage.engine.pulumi, ["state", "delete", urn, "--yes", "--stack", "from-release"], { cwd, env });
        await stage.cluster.core.deleteCollectionNamespacedSecret({
            namespace: "cosign-system",
            labelSelector: "owner=helm,name=policy-controller",
        });
        await stack.up();
        expect(await identities()).to.deep.equal(before);
        args = { chart: args.chart };
        await stack.up();
        expect(await identities()).to.deep.equal(before);
        await stack.destroy();
    });

    it("is refused where it came from upstream's release manifests, with what to delete first", async function () {
        if (!ODD_INSTALLS.includes("from upstream's release manifests")) {
            this.skip();
        }
        await applyAsKubectl(stage, await upstreamManifests());
        const stack = await stackWith("from-manifests", {
            current: { adopt: true, chart: { path: chartOf("0.10.6") } },
        });
        expect(await refusalOfPreview(stack)).to.include(
            "Write: kubectl -n cosign-system delete deployment/webhook service/webhook " +
                "rolebinding/policy-controller-webhook clusterrolebinding/policy-controller-webhook. " +
                "Then: pulumi up.",
        );
        const { apps, config, core } = stage.cluster;
        const rights = config.makeApiClient(RbacAuthorizationV1Api);
        const place = { namespace: "cosign-system" };
        await apps.deleteNamespacedDeployment({ ...place, name: "webhook" });
        await core.deleteNamespacedService({ ...place, name: "webhook" });
        await rights.deleteNamespacedRoleBinding({ ...place, name: "policy-controller-webhook" });
        await rights.deleteClusterRoleBinding({ name: "policy-controller-webhook" });
        // The webhook configurations are still there, and nobody answers for them.
        expect(await refusalOfPreview(stack)).to.equal("");
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
