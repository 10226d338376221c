import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { writeFile } from "node:fs/promises";
import * as path from "node:path";

import { RegistryClient } from "../../core/registry";
import { pinDigests } from "../../index";
import { changesInPreview } from "../../sandbox/demo/stack";
import { ensureEngine } from "../../tools";
import { spawnProgram } from "../cli/support";
import "../support/engine-connections";
import { claim, ecKey, ImageWorkshop, signature } from "../support/image-workshop";
import { PulumiProject } from "../support/pulumi-project";
import { pushImage } from "./support/images";
import { BUILD_TIMEOUT_MS, ENFORCED, policyNamed, Webhook } from "./support/webhook";

import type { CheckReport } from "../../cli/check/report";
import type { Engine } from "../../tools";
import type { Wishes } from "./programs/previewed";

const LABELS = { app: "pinned" };

describe("at preview, in an enforced namespace", function () {
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

    it("pinDigests lets the program own the digest: nothing drifts after up and refresh", async () => {
        const stack = await stackOf("pinned", () => {
            pulumi.runtime.registerResourceTransform(pinDigests());
        });
        await stack.up();
        expect(await imagesOf(stack)).to.deep.equal(Array(3).fill(`${image}@${digest}`));
        expect(await changesInPreview(stack)).to.deep.equal([]);
        await stack.refresh();
        expect(await changesInPreview(stack)).to.deep.equal([]);
    });

    it("pinDigests is what keeps it so: without it, what the webhook wrote differs from the program", async () => {
        const stack = await stackOf("unpinned", () => undefined);
        await stack.up();
        await stack.refresh();
        expect(await changesInPreview(stack)).to.not.deep.equal([]);
    });

    it("pinDigests stops the preview for a tag that is not there, and leaves it where it is told to", async () => {
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

    it("check says of a real preview what will run, and what the preview does not know", async () => {
        const { registry } = webhook.sandbox;
        const place = path.join(webhook.sandbox.directory, "previewed");
        const project = await PulumiProject.create("previewed", {
            engine,
            place,
            kubeconfig: webhook.sandbox.kubeconfig,
        });
        const client = new RegistryClient();
        const workshop = new ImageWorkshop(client, registry);
        const key = ecKey();
        const signed = await workshop.image("acme/signed");
        const layers = [signature(key, claim(workshop.repository("acme/signed"), signed))];
        await workshop.attach("acme/signed", signed, "sig", layers);
        await workshop.image("acme/unsigned");
        await client.close();
        const wishes: Wishes = {
            image: `${registry}/acme/signed:1`,
            unsigned: `${registry}/acme/unsigned:1`,
            publicKey: key.pem,
        };
        project.wish(wishes);
        const { stdout } = await project.expectSuccess(["preview", "--json"]);
        const file = path.join(place, "preview.json");
        await writeFile(file, stdout);
        const checked = await spawnProgram(["check", "--preview", file, "--output", "json"]);
        expect(checked.exitCode, checked.stderr).to.equal(1);
        const { images, absentPolicies } = JSON.parse(checked.stdout) as CheckReport;
        expect(images.map(({ workload, verdict }) => [workload?.name, verdict])).to.have.deep.members([
            ["known", "admitted"],
            ["kept", "unknown"],
            ["later", "unknown"],
            ["unsigned", "refused"],
        ]);
        expect(absentPolicies).to.deep.equal([]);
    });
});
