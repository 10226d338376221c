import * as path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ApiException, CoreV1Api, CustomObjectsApi, KubeConfig } from "@kubernetes/client-node";
import { expect } from "chai";
import type { CheckReport } from "../../cli/check/report";
import type { CosignKeyPairArgs } from "../../index";
import { Sandbox } from "../../sandbox";
import { locateChart } from "../../sandbox/chart";
import { type ImageWorkshop, pushImages, signImage } from "../../sandbox/demo/images";
import { SANDBOX_TOOLS } from "../../sandbox/demo/run";
import { ensureEngine, ensureTools } from "../../tools";
import { spawnProgram } from "../cli/support";
import { PulumiProject } from "../support/pulumi-project";

const BUILD_TIMEOUT_MS = 50 * 60_000;
const TIMEOUT_MS = 3 * 60_000;
const NAMESPACE = "shop";
/** Between two creations of an image: the rest is for those whose work is looked at. */
const PAUSE_MS = 25;

/** Creates pods of an image, one after the other and without end, and keeps what the cluster says. */
class Hammer {
    private readonly stopping = new AbortController();
    private readonly running: Promise<void>;
    /** What was said of each creation: nothing where it was admitted. */
    public answers: string[] = [];

    public constructor(
        private readonly core: CoreV1Api,
        private readonly image: string,
    ) {
        this.running = this.strike();
    }

    /** The refusals since the last call, and how many creations there were. */
    public take(): { creations: number; refusals: string[] } {
        const answers = this.answers;
        this.answers = [];
        return { creations: answers.length, refusals: answers.filter((answer) => answer !== "") };
    }

    public async stop(): Promise<void> {
        this.stopping.abort();
        await this.running;
    }

    private async strike(): Promise<void> {
        while (!this.stopping.signal.aborted) {
            this.answers.push(await answerTo(this.core, this.image));
            await delay(PAUSE_MS);
        }
    }
}

/** What the cluster says of a pod of this image, without making it; nothing where it admits it. */
async function answerTo(core: CoreV1Api, image: string): Promise<string> {
    const body = { metadata: { generateName: "hammer-" }, spec: { containers: [{ name: "app", image }] } };
    try {
        await core.createNamespacedPod({ namespace: NAMESPACE, body, dryRun: "All" });
        return "";
    } catch (problem) {
        if (problem instanceof ApiException) {
            return `${problem.code}: ${String(problem.body)}`;
        }
        throw problem;
    }
}

describe("the rotation of a key under load", function () {
    this.timeout(TIMEOUT_MS);
    let sandbox: Sandbox;
    let kubeConfig: KubeConfig;
    let core: CoreV1Api;
    let project: PulumiProject;
    let workshop: ImageWorkshop;
    let oldImage: string;
    let newImage: string;
    let ofOld: Hammer;
    let ofNew: Hammer;
    const hammers: Hammer[] = [];

    before(async function () {
        this.timeout(BUILD_TIMEOUT_MS);
        const tools = await ensureTools(["cosign", "crane"]);
        sandbox = await Sandbox.start({ binaries: await ensureTools(SANDBOX_TOOLS) });
        const { directory, kubeconfig, registry } = sandbox;
        const engine = await ensureEngine({ home: path.join(directory, "pulumi") });
        kubeConfig = new KubeConfig();
        kubeConfig.loadFromFile(kubeconfig);
        core = kubeConfig.makeApiClient(CoreV1Api);
        project = await PulumiProject.create("key-pairs", { engine, place: directory, kubeconfig });
        await declare({ generations: [{ id: "2026-11" }] });

        const prefix = `${registry}/acme`;
        workshop = { tools, directory, prefix, kubeconfig, signingKey: "", signal: undefined };
        const references = (await pushImages(workshop)).map((image) => image.reference);
        [oldImage, newImage] = references as [string, string];
        await sign(oldImage, "release-2026-11");
        ofOld = hammer(oldImage);
    });

    after(async () => {
        await Promise.all(hammers.map((it) => it.stop()));
        await sandbox.stop();
    });

    function hammer(image: string): Hammer {
        const started = new Hammer(core, image);
        hammers.push(started);
        return started;
    }

    async function declare(keyPair: CosignKeyPairArgs): Promise<void> {
        const chart = await locateChart({ directory: sandbox.directory, allowNetwork: false });
        const enforced = {
            chart: "path" in chart ? chart.path : "",
            images: `${sandbox.registry}/acme/**`,
            namespace: NAMESPACE,
        };
        project.wish({ keyPairs: { release: keyPair }, enforced });
        await project.up();
    }

    /** With the real cosign, from the Secret. */
    function sign(reference: string, secretName: string): Promise<void> {
        return signImage(
            { ...workshop, signingKey: `k8s://cosign-system/${secretName}` },
            { case: "signed", reference },
        );
    }

    it("refuses nothing that the old key signed while the new key joins it", async () => {
        await declare({ generations: [{ id: "2026-11" }, { id: "2027-05" }], current: "2026-11" });
        const { creations, refusals } = ofOld.take();
        expect(refusals).to.deep.equal([]);
        expect(creations).to.be.above(20);
    });

    it("refuses nothing of either while the new key takes over the signing", async () => {
        await sign(newImage, "release-2027-05");
        ofNew = hammer(newImage);
        await declare({ generations: [{ id: "2027-05" }, { id: "2026-11" }], current: "2027-05" });
        expect([...ofOld.take().refusals, ...ofNew.take().refusals]).to.deep.equal([]);
    });

    it("says beforehand what runs on the old key alone, as docs/keys.md has it", async () => {
        for (const [name, image] of Object.entries({ old: oldImage, new: newImage })) {
            const body = { metadata: { name }, spec: { containers: [{ name: "app", image }] } };
            await core.createNamespacedPod({ namespace: NAMESPACE, body });
        }
        expect(await runningVerdicts()).to.deep.equal({ [oldImage]: "admitted", [newImage]: "admitted" });
        expect(await runningVerdicts("--without-generation", "release-2026-11")).to.deep.equal({
            [oldImage]: "refused",
            [newImage]: "admitted",
        });
    });

    it("refuses nothing that the new key signed while the old one is dropped", async () => {
        await declare({ generations: [{ id: "2027-05" }] });
        const { creations, refusals } = ofNew.take();
        expect(refusals).to.deep.equal([]);
        expect(creations).to.be.above(20);
    });

    it("refuses all that only the old key signed from the moment on at which it is dropped", async () => {
        const verdicts = ofOld.answers.map((answer) => (answer === "" ? "admitted" : "refused"));
        const firstRefusal = verdicts.indexOf("refused");
        expect(firstRefusal).to.be.above(0);
        expect(verdicts.slice(firstRefusal)).to.not.include("admitted");
        ofOld.take();
        expect(await answerTo(core, oldImage)).to.include("denied the request");
        expect(await answerTo(core, newImage)).to.equal("");
        expect(await runningVerdicts()).to.deep.equal({ [oldImage]: "refused", [newImage]: "admitted" });
    });

    it("can be cut short by one command where a key has leaked, until the stack has put another in its place", async () => {
        const policies = kubeConfig.makeApiClient(CustomObjectsApi);
        const kind = { group: "policy.sigstore.dev", version: "v1beta1", plural: "clusterimagepolicies" };
        await policies.createClusterCustomObject({ ...kind, body: keyLeaked(`${sandbox.registry}/acme/**`) });
        await untilAnswer((answer) => answer.includes("the key has leaked"));

        await declare({ generations: [{ id: "2027-06" }] });
        expect(await answerTo(core, newImage)).to.include("the key has leaked");
        await policies.deleteClusterCustomObject({ ...kind, name: "key-leaked" });
        await untilAnswer((answer) => !answer.includes("the key has leaked"));
        expect(await answerTo(core, newImage)).to.include("denied the request");
        expect(await runningVerdicts()).to.deep.equal({ [oldImage]: "refused", [newImage]: "refused" });
        expect(await project.changes()).to.deep.equal([]);
    });

    /** What `signed-images check` says of each image that runs. */
    async function runningVerdicts(...flags: readonly string[]): Promise<Record<string, string>> {
        const args = ["check", "--context", kubeConfig.getCurrentContext(), "--output", "json", ...flags];
        const { stdout, stderr } = await spawnProgram(args, { env: { KUBECONFIG: sandbox.kubeconfig } });
        expect(stderr).to.equal("");
        const { images } = JSON.parse(stdout) as CheckReport;
        return Object.fromEntries(images.map(({ image, verdict }) => [image, verdict]));
    }

    /** The controller takes a policy up within a second or two. */
    async function untilAnswer(isExpected: (answer: string) => boolean): Promise<void> {
        while (!isExpected(await answerTo(core, newImage))) {
            await delay(PAUSE_MS);
        }
    }
});

/** As docs/keys.md has it: an image has to satisfy every policy that matches it, and nothing satisfies this one. */
function keyLeaked(glob: string): object {
    return {
        apiVersion: "policy.sigstore.dev/v1beta1",
        kind: "ClusterImagePolicy",
        metadata: { name: "key-leaked" },
        spec: {
            images: [{ glob }],
            authorities: [{ name: "leaked", static: { action: "fail", message: "the key has leaked" } }],
        },
    };
}
