import * as fs from "node:fs/promises";
import * as path from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import { RbacAuthorizationV1Api } from "@kubernetes/client-node";
import type { Stack } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import {
    Authority,
    ClusterImagePolicy,
    EnforcedNamespace,
    PolicyController,
    type PolicyControllerArgs,
    StaticAction,
    TrustRoot,
} from "../../index";
import { leftovers, listObjects } from "../../sandbox/demo/inventory";
import { changesInPreview } from "../../sandbox/demo/stack";
import { TUF_ROOTS } from "../core/policy/samples";
import { eventually } from "../sandbox/support/wait";
import { disarm } from "./support/disarm";
import { IS_SOAK } from "./support/draw";
import { hammer } from "./support/hammer";
import { BUILD_TIMEOUT_MS, Stage } from "./support/stage";

const TIMEOUT_MS = 8 * 60_000;
/** A slow image pull. */
const CONTROLLER_START_DELAY_MS = IS_SOAK ? 30_000 : 3000;

describe("the install of a controller", function () {
    this.timeout(TIMEOUT_MS);
    let stage: Stage;
    let objectsBefore: ReadonlySet<string>;
    /** Kubeconfigs of who may do nothing, read all, and write all but roles with more rights than their own. */
    let powerless: string, reader: string, writer: string;

    before(async function () {
        this.timeout(BUILD_TIMEOUT_MS);
        stage = await Stage.open({ controllerStartDelayMs: CONTROLLER_START_DELAY_MS });
        await stage.cluster.core.createNamespace({ body: { metadata: { name: "shop" } } });
        powerless = await kubeconfigOf("powerless", []);
        reader = await kubeconfigOf("reader", ["get", "list"]);
        writer = await kubeconfigOf("writer", ["get", "list", "create", "patch", "bind"]);
        objectsBefore = await listObjects(stage.kubeConfig);
    });

    after(() => stage.sandbox.stop());

    function controller(name: string, args: PolicyControllerArgs = {}, environment = {}): Promise<Stack> {
        return stage.stack(
            name,
            () => {
                new PolicyController("controller", { chart: { path: stage.chart }, ...args });
            },
            environment,
        );
    }

    /** The sandbox's kubeconfig, in the name of somebody who may do this with everything. */
    async function kubeconfigOf(user: string, verbs: string[]): Promise<string> {
        const rbac = stage.kubeConfig.makeApiClient(RbacAuthorizationV1Api);
        const [metadata, apiGroup] = [{ name: user }, "rbac.authorization.k8s.io"];
        const rules = verbs.length === 0 ? [] : [{ apiGroups: ["*"], resources: ["*"], verbs }];
        await rbac.createClusterRole({ body: { metadata, rules } });
        const roleRef = { apiGroup, kind: "ClusterRole", name: user };
        await rbac.createClusterRoleBinding({
            body: { metadata, roleRef, subjects: [{ apiGroup, kind: "User", name: user }] },
        });
        const kubeconfig = path.join(stage.sandbox.directory, user);
        const text = await fs.readFile(stage.sandbox.kubeconfig, "utf8");
        await fs.writeFile(kubeconfig, text.replace(/(\n\s+)(token: )/, `$1as: ${user}$1$2`));
        return kubeconfig;
    }

    async function expectNothingDone(): Promise<void> {
        expect(leftovers(objectsBefore, await listObjects(stage.kubeConfig))).to.deep.equal([]);
    }

    it("refuses a namespace that somebody else made, at preview and at up, and touches nothing", async () => {
        await stage.cluster.core.createNamespace({ body: { metadata: { name: "cosign-system" } } });
        const before = await listObjects(stage.kubeConfig);
        const stack = await controller("theirs");
        for (const said of [await refusal(stack.preview()), await refusal(stack.up())]) {
            expect(said).to.include("the cluster already has Namespace cosign-system").and.include("adopt: true");
        }
        expect(await listObjects(stage.kubeConfig)).to.deep.equal(before);
        const kept = { namespace: "cosign-system", name: "kept" };
        const body = { metadata: { name: kept.name, finalizers: ["tests.example/kept"] } };
        await stage.cluster.core.createNamespacedConfigMap({ ...kept, body });
        await stage.cluster.core.deleteNamespace({ name: "cosign-system" });
        const adopting = await controller("going", { adopt: true });
        expect(await refusal(adopting.preview())).to.include("the Namespace cosign-system is being deleted");
        const finished = [{ op: "remove", path: "/metadata/finalizers" }];
        await stage.cluster.core.patchNamespacedConfigMap({ ...kept, body: finished });
        await eventually("the namespace is gone", async () => {
            const { items } = await stage.cluster.core.listNamespace();
            return !items.some(({ metadata }) => metadata?.name === "cosign-system");
        });
    });

    it("says at preview which right to read is missing", async () => {
        const stack = await controller("powerless", {}, { KUBECONFIG: powerless });
        expect(await refusal(stack.preview())).to.match(
            /User \\?"powerless\\?" cannot get resource \\?"namespaces\\?" in API group/,
        );
        await expectNothingDone();
    });

    async function previewed(program: () => void, kubeconfig: string): Promise<string> {
        const stack = await stage.stack("previewed", program, { KUBECONFIG: kubeconfig });
        return (await stack.preview({ color: "never" })).stdout;
    }

    it("says at preview which rights to write are missing", async () => {
        const program = () => {
            const armed = new PolicyController("controller", { chart: { path: stage.chart } });
            new EnforcedNamespace("made", { name: "made", create: true }, { dependsOn: armed });
        };
        const readers = await previewed(program, reader);
        const expected = [
            /PolicyController "controller": write forbidden \(found ClusterRole policy-controller-webhook, .*Namespace cosign-system, /,
            /the verbs patch and create on clusterrolebindings\.rbac\.authorization\.k8s\.io, .*, namespaces, priorityclasses\.scheduling\.k8s\.io,/,
            /EnforcedNamespace "made": write forbidden \(found Namespace made\)/,
            /the verbs patch and create on namespaces\. +\[write-forbidden\]/,
        ];
        for (const words of expected) {
            expect(readers).to.match(words);
        }
        const writers = await previewed(program, writer);
        expect(new Set(writers.match(/write forbidden.*/g))).to.have.all.keys(
            "write forbidden (found ClusterRole policy-controller-webhook).",
        );
        await expectNothingDone();
    });

    it("says nothing of rights where the provider writes files", async () => {
        const renderYamlToDirectory = path.join(stage.sandbox.directory, "files");
        const program = () => {
            const provider = new kubernetes.Provider("files", { renderYamlToDirectory });
            new EnforcedNamespace("made", { name: "made", create: true }, { provider });
        };
        expect(await previewed(program, stage.sandbox.kubeconfig)).to.not.include("write-forbidden");
    });

    async function kubeconfigOfNowhere(): Promise<string> {
        const kubeconfig = path.join(stage.sandbox.directory, "nowhere");
        const text = await fs.readFile(stage.sandbox.kubeconfig, "utf8");
        await fs.writeFile(kubeconfig, text.replace(/https:\/\/127\.0\.0\.1:\d+/, "https://127.0.0.1:1"));
        return kubeconfig;
    }

    async function kubeconfigOfUnknown(): Promise<string> {
        const kubeconfig = path.join(stage.sandbox.directory, "empty");
        await fs.writeFile(kubeconfig, "apiVersion: v1\nkind: Config\n");
        return kubeconfig;
    }

    it("says at preview that no cluster answers", async () => {
        const stack = await controller("nowhere", {}, { KUBECONFIG: await kubeconfigOfNowhere() });
        expect(await refusal(stack.preview())).to.include("connection refused");
    });

    it("is not needed for the first preview of policies, trust roots and namespaces, with or without a cluster", async () => {
        const program = () => {
            const authorities = [Authority.static({ action: StaticAction.Fail })];
            const policy = new ClusterImagePolicy("acme", { images: ["ghcr.io/acme/**"], authorities });
            new TrustRoot("acme", { remote: { root: TUF_ROOTS.good[0] ?? "", mirror: "https://tuf.example" } });
            new EnforcedNamespace("acme", { name: "acme", create: true }, { dependsOn: policy });
            new EnforcedNamespace("default", { name: "default" }, { dependsOn: policy });
        };
        const kubeconfigs = [stage.sandbox.kubeconfig, await kubeconfigOfNowhere(), await kubeconfigOfUnknown()];
        for (const [index, kubeconfig] of kubeconfigs.entries()) {
            const stack = await stage.stack(`first-${index}`, program, { KUBECONFIG: kubeconfig });
            const { changeSummary, stdout } = await stack.preview();
            expect(changeSummary, kubeconfig).to.deep.equal({ create: 17 });
            expect(stdout, kubeconfig).to.not.include("write-forbidden");
        }
    });

    it("is not needed for a later preview, which shows no question to the cluster as deleted", async () => {
        const stack = (kubeconfig = stage.sandbox.kubeconfig) =>
            stage.stack(
                "later",
                () => {
                    new EnforcedNamespace("acme", { name: "acme", create: true });
                    new EnforcedNamespace("default", { name: "default" });
                },
                { KUBECONFIG: kubeconfig },
            );
        await (await stack()).up();
        for (const kubeconfig of [await kubeconfigOfNowhere(), await kubeconfigOfUnknown()]) {
            expect(await changesInPreview(await stack(kubeconfig)), kubeconfig).to.deep.equal([]);
        }
        await (await stack()).destroy();
        await expectNothingDone();
    });

    it("refuses a chart of something else, also of another admission controller, and one of nothing", async () => {
        const chart = path.join(stage.sandbox.directory, "other");
        await fs.mkdir(path.join(chart, "templates"), { recursive: true });
        await fs.writeFile(path.join(chart, "Chart.yaml"), "apiVersion: v2\nname: other\nversion: 1.0.0\n");
        const template = {
            metadata: { labels: { a: "b" } },
            spec: { containers: [{ name: "other", image: "other" }] },
        };
        const deployment = {
            apiVersion: "apps/v1",
            kind: "Deployment",
            spec: { selector: { matchLabels: { a: "b" } }, template },
        };
        const webhooks = {
            apiVersion: "admissionregistration.k8s.io/v1",
            kind: "MutatingWebhookConfiguration",
            webhooks: [],
        };
        const stack = await controller("other", { chart: { path: chart } });
        expect(await refusal(stack.preview()), "of nothing").to.include("This is no policy-controller chart");
        for (const object of [deployment, webhooks]) {
            const file = path.join(chart, "templates", `${object.kind}.yaml`);
            await fs.writeFile(file, JSON.stringify({ ...object, metadata: { name: "other" } }));
        }
        expect(await refusal(stack.preview()))
            .to.include("This is no policy-controller chart")
            .and.include("[chart-of-something-else]");
        await expectNothingDone();
    });

    it("previews with a value that is not known yet", async () => {
        const program = () => {
            const other = new kubernetes.core.v1.ConfigMap("other", { metadata: { namespace: "default" } });
            const values = { webhook: { podAnnotations: { "tests.example/other": other.id } } };
            new PolicyController("controller", { chart: { path: stage.chart }, values });
        };
        expect(await previewed(program, stage.sandbox.kubeconfig)).to.not.include("error");
        await expectNothingDone();
    });

    it("makes no namespace by labelling one that does not exist", async () => {
        const stack = await stage.stack("absent", () => {
            new EnforcedNamespace("absent", { name: "absent" });
        });
        expect(await refusal(stack.up())).to.include("there is no Namespace absent");
        await expectNothingDone();
    });

    it("says what it waited for in vain: rules that nobody writes", async () => {
        const extraArgs = { "webhook-name": "elsewhere.sigstore.dev" };
        const stack = await controller("unarmed", { armingTimeoutSeconds: 3, values: { webhook: { extraArgs } } });
        expect(await refusal(stack.up())).to.match(/\{\.webhooks\[0\]\.rules\}/);
        await stack.destroy();
        await expectNothingDone();
    });

    it("says what it waited for in vain: a service that the API server does not reach, and goes after disarm", async () => {
        const service = { port: 444 };
        const stack = await controller("unreached", { armingTimeoutSeconds: 3, values: { webhook: { service } } });
        const said = await refusal(stack.up());
        expect(said)
            .to.match(/controller-canary .*failed/)
            .and.match(/failed calling webhook|conversion webhook/);
        // What docs/lockout.md says to do, and a check of the cluster in the state does not hinder.
        await disarm(stage);
        await stack.destroy();
        await expectNothingDone();
    });

    it("lets no unsigned pod into an enforced namespace, one step at a time and with a slow controller", async () => {
        const blows = [hammer(stage.cluster, "shop"), hammer(stage.cluster, "made")];
        const stack = await stage.stack("gapless", () => {
            const armed = new PolicyController("controller", { chart: { path: stage.chart } });
            new EnforcedNamespace("shop", { name: "shop" }, { dependsOn: armed });
            new EnforcedNamespace("made", { name: "made", create: true }, { dependsOn: armed });
        });
        await stack.up({ parallel: 1 });
        for (const { stop } of blows) {
            const seen = await stop();
            expect(seen.admitted).to.equal(0);
            expect(seen.before, "tries from before").to.be.above(0);
        }
        const after = hammer(stage.cluster, "shop");
        await eventually("a second install is refused", async () => {
            const second = await controller("second", { namespace: "elsewhere" });
            const said = await refusal(second.preview());
            expect(said).to.include("MutatingWebhookConfiguration policy.sigstore.dev (of the stack tests/gapless)");
            return true;
        });
        const authorities = [Authority.static({ action: StaticAction.Fail })];
        const policy = (enableServerSideApply: boolean) => () => {
            const provider = new kubernetes.Provider("cluster", { enableServerSideApply });
            new ClusterImagePolicy("acme", { images: ["ghcr.io/acme/**"], authorities }, { provider });
        };
        expect(await previewed(policy(true), reader)).to.match(
            /write forbidden \(found ClusterImagePolicy acme\).* create on clusterimagepolicies\.policy\.sigstore\.dev\./s,
        );
        const untried = await previewed(policy(false), reader);
        expect(untried).to.include("ClusterImagePolicy").and.not.include("write-forbidden");
        await stack.destroy();
        const seen = await after.stop();
        expect(seen.admitted, "until the label was gone").to.equal(0);
        expect(seen.refused).to.be.above(0);
        await expectNothingDone();
    });
});

async function refusal(work: Promise<unknown>): Promise<string> {
    return work.then(
        () => "",
        (problem: unknown) => String(problem),
    );
}
