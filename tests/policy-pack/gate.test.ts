import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

import { UNKNOWN } from "../../core/policy";
import { Gate } from "../../policy-pack/gate";
import { answerError, StandIn } from "../core/registry/support/stand-in";
import { ecKey } from "../support/image-workshop";
import { exemptionsOf, messagesOf, notesOf, provisionalMessagesOf } from "../../policy-pack/messages";

import type { JudgedResource, StackResource, StackVerdict } from "../../policy-pack/gate";

const IMAGE = `registry.example.com/app@sha256:${"a".repeat(64)}`;

function resource(type: string, name: string, properties: Record<string, unknown>): StackResource {
    return { urn: `urn:pulumi:dev::shop::${type}::${name}`, type, properties };
}

function deployment(image: unknown, namespace: unknown = "shop"): StackResource {
    const template = { spec: { containers: [{ name: "web", image }] } };
    return resource("kubernetes:apps/v1:Deployment", "web", { metadata: { namespace }, spec: { template } });
}

/** A policy that refuses or admits everything, without asking a registry. */
function policy(name: string, action: "pass" | "fail"): StackResource {
    const spec = { images: [{ glob: "**" }], authorities: [{ static: { action } }] };
    const type = "kubernetes:policy.sigstore.dev/v1alpha1:ClusterImagePolicy";
    return resource(type, name, { metadata: { name }, spec });
}

function namespace(name: string, labels: Record<string, string>): StackResource {
    return resource("kubernetes:core/v1:NamespacePatch", name, { metadata: { name, labels } });
}

const ENFORCED = { "policy.sigstore.dev/include": "true" };

async function early(gate: Gate, ...resources: StackResource[]): Promise<JudgedResource[]> {
    const found: JudgedResource[] = [];
    for (const each of resources) {
        found.push(...(await gate.add(each)));
    }
    return found;
}

function verdicts({ resources }: Pick<StackVerdict, "resources">): string[] {
    return resources.flatMap(({ images }) => images.map(({ verdict }) => verdict));
}

describe("the gate of the policy pack", () => {
    let gate: Gate;

    beforeEach(() => {
        gate = new Gate("/");
    });

    it("refuses at once what a policy known by then refuses, and does not say it again", async () => {
        const resources = await early(gate, namespace("shop", ENFORCED), policy("none", "fail"), deployment(IMAGE));
        expect(verdicts({ resources })).to.deep.equal(["refused"]);
        expect((await gate.judgeStack()).resources).to.deep.equal([]);
    });

    it("waits for the whole stack with what a later policy may decide", async () => {
        expect(await early(gate, deployment(IMAGE), policy("all", "pass"))).to.deep.equal([]);
        expect(verdicts(await gate.judgeStack())).to.deep.equal(["admitted"]);
    });

    it("refuses only at the end in a namespace of which nothing is known, and says so before", async () => {
        expect(await early(gate, policy("none", "fail"), deployment(IMAGE))).to.deep.equal([]);
        const [before] = provisionalMessagesOf(gate.provisionalRefusals(deployment(IMAGE).urn));
        expect(before?.text).to.include("will be refused if the namespace shop is enforced.");
        const { resources } = await gate.judgeStack();
        expect(verdicts({ resources })).to.deep.equal(["refused"]);
        expect(messagesOf(resources, ["refused"])[0]?.text).to.match(
            /The namespace shop is taken for enforced, .* or label it policy\.sigstore\.dev\/include: "false"\./,
        );
    });

    it("takes nothing for refused in a namespace that turns out not to be enforced", async () => {
        const free = namespace("shop", { "policy.sigstore.dev/include": "false" });
        expect(await early(gate, policy("none", "fail"), deployment(IMAGE), free)).to.deep.equal([]);
        expect(verdicts(await gate.judgeStack())).to.deep.equal([]);
    });

    it("says nothing before the end of what no policy matches so far", async () => {
        await early(gate, deployment(IMAGE));
        expect(gate.provisionalRefusals(deployment(IMAGE).urn)).to.deep.equal([]);
    });

    it("refuses at the end what a policy refuses that was registered later", async () => {
        await early(gate, deployment(IMAGE), policy("none", "fail"));
        expect(verdicts(await gate.judgeStack())).to.deep.equal(["refused"]);
    });

    it("judges anew in the update after a preview", async () => {
        await early(gate, policy("none", "fail"), deployment(IMAGE));
        await gate.judgeStack();
        expect(await early(gate, policy("none", "pass"), deployment(IMAGE))).to.deep.equal([]);
        expect(verdicts(await gate.judgeStack())).to.deep.equal(["admitted"]);
    });

    it("passes over a namespace of the stack that is not enforced", async () => {
        for (const label of ["policy.sigstore.dev/include", "webhooks.knative.dev/exclude"]) {
            const metadata = { name: "shop", labels: { [label]: "false" } };
            const free = resource("kubernetes:core/v1:Namespace", "shop", { metadata });
            expect(await early(gate, policy("none", "fail"), free, deployment(IMAGE))).to.deep.equal([]);
            expect(verdicts(await gate.judgeStack())).to.deep.equal([]);
        }
    });

    it("names what is not checked, in one message", async () => {
        const plain = namespace("shop", { "policy.sigstore.dev/include": "false" });
        const spec = { template: { spec: { containers: [{ image: IMAGE }] } } };
        const jobs = ["a", "b"].map((name) =>
            resource("kubernetes:batch/v1:Job", name, { metadata: { name, namespace: "shop" }, spec }),
        );
        await early(gate, policy("none", "fail"), plain, ...jobs, deployment(IMAGE, "free"));
        const verdict = await gate.judgeStack();
        expect(exemptionsOf(verdict).map(({ text }) => text)).to.deep.equal([
            "Not checked by the cluster: 2 objects (Job shop/a, Job shop/b). " +
                'The namespace shop is not enforced: it has no label policy.sigstore.dev/include: "true".',
        ]);
        expect(notesOf(verdict)).to.deep.equal([]);
    });

    it("judges in a namespace that is labelled after its workloads", async () => {
        const plain = resource("kubernetes:core/v1:Namespace", "shop", { metadata: { name: "shop" } });
        await early(gate, policy("none", "fail"), plain, deployment(IMAGE), namespace("shop", ENFORCED));
        expect(verdicts(await gate.judgeStack())).to.deep.equal(["refused"]);
    });

    for (const [what, type, metadata] of [
        ["a patch that says nothing of enforcement", "NamespacePatch", { annotations: { team: "shop" } }],
        ["labels that are not known yet", "Namespace", { labels: UNKNOWN }],
        ["a label that is not known yet", "Namespace", { labels: { "policy.sigstore.dev/include": UNKNOWN } }],
    ] as const) {
        it(`takes a namespace with ${what} for enforced`, async () => {
            const properties = { kind: "Namespace", metadata: { name: "shop", ...metadata } };
            await early(gate, resource(`kubernetes:core/v1:${type}`, "shop", properties));
            await early(gate, policy("none", "fail"), deployment(IMAGE));
            expect(verdicts(await gate.judgeStack())).to.deep.equal(["refused"]);
        });
    }

    it("takes the key of a Secret from the stack where a file has an older one", async () => {
        const secret = (pem: string) => ({
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "release", namespace: "cosign-system" },
            stringData: { "cosign.pub": pem },
        });
        const file = join(mkdtempSync(join(tmpdir(), "secrets-")), "secret.yaml");
        // The controller leaves out a policy with such a key.
        writeFileSync(file, JSON.stringify(secret("no key")));
        gate.configure({ policyFiles: [file] });
        const spec = { images: [{ glob: "**" }], authorities: [{ key: { secretRef: { name: "release" } } }] };
        const type = "kubernetes:policy.sigstore.dev/v1alpha1:ClusterImagePolicy";
        await early(
            gate,
            resource(type, "key", { metadata: { name: "key" }, spec }),
            resource("kubernetes:core/v1:Secret", "release", secret(ecKey().pem)),
        );
        expect((await gate.judgeStack()).absentPolicies).to.deep.equal([]);
    });

    it("judges a patch of a workload as the workload", async () => {
        const { properties } = deployment(IMAGE);
        const patch = resource("kubernetes:apps/v1:DeploymentPatch", "web", properties);
        await early(gate, policy("none", "fail"), patch);
        expect(verdicts(await gate.judgeStack())).to.deep.equal(["refused"]);
    });

    describe("of a patch of a workload", () => {
        const patchOf = (spec: unknown, type = "kubernetes:apps/v1:DeploymentPatch") =>
            resource(type, "web", { metadata: { name: "web", namespace: "shop" }, spec });
        const resources = { requests: { cpu: "1" } };

        for (const [what, spec] of [
            ["a container without an image", { template: { spec: { containers: [{ name: "web", resources }] } } }],
            ["no container", { replicas: 3 }],
        ] as const) {
            it(`takes nothing for unknown in ${what}, and says that it does not see the images`, async () => {
                await early(gate, policy("none", "fail"), patchOf(spec));
                const { resources: judged, opaque } = await gate.judgeStack();
                expect(verdicts({ resources: judged })).to.deep.equal([]);
                expect(opaque).to.deep.equal(["Deployment web (a patch that leaves images as they are)"]);
            });
        }

        it("judges the images that are in it, by their fields", async () => {
            const containers = [{ name: "side" }, { name: "web", image: IMAGE }, { name: "later", image: UNKNOWN }];
            await early(gate, policy("none", "fail"), patchOf({ template: { spec: { containers } } }));
            const { resources: judged } = await gate.judgeStack();
            expect(judged.flatMap(({ images }) => images).map(({ path, verdict }) => [path, verdict])).to.deep.equal([
                ["spec.template.spec.containers[1].image", "refused"],
                ["spec.template.spec.containers[2].image", "unknown"],
            ]);
        });

        it("leaves containers without an image out of patches of custom resources too", async () => {
            const containers = [{ name: "side" }, { name: "web", image: IMAGE }];
            const spec = { template: { spec: { containers } } };
            await early(gate, policy("none", "fail"), patchOf(spec, "kubernetes:argoproj.io/v1alpha1:RolloutPatch"));
            expect(verdicts(await gate.judgeStack())).to.deep.equal(["refused"]);
        });

        it("is all unknown where the whole is", async () => {
            for (const spec of [UNKNOWN, { template: { spec: { containers: [UNKNOWN] } } }]) {
                await early(gate, policy("none", "fail"), patchOf(spec));
                expect(verdicts(await gate.judgeStack())).to.deep.equal(["unknown"]);
            }
        });
    });

    it("takes the namespaces that the settings name, and no others", async () => {
        gate.configure({ namespaces: ["shop"] });
        await early(gate, policy("none", "fail"), deployment(IMAGE, "other"));
        expect(verdicts(await gate.judgeStack())).to.deep.equal([]);
        expect(await early(gate, deployment(IMAGE, "shop"))).to.have.length(1);
    });

    for (const [what, spec] of [
        ["an image", { template: { spec: { containers: [{ image: UNKNOWN }] } } }],
        ["a list of containers", { template: { spec: { containers: UNKNOWN } } }],
        ["a pod's specification", { template: { spec: UNKNOWN } }],
        ["a whole specification", UNKNOWN],
    ] as const) {
        it(`lists ${what} that is not known`, async () => {
            const later = resource("kubernetes:apps/v1:Deployment", "web", { metadata: { namespace: "shop" }, spec });
            await early(gate, policy("all", "pass"), later);
            expect(verdicts(await gate.judgeStack())).to.deep.equal(["unknown"]);
        });
    }

    it("says what it could not look into", async () => {
        await early(gate, policy("all", "pass"), resource("kubernetes:helm.sh/v3:Release", "db", { name: "db" }));
        expect(notesOf(await gate.judgeStack()).map(({ text }) => text)).to.deep.equal([
            "Helm release db was not looked into: what it makes is not part of the preview.",
        ]);
    });

    /** A custom resource of an operator. */
    const custom = (kind: string, spec: unknown) =>
        resource(`kubernetes:example.com/v1:${kind}`, "db", { metadata: { name: "db", namespace: "shop" }, spec });

    for (const [what, spec] of [
        ["a template", { template: UNKNOWN }],
        ["a template's specification", { podTemplate: { spec: UNKNOWN } }],
        ["a list of containers", { template: { spec: { containers: UNKNOWN } } }],
        ["a container", { template: { spec: { containers: [UNKNOWN] } } }],
        ["an image", { template: { spec: { containers: [{ image: UNKNOWN }] } } }],
    ] as const) {
        it(`lists ${what} in a custom resource that is not known`, async () => {
            await early(gate, policy("all", "pass"), custom("Database", spec));
            expect(verdicts(await gate.judgeStack())).to.deep.equal(["unknown"]);
        });
    }

    it("says what names an image in a way of its own, and what deploys what is elsewhere", async () => {
        const release = "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease";
        await early(
            gate,
            ...[policy("all", "pass"), custom("Database", { image: IMAGE }), custom("Later", UNKNOWN)],
            ...[custom("Certificate", { secretName: "x" }), resource(release, "app", { metadata: { name: "app" } })],
        );
        expect((await gate.judgeStack()).opaque).to.deep.equal([
            "Database db (an image at spec.image)",
            "Later db (its spec is not known yet)",
            "HelmRelease app",
        ]);
    });

    it("judges the pods of a ReplicationController, which the webhooks do not see itself", async () => {
        const spec = { template: { spec: { containers: [{ image: IMAGE }] } } };
        const controller = resource("kubernetes:core/v1:ReplicationController", "old", { spec });
        await early(gate, policy("none", "fail"), controller);
        expect(verdicts(await gate.judgeStack())).to.deep.equal(["refused"]);
    });

    it("names the field, the image and the policy in a message", async () => {
        const refused = await early(gate, namespace("shop", ENFORCED), policy("none", "fail"), deployment(IMAGE));
        expect(messagesOf(refused, ["refused"])[0]?.text).to.match(
            /^spec\.template\.spec\.containers\[0\]\.image: registry\.example\.com\/app@sha256:a+ will be refused\.\n {2}policy none \(\*\*\): failed/,
        );
    });

    it("names the file of policies that cannot be read", async () => {
        gate.configure({ policyFiles: ["no-such-file.yaml"] });
        const problem = await gate.judgeStack().catch((error: unknown) => String(error));
        expect(problem).to.include("policyFiles: /no-such-file.yaml cannot be read.");
    });

    it("names the line of a file of policies that is no YAML, or made to exhaust its readers", async () => {
        const file = join(mkdtempSync(join(tmpdir(), "policies-")), "policies.yaml");
        writeFileSync(file, `kind: ClusterImagePolicy\nspec: ${"[".repeat(300)}`);
        gate.configure({ policyFiles: [file] });
        const problem = await gate.judgeStack().catch((error: unknown) => String(error));
        expect(problem).to.include(`policyFiles: ${file}, line 2: this cannot be read as YAML. It is nested more than`);
    });

    it("asks the mirrors that the settings name", async () => {
        const mirror = await StandIn.start((_request, response) => {
            answerError(response, 404, "MANIFEST_UNKNOWN");
        });
        const signedBySomebody = ecKey().pem;
        const spec = { images: [{ glob: "**" }], authorities: [{ key: { data: signedBySomebody } }] };
        const type = "kubernetes:policy.sigstore.dev/v1alpha1:ClusterImagePolicy";
        gate.configure({ registry: { mirrors: { "localhost:1": [`${mirror.host}/hub`] } } });
        await early(gate, resource(type, "key", { metadata: { name: "key" }, spec }));
        await early(gate, deployment(`localhost:1/app@sha256:${"a".repeat(64)}`));
        await gate.judgeStack();
        await mirror.stop();
        expect(mirror.received.map(({ url }) => url)).to.deep.equal([
            `/v2/hub/app/manifests/sha256-${"a".repeat(64)}.sig`,
        ]);
    });

    for (const [what, registry, said] of [
        [
            "mirrors of no registry",
            { mirrors: { acme: ["m.example"] } },
            'registry.mirrors.acme: "acme". Write the host',
        ],
        [
            "what is no mirror",
            { mirrors: { "docker.io": ["hub"] } },
            'registry.mirrors["docker.io"][0]: "hub". Write a host',
        ],
        [
            "text without a certificate",
            { certificateAuthorities: ["-----BEGIN CERTIFICATE-----"] },
            "registry.certificateAuthorities[0]. Give the text of a PEM file",
        ],
        [
            "a file that is not there",
            { certificateAuthorities: ["no.pem"] },
            "certificateAuthorities: /no.pem cannot be read",
        ],
    ] as const) {
        it(`refuses ${what} among the settings of registries`, async () => {
            gate.configure({ registry });
            expect(await gate.judgeStack().catch((error: unknown) => String(error))).to.include(said);
        });
    }
});
