import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { expect } from "chai";
import { existsSync, statSync } from "node:fs";

import { Sandbox } from "../../sandbox/index";
import { Cluster, isPodReady } from "./support/cluster";
import { commandLine, isRunning, listeningAddresses } from "./support/machine";
import { START_TIMEOUT_MS, startSandbox } from "./support/start";
import { eventually } from "./support/wait";

describe("a sandbox", function () {
    this.timeout(START_TIMEOUT_MS);

    let sandbox: Sandbox;
    let cluster: Cluster;

    before(async () => {
        sandbox = await startSandbox();
        cluster = Cluster.fromKubeconfig(sandbox.kubeconfig);
    });

    after(() => sandbox.stop());

    it("gives the administrator a kubeconfig that nobody else can read", () => {
        expect(cluster.config.getCurrentContext()).to.equal("signed-images-sandbox");
        expect(cluster.config.getCurrentCluster()?.skipTLSVerify).to.not.equal(true);
        expect(statSync(sandbox.kubeconfig).mode & 0o777).to.equal(0o600);
        expect(statSync(sandbox.directory).mode & 0o777).to.equal(0o700);
    });

    it("has the namespaces of a cluster, and three nodes that are Ready", async () => {
        const namespaces = await cluster.core.listNamespace();
        const nodes = await cluster.core.listNode();
        expect(namespaces.items.map((namespace) => namespace.metadata?.name)).to.include.members([
            "default",
            "kube-system",
        ]);
        expect(nodes.items.map((node) => node.metadata?.labels?.["topology.kubernetes.io/zone"])).to.have.members([
            "zone-a",
            "zone-b",
            "zone-c",
        ]);
        for (const node of nodes.items) {
            expect(node.spec?.taints ?? []).to.deep.equal([]);
            expect(node.status?.conditions?.find(({ type }) => type === "Ready")?.status).to.equal("True");
        }
    });

    it("makes a Deployment available, with its replicas on different nodes", async () => {
        await cluster.create(deploymentOf("web", 3));
        await eventually("web is available", async () => (await availableReplicas(cluster, "web")) === 3);
        const pods = (await cluster.pods("default")).filter((pod) => pod.metadata?.labels?.app === "web");
        expect(new Set(pods.map((pod) => pod.spec?.nodeName)).size).to.equal(3);
        expect(new Set(pods.map((pod) => pod.status?.podIP)).size).to.equal(3);
        for (const pod of pods) {
            expect(pod.status?.containerStatuses?.[0]?.imageID).to.match(/^example\.com\/web@sha256:[0-9a-f]{64}$/);
        }
    });

    it("replaces a pod that is deleted", async () => {
        const [first] = (await cluster.pods("default")).filter((pod) => pod.metadata?.labels?.app === "web");
        const name = first?.metadata?.name ?? "";
        await cluster.core.deleteNamespacedPod({ name, namespace: "default" });
        await eventually(`pod ${name} is gone`, async () =>
            (await cluster.pods("default")).every((pod) => pod.metadata?.name !== name),
        );
        await eventually("web is available", async () => (await availableReplicas(cluster, "web")) === 3);
    });

    it("has others beside it, in which policy-controller does not start", async () => {
        await using beside = await startSandbox({ controller: false });
        const other = Cluster.fromKubeconfig(beside.kubeconfig);
        await other.create(`
            apiVersion: v1
            kind: Pod
            metadata: { name: webhook, namespace: default }
            spec: { containers: [{ name: webhook, image: "example.com/policy-controller:1" }] }
        `);
        await eventually("the pod says what it waits for", async () => {
            const [pod] = await other.pods("default");
            const waiting = pod?.status?.containerStatuses?.[0]?.state?.waiting;
            return waiting?.message === "the sandbox was started without policy-controller";
        });
        expect(beside.processes.map(({ name }) => name)).to.not.include("policy-controller");
    });

    it("counts the allowed disruptions of a budget", async () => {
        await cluster.create(`
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: { name: web, namespace: default }
            spec: { minAvailable: 2, selector: { matchLabels: { app: web } } }
        `);
        await eventually("one disruption is allowed", async () => {
            const budget = await cluster.policy.readNamespacedPodDisruptionBudget({
                name: "web",
                namespace: "default",
            });
            return budget.status?.disruptionsAllowed === 1;
        });
    });

    it("takes no new pods on a cordoned node", async () => {
        const nodes = ["sandbox-a", "sandbox-b"];
        await Promise.all(nodes.map((name) => cluster.core.patchNode({ name, body: CORDON }, MERGE_PATCH)));
        await cluster.create(deploymentOf("elsewhere", 2));
        await eventually("it is available", async () => (await availableReplicas(cluster, "elsewhere")) === 2);
        const pods = (await cluster.pods("default")).filter((pod) => pod.metadata?.labels?.app === "elsewhere");
        expect(pods.map((pod) => pod.spec?.nodeName)).to.deep.equal(["sandbox-c", "sandbox-c"]);
        await Promise.all(nodes.map((name) => cluster.core.patchNode({ name, body: UNCORDON }, MERGE_PATCH)));
    });

    it("completes a Job", async () => {
        await cluster.create(`
            apiVersion: batch/v1
            kind: Job
            metadata: { name: once, namespace: default }
            spec:
                template:
                    spec:
                        restartPolicy: Never
                        containers: [{ name: main, image: example.com/once:1 }]
        `);
        await eventually("the job is complete", async () => {
            const job = await cluster.batch.readNamespacedJob({ name: "once", namespace: "default" });
            return job.status?.succeeded === 1;
        });
    });

    it("deletes a namespace with what is in it", async () => {
        await cluster.create(`
            apiVersion: v1
            kind: Namespace
            metadata: { name: short-lived }
        `);
        await cluster.create(podOf("short-lived"));
        await eventually("the pod is ready", async () => (await cluster.pods("short-lived")).every(isPodReady));
        await cluster.core.deleteNamespace({ name: "short-lived" });
        await eventually("the namespace is gone", async () => {
            const namespaces = await cluster.core.listNamespace();
            return namespaces.items.every((namespace) => namespace.metadata?.name !== "short-lived");
        });
    });

    it("refuses what a webhook without a ready endpoint has to judge", async () => {
        await cluster.create(JUDGED_CONFIG_MAPS);
        const refusal = await cluster.refusal(`
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: anything, namespace: judged }
        `);
        expect(refusal).to.match(/failed calling webhook "judge\.example\.com"/);
        expect(refusal).to.match(/service judged\/judge has no ready endpoint for port 443/);
    });

    it("has a registry", async () => {
        const response = await fetch(`http://${sandbox.registry}/v2/`);
        expect(response.status).to.equal(200);
    });

    it("listens on loopback only", function () {
        if (process.platform !== "linux") {
            this.skip();
        }
        const addresses = sandbox.processes.flatMap(({ pid }) => listeningAddresses(pid));
        const loopback = /^(0100007F|00000000000000000000000001000000):/;
        expect(addresses.length).to.be.greaterThan(0);
        expect(addresses.filter((address) => !loopback.test(address))).to.deep.equal([]);
    });

    it("shows no secret in the process list", function () {
        if (process.platform !== "linux") {
            this.skip();
        }
        const token = cluster.config.getCurrentUser()?.token ?? "";
        expect(token).to.match(/^[0-9a-f]{64}$/);
        for (const { pid } of sandbox.processes) {
            expect(commandLine(pid)).to.not.include(token);
        }
    });

    it("leaves no process and no folder, however often it is stopped", async () => {
        const { directory, processes } = sandbox;
        expect(processes.map(({ name }) => name)).to.have.members([
            "etcd",
            "registry",
            "kube-apiserver",
            "kube-controller-manager",
        ]);
        await Promise.all([sandbox.stop(), sandbox.stop()]);
        expect(processes.filter(({ pid }) => isRunning(pid))).to.deep.equal([]);
        expect(existsSync(directory)).to.equal(false);
        expect(sandbox.processes).to.deep.equal([]);
    });
});

const CORDON = { spec: { unschedulable: true } };
const UNCORDON = { spec: { unschedulable: null } };
const MERGE_PATCH = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

async function availableReplicas(cluster: Cluster, name: string): Promise<number> {
    const deployment = await cluster.apps.readNamespacedDeployment({ name, namespace: "default" });
    return deployment.status?.availableReplicas ?? 0;
}

function deploymentOf(name: string, replicas: number): string {
    return `
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: ${name}, namespace: default }
        spec:
            replicas: ${replicas}
            selector: { matchLabels: { app: ${name} } }
            template:
                metadata: { labels: { app: ${name} } }
                spec: { containers: [{ name: main, image: "example.com/web:1" }] }
    `;
}

function podOf(namespace: string): string {
    return `
        apiVersion: v1
        kind: Pod
        metadata: { name: lonely, namespace: ${namespace} }
        spec: { containers: [{ name: main, image: "example.com/web:1" }] }
    `;
}

const JUDGED_CONFIG_MAPS = `
    apiVersion: v1
    kind: Namespace
    metadata: { name: judged, labels: { judged: "yes" } }
    ---
    apiVersion: v1
    kind: Service
    metadata: { name: judge, namespace: judged }
    spec: { selector: { app: judge }, ports: [{ port: 443, targetPort: 8443 }] }
    ---
    apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingWebhookConfiguration
    metadata: { name: judge }
    webhooks:
        - name: judge.example.com
          admissionReviewVersions: [v1]
          sideEffects: None
          failurePolicy: Fail
          namespaceSelector: { matchLabels: { judged: "yes" } }
          clientConfig: { service: { name: judge, namespace: judged } }
          rules: [{ apiGroups: [""], apiVersions: [v1], resources: [configmaps], operations: [CREATE] }]
`.replace(/^ {4}/gm, "");
