import { setTimeout as delay } from "node:timers/promises";
import {
    ApiextensionsV1Api,
    CoordinationV1Api,
    CustomObjectsApi,
    type V1ObjectMeta,
    V1MicroTime,
} from "@kubernetes/client-node";
import type { Stack } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import {
    Authority,
    ClusterImagePolicy,
    EnforcedNamespace,
    NoMatchPolicy,
    PolicyController,
    type PolicyControllerArgs,
    StaticAction,
} from "../../index";
import { leftovers, listObjects } from "../../sandbox/demo/inventory";
import { changesInPreview } from "../../sandbox/demo/stack";
import { isPodReady } from "../sandbox/support/cluster";
import { eventually } from "../sandbox/support/wait";
import { CONTROLLER_OPTIONS } from "./support/controller-options";
import { disarm } from "./support/disarm";
import { drawn, SEED } from "./support/draw";
import { pushImage } from "./support/images";
import { BUILD_TIMEOUT_MS, Stage } from "./support/stage";
import { deploymentOf, replicaSetsOf, scale } from "./support/workloads";

const TIMEOUT_MS = 8 * 60_000;
/** More than a lease runs, and than the controller takes to see that it has run out. */
const LEASE_MS = 3 * 60_000;
const CONTROLLER = { namespace: "cosign-system" };
/** The storm makes some three a second. */
const STORM_MS = 4000;
/** Longer than an `up` takes until the webhooks are armed. */
const DEAD_LEASE_SECONDS = 8;
/** Longer than an `up` takes until the program runs. */
const EXEMPTION_MS = 20_000;
const UNSIGNED = `registry.example.com/unsigned/app@sha256:${"b".repeat(64)}`;
const UNSIGNED_POD = `
    apiVersion: v1
    kind: Pod
    metadata: { name: unsigned, namespace: shop }
    spec: { containers: [{ name: app, image: "${UNSIGNED}" }] }`;

describe(`a controller's life (SIGNED_IMAGES_SEED=${SEED})`, function () {
    this.timeout(TIMEOUT_MS);
    let stage: Stage;
    let stack: Stack;
    let objectsBefore: ReadonlySet<string>;
    let tagged: string;
    /** What the program is told; a test may change it for the next `up`. */
    let args: PolicyControllerArgs = {};
    let enforced = false;
    let exemptUntil: string | undefined;

    function program(): void {
        const controller = new PolicyController("controller", { ...args, chart: { path: stage.chart } });
        const policy = new ClusterImagePolicy(
            "trusted",
            {
                images: [`${stage.sandbox.registry}/trusted/**`],
                authorities: [Authority.static({ action: StaticAction.Pass })],
            },
            { dependsOn: controller },
        );
        if (enforced) {
            new EnforcedNamespace("shop", { name: "shop", exemptUntil }, { dependsOn: policy });
        }
    }

    before(async function () {
        this.timeout(BUILD_TIMEOUT_MS);
        stage = await Stage.open();
        tagged = `${stage.sandbox.registry}/trusted/app:1`;
        await pushImage(tagged);
        await stage.cluster.core.createNamespace({ body: { metadata: { name: "shop" } } });
        objectsBefore = await listObjects(stage.kubeConfig);
        stack = await stage.stack("life", program);
        await stack.up();
    });

    after(() => stage.sandbox.stop());

    async function expectNoDrift(): Promise<void> {
        expect(await changesInPreview(stack), "before a refresh").to.deep.equal([]);
        await stack.refresh();
        expect(await changesInPreview(stack), "after a refresh").to.deep.equal([]);
    }

    it("drifts nowhere", expectNoDrift);

    it("spreads the replicas over nodes and zones, with limits, a priority and a time-out", async () => {
        const { cluster } = stage;
        const pods = await cluster.pods("cosign-system");
        expect(new Set(pods.map((pod) => pod.spec?.nodeName)).size).to.equal(3);
        for (const { spec } of pods) {
            expect(spec?.topologySpreadConstraints?.map(({ topologyKey }) => topologyKey)).to.deep.equal([
                "kubernetes.io/hostname",
                "topology.kubernetes.io/zone",
            ]);
            expect(spec?.priorityClassName).to.equal("signed-images-policy-controller");
            expect(spec?.priority).to.equal(1_000_000_000);
            expect(spec?.containers[0]?.resources).to.deep.equal({
                requests: { cpu: "100m", memory: "128Mi" },
                limits: { cpu: "1", memory: "512Mi" },
            });
            expect(spec?.containers[0]?.image).to.match(/@sha256:[0-9a-f]{64}$/);
        }
        const { items } = await cluster.admission.listValidatingWebhookConfiguration();
        expect(items.map(({ webhooks }) => webhooks?.[0]?.timeoutSeconds)).to.deep.equal([25, 25]);
    });

    it("lets a node drain", async () => {
        const [pod] = await stage.cluster.pods("cosign-system");
        const metadata = { name: pod?.metadata?.name ?? "", namespace: "cosign-system" };
        await stage.cluster.core.createNamespacedPodEviction({ ...metadata, body: { metadata } });
        await eventually("three pods are ready again", async () => {
            const pods = await stage.cluster.pods("cosign-system");
            return pods.length === 3 && pods.every(isPodReady);
        });
    });

    it("takes Deployments by tag from before the label", async () => {
        for (const name of ["calm", "stormy"]) {
            const body = deploymentOf(name, tagged);
            await stage.cluster.apps.createNamespacedDeployment({ namespace: "shop", body });
            await eventually("it runs", async () => (await replicaSetsOf(stage.cluster, "shop", name)) === 1);
        }
        enforced = true;
        await stack.up();
    });

    it("makes one ReplicaSet however it is scaled, and rewrites and admits its pods", async () => {
        await scale(stage.cluster, "shop", "calm", 3);
        await delay(STORM_MS);
        expect(await replicaSetsOf(stage.cluster, "shop", "calm")).to.equal(1);
        const pods = (await stage.cluster.pods("shop")).filter((pod) => pod.metadata?.labels?.app === "calm");
        const images = pods.map((pod) => pod.spec?.containers[0]?.image ?? "");
        expect(images).to.have.lengthOf(3);
        expect(images.filter((image) => image.startsWith(`${tagged}@sha256:`))).to.have.lengthOf(2);
    });

    it("refuses an unsigned image at the Deployment, and at a pod that pretends to be owned", async () => {
        const owned = `[{ apiVersion: apps/v1, kind: ReplicaSet, name: x, uid: x, controller: true }]`;
        const refusals = await Promise.all([
            stage.cluster.refusal(`
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata: { name: unsigned, namespace: shop }
                    spec:
                      selector: { matchLabels: { app: unsigned } }
                      template:
                        metadata: { labels: { app: unsigned } }
                        spec: { containers: [{ name: app, image: "${UNSIGNED}" }] }`),
            stage.cluster.refusal(`
                    apiVersion: v1
                    kind: Pod
                    metadata: { name: unsigned, namespace: shop, ownerReferences: ${owned} }
                    spec: { containers: [{ name: app, image: "${UNSIGNED}" }] }`),
        ]);
        for (const refusal of refusals) {
            expect(refusal).to.include("no matching policies");
        }
    });

    it("leaves the Jobs of a CronJob as the CronJob has them", async () => {
        const owner = { apiVersion: "batch/v1", kind: "CronJob", name: "nightly", uid: "x", controller: true };
        const job = {
            metadata: { name: "nightly-1", ownerReferences: [owner] },
            spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "app", image: tagged }] } } },
        };
        // A dry run: the garbage collector would soon find out that there is no such CronJob.
        const { spec } = await stage.cluster.batch.createNamespacedJob({
            namespace: "shop",
            body: job,
            dryRun: "All",
        });
        expect(spec?.template.spec?.containers[0]?.image).to.equal(tagged);
    });

    for (const [name, options] of drawn(Object.entries(CONTROLLER_OPTIONS))) {
        it(`drifts nowhere with ${name}`, async () => {
            args = options;
            await stack.up();
            await expectNoDrift();
        });
    }

    it("drowns in ReplicaSets where owned objects are judged too", async () => {
        // With settings on the way that replace a definition and ConfigMaps, of which the controller itself writes a part.
        const { Warn } = NoMatchPolicy;
        args = { judgeOwnedObjects: true, servicePort: 8443, noMatchPolicy: Warn, values: { loglevel: "debug" } };
        expect((await stack.preview()).stdout, "of who may do all").to.not.include("write-forbidden");
        await stack.up();
        await scale(stage.cluster, "shop", "stormy", 2);
        await eventually("the storm", async () => (await replicaSetsOf(stage.cluster, "shop", "stormy")) > 5);
        await stage.cluster.apps.deleteNamespacedDeployment({ namespace: "shop", name: "stormy" });
        args = {};
        await stack.up();
        // At once; or when the lease has run out, of a process that had lost the rights of its ServiceAccount and could not give it back.
        await eventually("the definition has a CA bundle again", hasCaBundle, LEASE_MS);
        await expectNoDrift();
    });

    async function hasCaBundle(): Promise<boolean> {
        const definitions = stage.kubeConfig.makeApiClient(ApiextensionsV1Api);
        const { spec } = await definitions.readCustomResourceDefinition({
            name: "clusterimagepolicies.policy.sigstore.dev",
        });
        return spec.conversion?.webhook?.clientConfig?.caBundle !== undefined;
    }

    /** As `kubectl label --overwrite` does. */
    async function setLabel(value: string): Promise<void> {
        const body = [{ op: "replace", path: "/metadata/labels/policy.sigstore.dev~1include", value }];
        await stage.cluster.core.patchNamespace({ name: "shop", body });
    }

    it("shows that somebody took the label away, and puts it back", async () => {
        await setLabel("false");
        await stack.refresh();
        expect((await changesInPreview(stack)).join()).to.match(/NamespacePatch::shop$/);
        await stack.up();
        const { metadata } = await stage.cluster.core.readNamespace({ name: "shop" });
        expect(metadata?.labels).to.include({ "policy.sigstore.dev/include": "true" });
    });

    it("lets any image run while an exemption lasts, whoever set the label, and enforces again at the first up after it", async () => {
        const label = async () => {
            const { metadata } = await stage.cluster.core.readNamespace({ name: "shop" });
            return metadata?.labels?.["policy.sigstore.dev/include"];
        };
        // Once more by hand, from then on in the name of who did it.
        await setLabel("false");
        await setLabel("true");
        exemptUntil = new Date(Date.now() + EXEMPTION_MS).toISOString();
        const { stdout } = await stack.up({ color: "never" });
        expect(stdout).to.include("Any image runs in shop for 1 more day").and.include("[exemption-lasts]");
        expect(await label()).to.equal("false");
        expect(await stage.cluster.refusal(UNSIGNED_POD)).to.equal("");
        await stage.cluster.core.deleteNamespacedPod({ namespace: "shop", name: "unsigned" });
        await eventually("a preview shows the change that ends it", async () => {
            return (await changesInPreview(stack)).some((urn) => urn.endsWith("NamespacePatch::shop"));
        });
        expect(Date.now()).to.be.above(Date.parse(exemptUntil));
        await stack.up();
        expect(await label()).to.equal("true");
        expect(await stage.cluster.refusal(UNSIGNED_POD)).to.include("no matching policies");
        exemptUntil = undefined;
    });

    it("drifts nowhere after its certificates were rotated and it was restarted", async () => {
        const { cluster } = stage;
        await cluster.core.patchNamespacedSecret({
            ...CONTROLLER,
            name: "webhook-certs",
            body: [{ op: "remove", path: "/data" }],
        });
        await cluster.core.deleteCollectionNamespacedPod(CONTROLLER);
        await eventually("new certificates, and three new pods", async () => {
            const { data } = await cluster.core.readNamespacedSecret({ ...CONTROLLER, name: "webhook-certs" });
            const pods = await cluster.pods("cosign-system");
            return data?.["ca-cert.pem"] !== undefined && pods.length === 3 && pods.every(isPodReady);
        });
        await eventually("the webhooks take policies again", async () => {
            const again = await stage.cluster.refusal(somebodysPolicy("probe")).catch(() => "unreachable");
            return again === "" || again.includes("already exists");
        });
        await expectNoDrift();
    });

    it("fails fast to go while the controller is dead, and says how to disarm it", async () => {
        await scale(stage.cluster, "cosign-system", "policy-controller-webhook", 0);
        await eventually("no pod serves", async () => (await stage.cluster.pods("cosign-system")).length === 0);
        const begun = Date.now();
        const failure = await stack.destroy().then(
            () => "",
            (problem: unknown) => String(problem),
        );
        expect(failure).to.include("failed calling webhook");
        expect(Date.now() - begun).to.be.below(60_000);

        const planned = await disarm(stage, []).catch((problem: unknown) => (problem as { stdout: string }).stdout);
        expect(planned)
            .to.include("delete MutatingWebhookConfiguration policy.sigstore.dev")
            .and.include("Nothing was done.");
        expect(await disarm(stage)).to.include("pulumi up --refresh");
        const policies = await policiesOf(stage);
        expect(policies, "read without the conversion webhook").to.include("probe");
    });

    it("is armed again by up --refresh, also where a dead controller holds on to the lease for the conversion", async () => {
        const leases = stage.kubeConfig.makeApiClient(CoordinationV1Api);
        await leases.patchNamespacedLease({
            ...CONTROLLER,
            name: "policy-controller.resource-conversion.00-of-01",
            body: [
                { op: "add", path: "/spec/holderIdentity", value: "dead" },
                { op: "add", path: "/spec/renewTime", value: new V1MicroTime() },
                { op: "add", path: "/spec/leaseDurationSeconds", value: DEAD_LEASE_SECONDS },
            ],
        });
        await stack.up({ refresh: true });
        expect(await policiesOf(stage), "converted at once").to.include("signed-images-canary");
        await expectNoDrift();
        const body = deploymentOf("unsigned", UNSIGNED);
        const refused = await stage.cluster.apps.createNamespacedDeployment({ namespace: "shop", body }).then(
            () => "",
            (problem: unknown) => String(problem),
        );
        expect(refused).to.include("no matching policies");
    });

    /** As before the first `up` is through: the controller runs, and its webhook for policies and trust roots is not there yet. */
    async function withoutPolicyWebhook(work: () => Promise<void>): Promise<void> {
        const name = "validating.clusterimagepolicy.sigstore.dev";
        const webhook = await stage.cluster.admission.readValidatingWebhookConfiguration({ name });
        await stage.cluster.admission.deleteValidatingWebhookConfiguration({ name });
        await work();
        const { metadata, webhooks } = webhook;
        const { labels, annotations } = metadata ?? {};
        const body = { metadata: { name, labels, annotations }, webhooks };
        await stage.cluster.admission.createValidatingWebhookConfiguration({ body });
    }

    it("takes the policies of others along when it goes, and stands at a trust root that its webhook refuses", async () => {
        expect(await policiesOf(stage)).to.include("probe");
        await withoutPolicyWebhook(async () => {
            await stage.cluster.create(REFUSED_TRUST_ROOT);
            await eventually("the controller has put its finalizer on", async () => {
                return (await metadataOfTrustRoots(stage))[0]?.finalizers?.length === 1;
            });
        });
        expect(await stage.cluster.refusal(REFUSED_TRUST_ROOT)).to.include("validation failed");
        await stage.cluster.apps.deleteNamespacedDeployment({ namespace: "shop", name: "calm" });
        let ended = false;
        const destroyed = stack.destroy().finally(() => (ended = true));
        const definitions = stage.kubeConfig.makeApiClient(ApiextensionsV1Api);
        await eventually("the policies are gone, and their definition", async () => {
            const { items } = await definitions.listCustomResourceDefinition();
            return items.map(({ metadata }) => metadata?.name).join() === "trustroots.policy.sigstore.dev";
        });
        await delay(STORM_MS);
        const [left, ...more] = await metadataOfTrustRoots(stage);
        expect(left, "what destroy waits for").to.include.keys("deletionTimestamp", "finalizers");
        expect(more).to.be.empty;
        expect(ended).to.equal(false);
        await disarm(stage);
        await destroyed;
        await eventually("what ran in the namespace is gone", async () => {
            return (await stage.cluster.pods("shop")).length === 0;
        });
        expect(leftovers(objectsBefore, await listObjects(stage.kubeConfig))).to.deep.equal([]);
    });

    it("keeps the definitions where it is told to, readable, with the policies of others", async () => {
        args = { keepCrds: true };
        enforced = false;
        await stack.up();
        await expectNoDrift();
        expect(await stage.cluster.refusal(somebodysPolicy("kept"))).to.equal("");
        await stack.destroy();
        expect(await policiesOf(stage)).to.deep.equal(["kept"]);
        const left = leftovers(objectsBefore, await listObjects(stage.kubeConfig));
        expect(left).to.deep.equal([
            // What serves a definition in a cluster; they go with it.
            "APIService//v1alpha1.policy.sigstore.dev",
            "APIService//v1beta1.policy.sigstore.dev",
            "ClusterImagePolicy//kept",
            "CustomResourceDefinition//clusterimagepolicies.policy.sigstore.dev",
            "CustomResourceDefinition//trustroots.policy.sigstore.dev",
        ]);
    });
});

function somebodysPolicy(name: string): string {
    return `
        apiVersion: policy.sigstore.dev/v1beta1
        kind: ClusterImagePolicy
        metadata: { name: ${name} }
        spec:
          images: [{ glob: "registry.example.com/somebody/**" }]
          authorities: [{ static: { action: pass } }]`;
}

const REFUSED_TRUST_ROOT = `
    apiVersion: policy.sigstore.dev/v1alpha1
    kind: TrustRoot
    metadata: { name: empty }
    spec: {}`;

async function metadataOfTrustRoots(stage: Stage): Promise<V1ObjectMeta[]> {
    const list = (await stage.kubeConfig.makeApiClient(CustomObjectsApi).listClusterCustomObject({
        group: "policy.sigstore.dev",
        version: "v1alpha1",
        plural: "trustroots",
    })) as { items: { metadata: V1ObjectMeta }[] };
    return list.items.map(({ metadata }) => metadata);
}

/** Read as kubectl does, in the preferred version, which is not the stored one. */
async function policiesOf(stage: Stage): Promise<string[]> {
    const list = (await stage.kubeConfig.makeApiClient(CustomObjectsApi).listClusterCustomObject({
        group: "policy.sigstore.dev",
        version: "v1beta1",
        plural: "clusterimagepolicies",
    })) as { items: { metadata: { name: string } }[] };
    return list.items.map(({ metadata }) => metadata.name);
}
