import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import * as path from "node:path";

import { pinDigests } from "../../index";
import { changesInPreview } from "../../sandbox/demo/stack";
import { ensureEngine } from "../../tools";
import { pushImage } from "./support/images";
import { BUILD_TIMEOUT_MS, ENFORCED, policyNamed, Webhook } from "./support/webhook";

import type { Engine } from "../../tools";

const LABELS = { app: "pinned" };

describe("pinDigests in an enforced namespace", function () {
    this.timeout(240_000);
    let webhook: Webhook;
    let engine: Engine;
    let image: string;
    let digest: string;

    before(async function () {
        this.timeout(BUILD_TIMEOUT_MS);
        webhook = await Webhook.start("policy-controller");
        engine = await ensureEngine({ home: path.join(webhook.sandbox.directory, "pulumi") });
        image = `${webhook.sandbox.registry}/acme/app:1`;
        digest = await pushImage(image);
        await webhook.enforce([
            policyNamed("anything", { images: [{ glob: "**" }], authorities: [{ static: { action: "pass" } }] }),
        ]);
    });

    after(() => webhook.stop());

    /** A Deployment and a Job by tag. */
    async function stackOf(name: string, prepare: () => void): Promise<Stack> {
        const program = () => {
            prepare();
            const container = { name: "main", image };
            const namespace = ENFORCED;
            new kubernetes.apps.v1.Deployment(name, {
                metadata: { namespace },
                spec: {
                    selector: { matchLabels: LABELS },
                    template: { metadata: { labels: LABELS }, spec: { containers: [container] } },
                },
            });
            new kubernetes.batch.v1.Job(name, {
                // Nothing here ends a job's pods.
                metadata: { namespace, annotations: { "pulumi.com/skipAwait": "true" } },
                spec: {
                    template: {
                        spec: {
                            restartPolicy: "Never",
                            initContainers: [{ ...container, name: "first", image: pulumi.output(image) }],
                            containers: [container],
                        },
                    },
                },
            });
            return Promise.resolve();
        };
        return LocalWorkspace.createStack(
            { stackName: name, projectName: "pin", program },
            {
                envVars: {
                    ...engine.environment,
                    KUBECONFIG: webhook.sandbox.kubeconfig,
                    PULUMI_BACKEND_URL: `file://${webhook.sandbox.directory}`,
                    PULUMI_CONFIG_PASSPHRASE: "",
                },
                pulumiCommand: await PulumiCommand.get({ root: engine.root }),
            },
        );
    }

    async function imagesOf(stack: Stack): Promise<unknown[]> {
        const state = (await stack.exportStack()).deployment as { resources: { type: string; inputs?: object }[] };
        const workloads = state.resources.filter(({ type }) => /:(Deployment|Job)$/.test(type));
        return workloads.flatMap(({ inputs }) =>
            Array.from(JSON.stringify(inputs).matchAll(/"image":"([^"]*)"/g), ([, found]) => found),
        );
    }

    it("lets the program own the digest: nothing drifts after up and refresh", async () => {
        const stack = await stackOf("pinned", () => {
            pulumi.runtime.registerResourceTransform(pinDigests());
        });
        await stack.up();
        expect(await imagesOf(stack)).to.deep.equal(Array(3).fill(`${image}@${digest}`));
        expect(await changesInPreview(stack)).to.deep.equal([]);
        await stack.refresh();
        expect(await changesInPreview(stack)).to.deep.equal([]);
    });

    it("is what keeps it so: without it, what the webhook wrote differs from the program", async () => {
        const stack = await stackOf("unpinned", () => undefined);
        await stack.up();
        await stack.refresh();
        expect(await changesInPreview(stack)).to.not.deep.equal([]);
    });

    it("stops the preview for a tag that is not there, and leaves it where it is told to", async () => {
        const there = image;
        image = `${webhook.sandbox.registry}/acme/app:missing`;
        try {
            const stack = await stackOf("missing", () => {
                pulumi.runtime.registerResourceTransform(pinDigests());
            });
            const problem = await stack.preview().catch((error: unknown) => error);
            expect(String(problem)).to.match(/the digest of \S+\/acme\/app:missing is not known/);
            const other = await stackOf("others", () => {
                pulumi.runtime.registerResourceTransform(pinDigests({ images: ["ghcr.io/**"] }));
            });
            const preview = await other.preview().catch((error: unknown) => String(error));
            expect(JSON.stringify(preview)).to.not.include("pinDigests");
        } finally {
            image = there;
        }
    });
});
