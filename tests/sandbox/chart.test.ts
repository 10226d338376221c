import { expect } from "chai";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parse } from "yaml";

import { locateChart } from "../../sandbox/chart";
import { SandboxError } from "../../sandbox/index";
import { TemporaryFolder } from "./support/temporary";

const FETCH_TIMEOUT_MS = 120_000;

describe("the chart of policy-controller", function () {
    this.timeout(FETCH_TIMEOUT_MS);

    let temporary: TemporaryFolder;
    let directory: string;

    beforeEach(() => {
        temporary = new TemporaryFolder();
        directory = temporary.path;
    });

    afterEach(() => {
        temporary.remove();
    });

    /** The smallest thing that Helm would take for a chart. */
    function folderChart(name: string): string {
        const folder = join(directory, `${name}-folder`);
        mkdirSync(folder);
        writeFileSync(join(folder, "Chart.yaml"), `apiVersion: v2\nname: ${name}\nversion: 1.2.3\n`);
        return folder;
    }

    function packedChart(name: string, file = `${name}-1.2.3.tgz`): string {
        const path = join(directory, file);
        writeFileSync(path, gzipSync(tarOf(`${name}/Chart.yaml`, `apiVersion: v2\nname: ${name}\nversion: 1.2.3\n`)));
        return path;
    }

    describe("that is given", () => {
        it("may be a folder", async () => {
            const given = folderChart("policy-controller");
            expect(await locateChart({ given, directory })).to.deep.equal({
                kind: "given",
                description: `policy-controller 1.2.3 from ${given}`,
                path: given,
            });
        });

        it("may be packed", async () => {
            const given = packedChart("policy-controller");
            expect(await locateChart({ given, directory })).to.deep.include({ kind: "given", path: given });
        });

        it("has to be there", async () => {
            const error = await refusalOf({ given: join(directory, "nowhere"), directory });
            expect(error.code).to.equal("chart-missing");
            expect(error.message).to.equal(`There is no chart at ${directory}/nowhere.`);
        });

        it("has to be policy-controller's", async () => {
            const given = packedChart("cert-manager");
            const error = await refusalOf({ given, directory });
            expect(error.code).to.equal("chart-invalid");
            expect(error.message).to.equal(`${given} is the chart of cert-manager, not of policy-controller.`);
        });

        it("has to be a chart", async () => {
            const given = join(directory, "notes.txt");
            writeFileSync(given, "not a chart");
            const error = await refusalOf({ given, directory });
            expect(error.code).to.equal("chart-invalid");
            expect(error.message).to.match(/notes\.txt is no Helm chart/);
        });
    });

    it("is the pinned one of the shared folder where there is one", async () => {
        const path = packedChart("policy-controller", "policy-controller-0.10.6.tgz");
        expect(await locateChart({ sharedDirectory: directory, directory })).to.deep.include({ kind: "shared", path });
    });

    it("is assembled where nothing else can be had", async () => {
        const chart = await locateChart({ sharedDirectory: directory, directory, allowNetwork: false });
        expect(chart.kind).to.equal("assembled");
        expect(chart.description).to.equal(
            "policy-controller 0.13.1, assembled from the manifests in its own Go module",
        );
    });

    describe("that is assembled", () => {
        let folder: string;

        beforeEach(async () => {
            const chart = await locateChart({ only: "assembled", directory });
            folder = chart.kind === "repository" ? "" : chart.path;
        });

        const template = (name: string) => readFileSync(join(folder, "templates", `${name}.yaml`), "utf8");

        it("is a chart itself", async () => {
            const given = await locateChart({ given: folder, directory });
            expect(given.description).to.equal(`policy-controller 0.13.1-assembled from ${folder}`);
            expect(existsSync(join(folder, "values.yaml"))).to.equal(true);
        });

        it("has the objects of the real chart, under its names", () => {
            expect(readdirSync(join(folder, "templates"))).to.have.members([
                "_helpers.tpl",
                "clusterrole-policy-controller-webhook.yaml",
                "clusterrolebinding-policy-controller-webhook.yaml",
                "configmap-config-image-policies.yaml",
                "configmap-config-policy-controller.yaml",
                "configmap-config-sigstore-keys.yaml",
                "configmap-policy-controller-webhook-logging.yaml",
                "customresourcedefinition-clusterimagepolicies.policy.sigstore.dev.yaml",
                "customresourcedefinition-trustroots.policy.sigstore.dev.yaml",
                "deployment-policy-controller-webhook.yaml",
                "mutatingwebhookconfiguration-defaulting.clusterimagepolicy.sigstore.dev.yaml",
                "mutatingwebhookconfiguration-policy.sigstore.dev.yaml",
                "poddisruptionbudget.yaml",
                "role-policy-controller-webhook.yaml",
                "rolebinding-policy-controller-webhook.yaml",
                "secret-webhook-certs.yaml",
                "service-policy-controller-webhook-metrics.yaml",
                "service-webhook.yaml",
                "serviceaccount-policy-controller-webhook.yaml",
                "validatingwebhookconfiguration-policy.sigstore.dev.yaml",
                "validatingwebhookconfiguration-validating.clusterimagepolicy.sigstore.dev.yaml",
            ]);
        });

        it("takes the values that the components set", () => {
            const values = (name: string) =>
                [...template(name).matchAll(/\.Values\.([\w.]+)/g)].map(([, path]) => path);
            expect(values("deployment-policy-controller-webhook")).to.include.members([
                "webhook.replicaCount",
                "webhook.resources",
                "webhook.affinity",
                "webhook.priorityClass",
            ]);
            expect(values("configmap-config-policy-controller")).to.deep.equal(["webhook.configData"]);
            expect(values("mutatingwebhookconfiguration-policy.sigstore.dev")).to.have.members([
                "cosign.webhookTimeoutSeconds.mutating",
                "webhook.failurePolicy",
                "webhook.namespaceSelector",
            ]);
            expect(values("poddisruptionbudget")).to.deep.equal(["webhook.podDisruptionBudget"]);
        });

        it("names neither upstream's namespace nor its build tool", () => {
            for (const file of readdirSync(join(folder, "templates"))) {
                const text = readFileSync(join(folder, "templates", file), "utf8");
                expect(text, file).to.not.match(/cosign-system|ko:\/\/|helm-expression/);
            }
        });

        it("keeps the schema of the policies", () => {
            const name = "customresourcedefinition-clusterimagepolicies.policy.sigstore.dev";
            const definition = parse(template(name)) as { spec: { versions: { name: string; schema: object }[] } };
            expect(definition.spec.versions.map((version) => version.name)).to.deep.equal(["v1alpha1", "v1beta1"]);
            expect(JSON.stringify(definition.spec.versions[0]?.schema)).to.include('"rfc3161timestamp"');
        });
    });
});

async function refusalOf(options: Parameters<typeof locateChart>[0]): Promise<SandboxError> {
    const error = await locateChart(options).then(
        () => undefined,
        (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(SandboxError);
    return error as SandboxError;
}

/** An archive with one file. */
function tarOf(name: string, content: string): Buffer {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(Buffer.byteLength(content).toString(8).padStart(11, "0"), 124);
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
    body.write(content);
    return Buffer.concat([header, body, Buffer.alloc(1024)]);
}
