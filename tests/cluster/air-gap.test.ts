import { createServer } from "node:http";
import { once } from "node:events";
import * as fs from "node:fs/promises";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import type { Stack } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { type ChartSource, EnforcedNamespace, PolicyController } from "../../index";
import { changesInPreview } from "../../sandbox/demo/stack";
import { ensureTools } from "../../tools";
import { makeAuthority, type TestAuthority } from "../core/registry/support/authority";
import { type Distribution, HTPASSWD, PASSWORD, startDistribution, USER } from "../core/registry/support/distribution";
import { textBelow } from "../support/leaks";
import { watchProcesses } from "../support/processes";
import { run } from "../support/project";
import { BUILD_TIMEOUT_MS, Stage } from "./support/stage";
import { startTufMirror, type TufMirror } from "./support/tuf-mirror";

const IMAGE = { repository: "mirror.example.com/sigstore/policy-controller", digest: `sha256:${"1".repeat(64)}` };

describe("a controller behind an air gap", function () {
    this.timeout(3 * 60_000);
    let stage: Stage;
    let authority: TestAuthority;
    let caFile: string;
    let secured: Distribution;
    let plain: Distribution;
    let repository: { url: string; stop: () => void };
    let mirror: TufMirror;

    before(async function () {
        this.timeout(BUILD_TIMEOUT_MS);
        const { helm } = await ensureTools(["helm", "distribution"]);
        stage = await Stage.open();
        await stage.cluster.core.createNamespace({ body: { metadata: { name: "shop" } } });
        const folder = path.join(stage.sandbox.directory, "mirrors");
        await fs.mkdir(folder);
        authority = await makeAuthority(folder);
        caFile = path.join(folder, "ca.pem");
        const users = path.join(folder, "htpasswd");
        await fs.writeFile(users, HTPASSWD);
        const auth = { htpasswd: { realm: "mirrors", path: users } };
        secured = await startDistribution(path.join(folder, "secured"), { tls: authority, auth });
        plain = await startDistribution(path.join(folder, "plain"), {});
        const asUser = ["--ca-file", caFile, "--username", USER, "--password", PASSWORD];
        await run(helm, ["push", stage.chart, `oci://${secured.host}/charts`, ...asUser]);
        await run(helm, ["push", stage.chart, `oci://${plain.host}/charts`, "--plain-http"]);
        repository = await startChartRepository(path.join(folder, "index"), stage.chart, helm);
        mirror = await startTufMirror();
    });

    after(async () => {
        await mirror[Symbol.asyncDispose]();
        repository.stop();
        await Promise.all([secured.stop(), plain.stop()]);
        await stage.sandbox.stop();
    });

    const ofRegistry = (): ChartSource => ({
        repository: `oci://${secured.host}/charts`,
        username: USER,
        password: PASSWORD,
        caFile,
    });
    const ofRepository = (): ChartSource => ({ repository: repository.url, username: USER, password: PASSWORD });

    function stack(chart: ChartSource): Promise<Stack> {
        return stage.stack("gapped", () => {
            const controller = new PolicyController("controller", {
                chart,
                image: IMAGE,
                imagePullSecrets: ["mirror"],
                trustedCertificates: authority.ca,
                proxy: { http: mirror.proxy, noProxy: ["mirror.example.com"] },
                tuf: { mirror: mirror.url, root: mirror.root },
            });
            // Not after the controller, whose pods it is for.
            new kubernetes.core.v1.Secret("mirror", {
                metadata: { name: "mirror", namespace: "cosign-system" },
                type: "kubernetes.io/dockerconfigjson",
                stringData: { ".dockerconfigjson": '{"auths":{}}' },
            });
            new EnforcedNamespace("shop", { name: "shop" }, { dependsOn: controller });
        });
    }

    async function refusal(chart: ChartSource): Promise<string> {
        return (await stack(chart)).preview().then(
            () => "",
            (problem: unknown) => String(problem),
        );
    }

    it("comes from a registry with TLS and users, and asks a TUF mirror through a proxy when it starts", async () => {
        const { commandLines } = await watchProcesses(async () => {
            const { stdout, stderr } = await (await stack(ofRegistry())).up();
            expect(`${stdout}${stderr}`).to.not.include(PASSWORD);
        });
        expect(commandLines).to.include("pulumi\0up\0").and.not.include(PASSWORD);
        expect(textBelow(path.join(stage.sandbox.directory, ".pulumi"))).to.not.include(PASSWORD);
        for (const file of ["timestamp.json", "snapshot.json", "targets.json"]) {
            expect(mirror.asked).to.include(`${mirror.url}/${file}`);
        }
        const { items } = await stage.cluster.apps.listNamespacedDeployment({ namespace: "cosign-system" });
        const { imagePullSecrets, containers = [] } = items[0]?.spec?.template.spec ?? {};
        expect(imagePullSecrets).to.deep.equal([{ name: "mirror" }]);
        expect(containers[0]?.image).to.equal(`${IMAGE.repository}@${IMAGE.digest}`);
    });

    it("drifts nowhere, wherever the same chart comes from", async () => {
        const installed = await stack(ofRegistry());
        await installed.refresh();
        for (const chart of [ofRegistry(), ofRepository(), { repository: `oci://${plain.host}/charts` }]) {
            expect(await changesInPreview(await stack(chart)), chart.repository).to.deep.equal([]);
        }
    });

    it("says at preview why there is no chart", async () => {
        const reasons: [ChartSource, RegExp][] = [
            [
                { ...ofRegistry(), password: "wrong" },
                /found oci:\S+, version 0\.10\.6, asked for as ci\).*credentials.*\[chart-not-pulled\]/s,
            ],
            [
                { ...ofRegistry(), version: "9.9.9" },
                /found oci:\S+, version 9\.9\.9, asked for as ci\).*not.*\[chart-not-pulled\]/s,
            ],
            [{ ...ofRepository(), password: "wrong" }, /http:\S+ : 401 Unauthorized/],
            [{ ...ofRepository(), version: "9.9.9" }, /"policy-controller" version "9\.9\.9" not found in http:/],
            [{ repository: "http://127.0.0.1:1" }, /http:\/\/127\.0\.0\.1:1\S+ .*connection refused/],
        ];
        for (const [chart, reason] of reasons) {
            expect(await refusal(chart)).to.match(reason);
        }
    });
});

/** A Helm repository behind basic authentication. */
async function startChartRepository(folder: string, chart: string, helm: string) {
    await fs.mkdir(folder);
    await fs.copyFile(chart, path.join(folder, path.basename(chart)));
    await run(helm, ["repo", "index", folder]);
    const expected = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`;
    const server = createServer(({ url = "", headers }, response) => {
        if (headers.authorization !== expected) {
            response.writeHead(401, { "www-authenticate": 'Basic realm="charts"' }).end();
            return;
        }
        fs.readFile(path.join(folder, path.basename(url))).then(
            (bytes) => response.end(bytes),
            () => response.writeHead(404).end(),
        );
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        stop: () => {
            server.close();
            server.closeAllConnections();
        },
    };
}
