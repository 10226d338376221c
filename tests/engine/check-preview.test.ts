import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect } from "chai";

import { ensureEngine } from "../../tools";
import { runInProcess } from "../cli/support";
import { FAIL, policy } from "../core/admission/support";
import { PulumiProject } from "../support/pulumi-project";

import type { CheckReport } from "../../cli/check/report";
import type { KubernetesObject } from "../cluster/programs/objects";

/** The first run builds the engine. */
const BUILD_TIMEOUT_MS = 50 * 60_000;
const TIMEOUT_MS = 3 * 60_000;

describe("check of what the real engine previews", function () {
    this.timeout(TIMEOUT_MS);
    let place: string;
    let project: PulumiProject;

    before(async function () {
        this.timeout(BUILD_TIMEOUT_MS);
        place = fs.mkdtempSync(path.join(os.tmpdir(), "signed-images-check-preview-"));
        const engine = await ensureEngine({ home: path.join(place, "home") });
        // No cluster is needed to preview what becomes files.
        project = await PulumiProject.create("objects", { engine, place, kubeconfig: path.join(place, "none") });
        const rendered = path.join(place, "rendered");
        await project.expectSuccess(["config", "set", "kubernetes:renderYamlToDirectory", rendered]);
        project.wish({ objects: { web: deployment("web") } });
        await project.up();
    });

    after(() => {
        fs.rmSync(place, { recursive: true, force: true });
    });

    async function check(args: readonly string[]) {
        const { stdout } = await project.run(["preview", "--json", ...args]);
        const [preview, policies] = [path.join(place, "preview.json"), path.join(place, "policy.json")];
        fs.writeFileSync(preview, stdout);
        fs.writeFileSync(policies, JSON.stringify(policy("nobody", [FAIL])));
        return runInProcess(["check", "--preview", preview, "--policy", policies, "--output", "json"]);
    }

    it("leaves it where it is made without --show-sames, and has every image with it", async () => {
        const without = await check([]);
        expect(without.exitCode, without.stdout).to.equal(2);
        expect(without.stderr).to.include("was made without --show-sames: it leaves out 2 resources");
        const { exitCode, stdout } = await check(["--show-sames"]);
        expect(exitCode).to.equal(1);
        const { images, previewFailures } = JSON.parse(stdout) as CheckReport;
        expect(images.map(({ workload }) => workload?.name)).to.deep.equal(["web"]);
        expect(previewFailures).to.deep.equal([]);
    });

    it("names what failed, and judges what was there before", async () => {
        // The provider wants a name for what it patches.
        const broken = { apiVersion: "v1", kind: "NamespacePatch", metadata: { labels: {} } };
        project.wish({ objects: { web: deployment("web"), broken } });
        const { exitCode, stdout } = await check(["--show-sames"]);
        expect(exitCode).to.equal(1);
        const { images, previewFailures } = JSON.parse(stdout) as CheckReport;
        expect(images.map(({ workload }) => workload?.name)).to.include("web");
        expect(previewFailures.join()).to.match(/kubernetes:core\/v1:NamespacePatch broken/);
    });
});

function deployment(name: string): KubernetesObject {
    const labels = { app: name };
    const image = `registry.example.com/${name}@sha256:${"a".repeat(64)}`;
    const template = { metadata: { labels }, spec: { containers: [{ name, image }] } };
    const metadata = { name, namespace: "shop" };
    return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata,
        spec: { selector: { matchLabels: labels }, template },
    };
}
