import * as path from "node:path";
import { expect } from "chai";
import { leftovers, listObjects } from "../../sandbox/demo/inventory";
import { ensureEngine, ensureTools } from "../../tools";
import { killProcessesWithVariable } from "../support/processes";
import { copyProject, run } from "../support/project";
import { PulumiProject } from "../support/pulumi-project";
import { installStandInCommandProvider } from "../support/stand-in-command-provider/install";
import { BUILD_TIMEOUT_MS, Stage } from "./support/stage";

const NAME = "shop";
const UNSIGNED = `registry.example.com/app@sha256:${"a".repeat(64)}`;

/** What a platform team writes that has no Node.js programs. */
function definition({
    packageFolder,
    chart,
    pods = "",
}: {
    packageFolder: string;
    chart: string;
    pods?: string;
}): string {
    return `
name: ${NAME}
runtime: yaml
packages:
  signed-images: ${packageFolder}
resources:
  door:
    type: signed-images:index:SignedImages
    properties:
      images: ["ghcr.io/acme/**"]
      namespaces: [${NAME}]
      createNamespaces: true
      controller:
        chart: { path: ${chart} }
        tuf: { disabled: true }
  other:
    type: signed-images:index:ClusterImagePolicy
    properties:
      images: ["ghcr.io/others/**"]
      authorities:
        - name: release
          key: { secretRef: { name: "\${door.secretName}-pub" } }
    options: { dependsOn: ["\${door}"] }
${pods}
outputs:
  publicKey: \${door.publicKey}
`;
}

const POD = `
  web:
    type: kubernetes:core/v1:Pod
    properties:
      metadata: { name: web, namespace: ${NAME} }
      spec: { containers: [{ name: web, image: "${UNSIGNED}" }] }
    options: { dependsOn: ["\${door}"] }
`;

describe("a stack in another Pulumi language", function () {
    this.timeout(10 * 60_000);
    let stage: Stage;
    let home: string;
    let place: { packageFolder: string; chart: string };
    let project: PulumiProject;

    before(async function () {
        this.timeout(BUILD_TIMEOUT_MS);
        await ensureTools(["pulumi-language-yaml"]);
        stage = await Stage.open();
        const folder = path.join(stage.sandbox.directory, "yaml");
        home = path.join(folder, "home");
        // The pinned one: it has the YAML host beside it.
        const engine = await ensureEngine({ home, processEnvironment: { ...process.env, CI: "true" } });
        // The CLI wants the providers of a package's dependencies before it asks for the schema.
        installStandInCommandProvider(home);
        place = { packageFolder: path.join(folder, "signed-images"), chart: stage.chart };
        await copyProject(place.packageFolder);
        await run("npm", ["run", "--silent", "build"], { cwd: place.packageFolder });
        project = await PulumiProject.define(NAME, definition({ ...place, pods: POD }), {
            engine,
            place: folder,
            kubeconfig: stage.sandbox.kubeconfig,
        });
    });

    after(async () => {
        // The host of the components outlives an engine that is not of its version.
        killProcessesWithVariable("PULUMI_HOME", home);
        await stage[Symbol.asyncDispose]();
    });

    function preview(...flags: readonly string[]) {
        return project.run(["preview", "--policy-pack", path.join(place.packageFolder, "policy-pack"), ...flags]);
    }

    it("is judged by the policy pack before there is a cluster with policies", async () => {
        const { exitCode, stdout } = await preview();
        expect(exitCode, stdout).to.not.equal(0);
        expect(stdout).to.match(/\[mandatory\] {2}images-admitted {2}\(kubernetes:core\/v1:Pod: web\)/);
        expect(stdout).to.include(`spec.containers[0].image: ${UNSIGNED} will be refused.`);
    });

    it("makes the components, and nothing drifts", async () => {
        const before = await listObjects(stage.kubeConfig);
        project.redefine(definition(place));
        await project.up();
        expect((await project.outputs()).publicKey).to.match(/^-----BEGIN PUBLIC KEY-----/);
        const spec = { containers: [{ name: "web", image: UNSIGNED }] };
        const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "web", namespace: NAME }, spec };
        expect(await stage.cluster.refusal(JSON.stringify(pod))).to.include("no matching policies");
        const { exitCode, stdout } = await preview("--expect-no-changes");
        expect(exitCode, stdout).to.equal(0);
        await project.expectSuccess(["destroy", "--yes", "--skip-preview"]);
        expect(leftovers(before, await listObjects(stage.kubeConfig))).to.deep.equal([]);
    });
});
