import { PatchStrategy, V1Pod, setHeaderOptions } from "@kubernetes/client-node";
import { expect } from "chai";

import { Sandbox } from "../../sandbox/index";
import { Cluster, isPodReady } from "./support/cluster";
import { commandLine, isRunning } from "./support/machine";
import { START_TIMEOUT_MS, startSandbox } from "./support/start";
import { upstreamDeployment, upstreamManifests } from "./support/upstream";
import { eventually } from "./support/wait";

const NAMESPACE = "cosign-system";
const DEPLOYMENT = { name: "webhook", namespace: NAMESPACE };
const REPLICAS = 3;
const RESYNC_PERIOD = {
    op: "add",
    path: "/spec/template/spec/containers/0/env/-",
    value: { name: "RESYNC_PERIOD", value: "9h" },
};

describe("policy-controller in a sandbox", function () {
    this.timeout(START_TIMEOUT_MS);

    const reported: string[] = [];
    let sandbox: Sandbox;
    let cluster: Cluster;

    before(async () => {
        sandbox = await startSandbox({ controllerStartDelayMs: 3000, report: (line) => reported.push(line) });
        cluster = Cluster.fromKubeconfig(sandbox.kubeconfig);
        await cluster.create(await upstreamManifests({ replicas: REPLICAS }));
        await cluster.create(JUDGED_CONFIG_MAPS);
    });

    after(() => sandbox.stop());

    const pods = () => cluster.pods(NAMESPACE);
    const controllerPid = () => sandbox.processes.find(({ name }) => name === "policy-controller")?.pid;
    const areAllReady = async () => {
        const all = await pods();
        return all.length === REPLICAS && all.every(isPodReady);
    };
    const owner = async () => (await pods()).find((pod) => !isStandIn(pod));

    it("is refused as unreachable as long as its process does not run", async () => {
        await eventually("its pods have a node", async () => {
            const all = await pods();
            return all.length === REPLICAS && all.every((pod) => pod.status?.startTime !== undefined);
        });
        expect(controllerPid()).to.equal(undefined);
        expect((await pods()).some(isPodReady)).to.equal(false);
        expect(await cluster.refusal(configMap("too-early"))).to.match(
            /service cosign-system\/webhook has no ready endpoint for port 443/,
        );
    });

    it("runs as one process, with stand-ins for the other replicas", async () => {
        await eventually("all replicas are ready", areAllReady);
        expect((await pods()).filter(isStandIn)).to.have.length(REPLICAS - 1);
        if (process.platform === "linux") {
            expect(commandLine(controllerPid() ?? 0)).to.match(/-disable-tuf=true/);
        }
    });

    it("can be reached through its Service", async () => {
        // It answers no ConfigMaps, and says so: the connection and its certificate are what is looked at.
        const refusal = await cluster.refusal(configMap("now"));
        expect(refusal).to.match(/failed calling webhook/);
        expect(refusal).to.not.match(/no ready endpoint|connection refused/);
    });

    it("refuses an image without a policy, in a namespace that opted in", async () => {
        await eventually("its webhooks have rules", async () => {
            const webhooks = await cluster.admission.readValidatingWebhookConfiguration({
                name: "policy.sigstore.dev",
            });
            return webhooks.webhooks?.[0]?.rules !== undefined;
        });
        await cluster.create(`
            apiVersion: v1
            kind: Namespace
            metadata: { name: shop, labels: { policy.sigstore.dev/include: "true" } }
        `);
        const refusal = await cluster.refusal(`
            apiVersion: v1
            kind: Pod
            metadata: { name: unsigned, namespace: shop }
            spec: { containers: [{ name: main, image: "example.com/unsigned@sha256:${"0".repeat(64)}" }] }
        `);
        expect(refusal).to.match(
            /admission webhook "policy\.sigstore\.dev" denied the request: .*no matching policies/,
        );
    });

    it("is started again when it dies, as a kubelet does it", async () => {
        const before = await owner();
        const pid = controllerPid() ?? 0;
        process.kill(pid, "SIGKILL");
        await eventually("no replica is ready", async () => !(await pods()).some(isPodReady));
        await eventually("all replicas are ready again", areAllReady);
        const after = await owner();
        expect(after?.metadata?.uid).to.equal(before?.metadata?.uid);
        expect(after?.status?.containerStatuses?.[0]?.restartCount).to.equal(1);
        expect(after?.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode).to.equal(137);
        expect(reported.join("\n")).to.include(
            `policy-controller (pid ${pid}) was ended by SIGKILL. The last lines of policy-controller.log:`,
        );
    });

    it("is started again when it hangs", async () => {
        const pid = controllerPid() ?? 0;
        process.kill(pid, "SIGSTOP");
        await eventually("it is another process", () => {
            const now = controllerPid();
            return now !== undefined && now !== pid;
        });
        await eventually("all replicas are ready again", areAllReady);
        expect((await owner())?.status?.containerStatuses?.[0]?.restartCount).to.equal(2);
        expect(reported.join("\n")).to.include("policy-controller's liveness probe fails");
    });

    it("goes over to another replica when its pod is deleted", async () => {
        const before = await owner();
        const pid = controllerPid() ?? 0;
        const name = before?.metadata?.name ?? "";
        await cluster.core.deleteNamespacedPod({ name, namespace: NAMESPACE });
        await eventually("the pod is gone", async () => (await pods()).every((pod) => pod.metadata?.name !== name));
        expect(isRunning(pid)).to.equal(false);
        await eventually("all replicas are ready again", areAllReady);
        expect(controllerPid()).to.not.equal(pid);
        expect(await owner()).to.not.equal(undefined);
    });

    it("runs what a rollout brings", async function () {
        if (process.platform !== "linux") {
            this.skip();
        }
        const path = "/spec/template/spec/containers/0/args";
        await cluster.apps.patchNamespacedDeployment(
            {
                ...DEPLOYMENT,
                body: [{ op: "add", path, value: ["-policy-resync-period=$(RESYNC_PERIOD)"] }, RESYNC_PERIOD],
            },
            setHeaderOptions("Content-Type", PatchStrategy.JsonPatch),
        );
        await eventually("the new process runs", () =>
            commandLine(controllerPid() ?? 0).includes("-policy-resync-period=9h -disable-tuf=true"),
        );
        await eventually("all replicas are ready", areAllReady);
    });

    it("ends with its last pod", async () => {
        const pid = controllerPid() ?? 0;
        await cluster.apps.deleteNamespacedDeployment(DEPLOYMENT);
        await eventually("there are no pods", async () => (await pods()).length === 0);
        expect(isRunning(pid)).to.equal(false);
        expect(controllerPid()).to.equal(undefined);
    });

    it("is not left behind by a sandbox that stops", async () => {
        await cluster.create(await upstreamDeployment({ replicas: REPLICAS }));
        await eventually("all replicas are ready", areAllReady);
        const pid = controllerPid() ?? 0;
        await sandbox.stop();
        expect(isRunning(pid)).to.equal(false);
    });
});

function isStandIn(pod: V1Pod): boolean {
    return pod.status?.message?.startsWith("Stand-in: ") ?? false;
}

function configMap(name: string): string {
    return `
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: ${name}, namespace: judged }
    `;
}

const JUDGED_CONFIG_MAPS = `
apiVersion: v1
kind: Namespace
metadata: { name: judged, labels: { judged: "yes" } }
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
      clientConfig: { service: { name: webhook, namespace: ${NAMESPACE} } }
      rules: [{ apiGroups: [""], apiVersions: [v1], resources: [configmaps], operations: [CREATE] }]
`;
