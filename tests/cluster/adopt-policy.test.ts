import { CustomObjectsApi } from "@kubernetes/client-node";
import * as kubernetes from "@pulumi/kubernetes";
import type { Stack } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { Authority, ClusterImagePolicy, PolicyController, StaticAction, TrustRoot } from "../../index";
import { changesInPreview } from "../../sandbox/demo/stack";
import { CA } from "../core/policy/certificates";
import { BUILD_TIMEOUT_MS, Stage } from "./support/stage";

const TIMEOUT_MS = 3 * 60_000;
const GROUP = { group: "policy.sigstore.dev", version: "v1alpha1" } as const;
const API_VERSION = `${GROUP.group}/${GROUP.version}`;

const IMAGES = ["registry.example.com/acme/**"];
const authorities = {
    certificateAuthorities: [
        {
            subject: { organization: "example", commonName: "signed-images test CA" },
            uri: "https://ca.example.com",
            certChain: Buffer.from(CA).toString("base64"),
        },
    ],
};
/** As somebody writes it who leaves the defaults to the webhook. */
const policySpec = { images: IMAGES.map((glob) => ({ glob })), authorities: [{ static: { action: "fail" } }] };

interface Stored {
    metadata: { uid: string; managedFields: { manager: string }[] };
    spec: unknown;
}

describe("policies that are in the cluster already", function () {
    this.timeout(TIMEOUT_MS);
    let stage: Stage;
    let stack: Stack;
    let objects: CustomObjectsApi;
    let more: () => void = () => undefined;

    before(async function () {
        this.timeout(BUILD_TIMEOUT_MS);
        stage = await Stage.open();
        objects = stage.kubeConfig.makeApiClient(CustomObjectsApi);
        stack = await stage.stack("adoption", program);
        await stack.up();
    });

    after(() => stage.sandbox.stop());

    let controller: PolicyController;
    function program(): void {
        controller = new PolicyController("controller", { chart: { path: stage.chart } });
        more();
    }

    async function byHand(kind: string, plural: string, spec: unknown): Promise<void> {
        const body = { apiVersion: API_VERSION, kind, metadata: { name: "acme" }, spec };
        await objects.createClusterCustomObject({ ...GROUP, plural, body, fieldManager: "kubectl-client-side-apply" });
    }

    async function stored(plural: string, name: string): Promise<Stored> {
        return (await objects.getClusterCustomObject({ ...GROUP, plural, name })) as Stored;
    }

    const fail = [Authority.static({ action: StaticAction.Fail })];

    /** What a stack is refused for, in both of its commands. */
    async function refusals(): Promise<string[]> {
        const problem = (run: Promise<unknown>) => run.then(() => "", String);
        return [await problem(stack.preview({ color: "never" })), await problem(stack.up({ color: "never" }))];
    }

    /** As after an `up` that was killed between the object and its entry in the state. */
    async function forget(type: string): Promise<void> {
        const exported = await stack.exportStack();
        const deployment = exported.deployment as { resources: { type: string; urn: string }[] };
        const isForgotten = ({ urn }: { urn: string }) =>
            urn.includes(`${type}::`) && !urn.includes("PolicyController");
        expect(deployment.resources.filter(isForgotten)).to.have.lengthOf(1);
        const resources = deployment.resources.filter((resource) => !isForgotten(resource));
        await stack.importStack({ ...exported, deployment: { ...deployment, resources } });
    }

    const strangers = {
        clusterimagepolicies: () => {
            new ClusterImagePolicy("acme", { images: IMAGES, authorities: fail }, { dependsOn: controller });
        },
        trustroots: () => {
            new TrustRoot("acme", { sigstoreKeys: authorities }, { dependsOn: controller });
        },
    };
    for (const [plural, make] of Object.entries(strangers)) {
        it(`are refused without \`adopt\`, however alike, and left alone (${plural})`, async () => {
            const isPolicy = plural === "clusterimagepolicies";
            const kind = isPolicy ? "ClusterImagePolicy" : "TrustRoot";
            await byHand(kind, plural, isPolicy ? policySpec : { sigstoreKeys: authorities });
            const { metadata } = await stored(plural, "acme");
            more = make;
            for (const refusal of await refusals()) {
                expect(refusal).to.include(`the cluster already has ${kind} acme`).and.to.include("adopt: true");
            }
            const after = await stored(plural, "acme");
            expect(after.metadata.uid).to.equal(metadata.uid);
            expect(after.metadata.managedFields.map(({ manager }) => manager).join()).not.to.match(/pulumi/);
        });
    }

    it("are taken over with `adopt`: the same objects, unchanged, and owned by the stack", async () => {
        const before = [await stored("clusterimagepolicies", "acme"), await stored("trustroots", "acme")];

        more = () => {
            new TrustRoot("acme", { sigstoreKeys: authorities, adopt: true }, { dependsOn: controller });
            new ClusterImagePolicy(
                "acme",
                { images: IMAGES, authorities: [Authority.static({ action: StaticAction.Fail })], adopt: true },
                { dependsOn: controller },
            );
        };
        const { summary } = await stack.up();
        expect(summary.resourceChanges).not.to.have.any.keys("replace", "update");
        // The two questions that refused it, which are resources without an object.
        expect(summary.resourceChanges).to.deep.include({ create: 2, delete: 2 });

        const after = [await stored("clusterimagepolicies", "acme"), await stored("trustroots", "acme")];
        expect(after.map(({ metadata }) => metadata.uid)).to.deep.equal(before.map(({ metadata }) => metadata.uid));
        expect(after.map(({ spec }) => spec)).to.deep.equal(before.map(({ spec }) => spec));
        for (const { metadata } of after) {
            expect(metadata.managedFields.map(({ manager }) => manager).join()).to.match(/pulumi/);
        }
    });

    it("drift nowhere afterwards", async () => {
        await stack.refresh();
        expect(await changesInPreview(stack)).to.deep.equal([]);
    });

    it("are the stack's own from then on, also without `adopt` and without their entry in the state", async () => {
        const adopted = more;
        more = () => {
            strangers.clusterimagepolicies();
            strangers.trustroots();
        };
        await stack.up();
        await forget(`kubernetes:${API_VERSION}:ClusterImagePolicy`);
        await stack.up();
        expect(await changesInPreview(stack)).to.deep.equal([]);
        more = adopted;
    });

    it("are changed by the stack from then on, also in fields that kubectl had set", async () => {
        const adopted = more;
        more = () => {
            new TrustRoot("acme", { sigstoreKeys: authorities, adopt: true }, { dependsOn: controller });
            new ClusterImagePolicy(
                "acme",
                {
                    images: ["registry.example.com/other/**"],
                    authorities: [Authority.static({ action: StaticAction.Fail })],
                    adopt: true,
                },
                { dependsOn: controller },
            );
        };
        await stack.up();
        const { spec } = await stored("clusterimagepolicies", "acme");
        expect(spec).to.have.deep.property("images", [{ glob: "registry.example.com/other/**" }]);
        more = adopted;
    });

    it("are kept where they stood in the stack by themselves, with an alias", async () => {
        const adopted = more;
        more = () => {
            adopted();
            new kubernetes.apiextensions.CustomResource(
                "moved",
                {
                    apiVersion: API_VERSION,
                    kind: "ClusterImagePolicy",
                    metadata: { name: "moved" },
                    spec: policySpec,
                },
                { dependsOn: controller },
            );
        };
        await stack.up();
        const before = await stored("clusterimagepolicies", "moved");
        more = () => {
            adopted();
            new ClusterImagePolicy(
                "moved",
                { images: IMAGES, authorities: [Authority.static({ action: StaticAction.Fail })] },
                {
                    dependsOn: controller,
                    aliases: [{ type: `kubernetes:${API_VERSION}:ClusterImagePolicy` }],
                },
            );
        };
        const { changeSummary } = await stack.preview();
        expect(changeSummary).not.to.have.any.keys("replace", "delete");
        await stack.up();
        expect((await stored("clusterimagepolicies", "moved")).metadata.uid).to.equal(before.metadata.uid);
        await stack.refresh();
        expect(await changesInPreview(stack)).to.deep.equal([]);

        more = () => {
            adopted();
            new ClusterImagePolicy("moved", { images: IMAGES, authorities: fail }, { dependsOn: controller });
        };
        // The question is asked from now on, and answered by the mark.
        await stack.up();
        expect(await changesInPreview(stack)).to.deep.equal([]);
    });
});
