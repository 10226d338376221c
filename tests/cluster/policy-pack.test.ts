import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";

import { RegistryClient } from "../../core/registry";
import { CONTEXT_NAME } from "../../sandbox";
import { ensureEngine } from "../../tools";
import { claim, ecKey, ImageWorkshop, signature } from "../support/image-workshop";
import { PulumiProject } from "../support/pulumi-project";
import { installTarball } from "../support/installed-package";
import { LATER } from "./programs/objects";
import { BUILD_TIMEOUT_MS, ENFORCED, policyNamed, Webhook } from "./support/webhook";

import type { PulumiRun } from "../support/pulumi-project";
import type { KubernetesObject } from "./programs/objects";

const PACK = path.join("node_modules", "signed-images", "policy-pack");
/** Nobody listens there. */
const REGISTRY_THAT_IS_DOWN = "localhost:1";
const SOME_DIGEST = `sha256:${"a".repeat(64)}`;

function deployment(namespace: string, image: string): KubernetesObject {
    const labels = { app: "web" };
    const spec = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec(image) } };
    return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", namespace }, spec };
}

function podSpec(image: string): object {
    return { containers: [{ name: "web", image }] };
}

describe("the policy pack", function () {
    this.timeout(180_000);
    const release = ecKey();
    let webhook: Webhook;
    let registry: RegistryClient;
    let place: string;
    let project: PulumiProject;
    let policy: KubernetesObject;
    let signed: string;
    let unsigned: string;

    before(async function () {
        this.timeout(BUILD_TIMEOUT_MS);
        webhook = await Webhook.start("policy-controller");
        registry = new RegistryClient();
        const host = webhook.sandbox.registry;
        const workshop = new ImageWorkshop(registry, host);
        const digest = await workshop.image("signed");
        await workshop.attach("signed", digest, "sig", [
            signature(release, claim(workshop.repository("signed"), digest)),
        ]);
        signed = `${host}/signed:1`;
        unsigned = `${host}/unsigned@${await workshop.image("unsigned")}`;
        const authorities = [{ name: "release", key: { data: release.pem } }];
        policy = policyNamed("release", { images: [{ glob: "localhost:**" }], authorities }) as KubernetesObject;

        place = path.join(webhook.sandbox.directory, "policy-pack");
        const engine = await ensureEngine({ home: path.join(webhook.sandbox.directory, "pulumi") });
        const { kubeconfig } = webhook.sandbox;
        project = await PulumiProject.create("objects", { engine, place, kubeconfig });
        await installTarball(project.folder);
    });

    after(async () => {
        await registry.close();
        await webhook.stop();
    });

    function preview(objects: Record<string, KubernetesObject>, settings: object = {}): Promise<PulumiRun> {
        const config = path.join(place, "pack.json");
        fs.writeFileSync(config, JSON.stringify({ "images-admitted": settings }));
        project.wish({ objects });
        return project.run(["preview", "--policy-pack", PACK, "--policy-pack-config", config]);
    }

    /** The lines below "Policies:" in what a preview prints. */
    function policiesIn({ stdout }: PulumiRun): string {
        return stdout.slice(stdout.indexOf("Policies:"));
    }

    it("says which image of the stack the cluster would refuse, by the stack's own policy", async () => {
        const run = await preview({ bad: deployment("shop", unsigned), policy, good: deployment("shop", signed) });
        expect(run.exitCode, run.stdout).to.not.equal(0);
        expect(policiesIn(run)).to.match(/\[mandatory\] {2}images-admitted {2}\(kubernetes:apps\/v1:Deployment: bad\)/);
        expect(policiesIn(run)).to.include(`spec.template.spec.containers[0].image: ${unsigned} will be refused.`);
        expect(policiesIn(run)).to.not.include(signed);
    });

    it("lets a stack of signed images through", async () => {
        const run = await preview({ policy, good: deployment("shop", signed) });
        expect(run.exitCode, run.stdout).to.equal(0);
        expect(policiesIn(run)).to.not.match(/mandatory|advisory/);
    });

    it("refuses nothing in a namespace of which the stack says later that it is not enforced", async () => {
        const labels = { "policy.sigstore.dev/include": "no" };
        const free = { apiVersion: "v1", kind: "NamespacePatch", metadata: { name: "free", labels } };
        const run = await preview({ bad: deployment("free", unsigned), policy, free });
        expect(run.exitCode, run.stdout).to.equal(0);
        expect(policiesIn(run)).to.not.include("mandatory");
    });

    it("judges by policies of files", async () => {
        const file = path.join(place, "policies.yaml");
        fs.writeFileSync(file, JSON.stringify(policy));
        const run = await preview({ bad: deployment("shop", unsigned) }, { policyFiles: [file] });
        expect(run.exitCode, run.stdout).to.not.equal(0);
        expect(policiesIn(run)).to.include(`${unsigned} will be refused.`);
    });

    it("passes over namespaces that are not among those that are named", async () => {
        const run = await preview({ policy, bad: deployment("shop", unsigned) }, { namespaces: ["other"] });
        expect(run.exitCode, run.stdout).to.equal(0);
        expect(policiesIn(run))
            .to.match(/\[advisory\] {2}images-exempt [^]*Not checked by the cluster: 1 object \(Deployment shop\/web\)/)
            .and.not.match(/mandatory|images-in-question/);
    });

    it("looks for pods in custom resources", async () => {
        const template = { spec: podSpec(unsigned) };
        const rollout = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", spec: { template } };
        const run = await preview({ policy, rollout: { ...rollout, metadata: { namespace: "shop" } } });
        expect(policiesIn(run)).to.include(`spec.template.spec.containers[0].image: ${unsigned} will be refused.`);
    });

    it("lists what it cannot know, and keeps a refusal mandatory beside it", async () => {
        const down = `${REGISTRY_THAT_IS_DOWN}/app@${SOME_DIGEST}`;
        const objects = { policy, later: deployment("shop", LATER), down: deployment("shop", down) };
        const run = await preview({ ...objects, bad: deployment("shop", unsigned) });
        expect(run.exitCode, run.stdout).to.not.equal(0);
        expect(policiesIn(run)).to.match(
            /\[advisory\] {2}images-in-question {2}\(kubernetes:apps\/v1:Deployment: later\)/,
        );
        expect(policiesIn(run)).to.match(
            /\[advisory\] {2}images-in-question {2}\(kubernetes:apps\/v1:Deployment: down\)/,
        );
        expect(policiesIn(run)).to.match(/\[mandatory\] {2}images-admitted {2}\(kubernetes:apps\/v1:Deployment: bad\)/);
        expect((await preview(objects)).exitCode).to.equal(0);
        expect((await preview(objects, { unknownBlocks: true })).exitCode).to.not.equal(0);
    });

    it("says that it has nothing to judge by where no policy is known", async () => {
        const run = await preview({ bad: deployment("shop", unsigned) });
        expect(run.exitCode, run.stdout).to.equal(0);
        expect(policiesIn(run)).to.include("No image was judged, because no policy is known.");
    });

    it("says what runs where a policy of the stack will refuse that only warned", async () => {
        const strict = { ...policy, metadata: { name: "strict" } };
        await webhook.enforce([{ ...strict, spec: { ...(policy as { spec?: object }).spec, mode: "warn" } }]);
        await webhook.api.create(`/apis/apps/v1/namespaces/${ENFORCED}/deployments`, deployment(ENFORCED, unsigned));
        const run = await preview({ strict }, { context: CONTEXT_NAME });
        expect(policiesIn(run), run.stdout).to.include(
            `${unsigned} runs now (Deployment ${ENFORCED}/web), and would not come back`,
        );
        await webhook.remove(strict);
    });

    it("gives its reasons also where the webhook refuses the provider's own dry run", async () => {
        await webhook.enforce([policy]);
        const context = CONTEXT_NAME;
        const run = await preview({ bad: deployment(ENFORCED, unsigned) }, { context });
        expect(run.exitCode, run.stdout).to.not.equal(0);
        expect(run.stdout).to.include("denied the request");
        expect(policiesIn(run)).to.include(`${unsigned} will be refused.`);
        const unmatched = `registry.invalid/app@${SOME_DIGEST}`;
        const withoutPolicy = await preview({ other: deployment(ENFORCED, unmatched) }, { context });
        expect(withoutPolicy.stdout).to.include("denied the request");
        expect(policiesIn(withoutPolicy)).to.match(/\[advisory\] {2}images-in-question .*: other\)/);
        expect(policiesIn(withoutPolicy)).to.include(`${unmatched} is refused as things are now.`);
        const file = path.join(place, "policies.yaml");
        fs.writeFileSync(file, JSON.stringify(policy));
        const blind = await preview({ bad: deployment(ENFORCED, unsigned) }, { policyFiles: [file] });
        expect(blind.stdout).to.include("denied the request");
        expect(policiesIn(blind)).to.include(`${unsigned} will be refused if the namespace ${ENFORCED} is enforced.`);
        const good = await preview({ good: deployment(ENFORCED, signed) }, { context });
        expect(good.exitCode, good.stdout).to.equal(0);
    });

    it("says what runs in a namespace that the stack will enforce, and would not come back", async () => {
        await webhook.api.create("/api/v1/namespaces", { metadata: { name: "later" } });
        await webhook.api.create("/apis/apps/v1/namespaces/later/deployments", deployment("later", unsigned));
        const labels = { "policy.sigstore.dev/include": "true" };
        const label = { apiVersion: "v1", kind: "NamespacePatch", metadata: { name: "later", labels } };
        const run = await preview({ label }, { context: CONTEXT_NAME });
        expect(policiesIn(run), run.stdout).to.include(
            `${unsigned} runs now (Deployment later/web), and would not come back`,
        );
        const replaced = await preview({ label, web: deployment("later", signed) }, { context: CONTEXT_NAME });
        expect(policiesIn(replaced)).to.not.include("would not come back");
    });
});
