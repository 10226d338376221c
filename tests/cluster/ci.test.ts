import * as fs from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { AppsV1Api, CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { Sandbox } from "../../sandbox";
import { locateChart } from "../../sandbox/chart";
import { writeKubeconfig } from "../../sandbox/credentials";
import { SANDBOX_TOOLS } from "../../sandbox/demo/run";
import { type Engine, ensureEngine, ensureTools } from "../../tools";
import { type GithubRunner, type JobOutcome, readWorkflow, runWorkflow } from "../support/ci/github";
import { type GitlabRunner, readPipeline, runJobs } from "../support/ci/gitlab";
import { Cluster } from "../sandbox/support/cluster";
import { eventually } from "../sandbox/support/wait";
import { writeStandIns } from "../support/ci/stand-ins";
import { installTarball } from "../support/installed-package";
import { PROJECT_FOLDER, run } from "../support/project";
import { CI, SigstoreInstance } from "../support/sigstore-instance";
import { identityToken, SigstoreServices } from "../support/sigstore-services";

/** The first run builds every tool. */
const BUILD_TIMEOUT_MS = 50 * 60_000;
const TIMEOUT_MS = 5 * 60_000;
const EXAMPLES = path.join(PROJECT_FOLDER, "examples", "ci");
const STACK = "production";
const KEYS_PASSPHRASE = "of who may sign";
const DELIVERY_PASSPHRASE = "of who may deploy";

describe("examples/ci", function () {
    this.timeout(TIMEOUT_MS);
    let sandbox: Sandbox;
    let engine: Engine;
    let tools: Readonly<Record<"cosign" | "crane", string>>;
    let kubeConfig: KubeConfig;
    let keys: Stack;
    let signer: Record<"COSIGN_PRIVATE_KEY" | "COSIGN_PASSWORD", string>;
    /** Where the examples are installed; a checkout of the repository is a folder in it. */
    let root: string;
    /** The public Sigstore cannot be had: these stand in for it. */
    let sigstore: SigstoreServices;
    /** What a CI's own service of identities answers, and GitHub's is asked by the job. */
    let identities: Server;

    before(async function () {
        this.timeout(BUILD_TIMEOUT_MS);
        tools = await ensureTools(["cosign", "crane"]);
        sandbox = await Sandbox.start({ binaries: await ensureTools(SANDBOX_TOOLS) });
        kubeConfig = new KubeConfig();
        kubeConfig.loadFromFile(sandbox.kubeconfig);
        engine = await ensureEngine({ home: path.join(sandbox.directory, "pulumi") });
        root = path.join(sandbox.directory, "ci");
        fs.cpSync(EXAMPLES, root, { recursive: true });
        await installTarball(root);
        fs.mkdirSync(path.join(sandbox.directory, "state"));
        await bringUpStacks();
        signer = await signerOfCluster();
        sigstore = await SigstoreServices.start(await SigstoreInstance.create());
        identities = createServer((_, response) => {
            response.end(JSON.stringify({ value: token() }));
        });
        await new Promise<void>((resolve) => identities.listen(0, "127.0.0.1", resolve));
    });

    after(async () => {
        identities.close();
        sigstore.stop();
        await sandbox.stop();
    });

    function token(): string {
        const exp = Math.floor(Date.now() / 1000) + 600;
        return identityToken({ iss: CI.issuer, sub: CI.subject, aud: "sigstore", exp });
    }

    function environmentOf(passphrase: string): Record<string, string> {
        return {
            ...engine.environment,
            KUBECONFIG: sandbox.kubeconfig,
            PULUMI_BACKEND_URL: `file://${sandbox.directory}/state`,
            PULUMI_CONFIG_PASSPHRASE: passphrase,
        };
    }

    async function createStack(name: string, passphrase: string): Promise<Stack> {
        return LocalWorkspace.createStack(
            { stackName: STACK, workDir: path.join(root, name) },
            { envVars: environmentOf(passphrase), pulumiCommand: await PulumiCommand.get({ root: engine.root }) },
        );
    }

    /** What somebody does once, by hand: see the examples' README.md. */
    async function bringUpStacks(): Promise<void> {
        const chart = await locateChart({ directory: sandbox.directory, allowNetwork: false });
        keys = await createStack("keys", KEYS_PASSPHRASE);
        await keys.setConfig("chart.path", { value: "path" in chart ? chart.path : "" }, true);
        const { outputs } = await keys.up();
        const trust = await createStack("trust", DELIVERY_PASSPHRASE);
        await trust.setConfig("publicKey", { value: String(outputs.publicKey?.value) });
        await trust.up();
        const delivery = await createStack("delivery", DELIVERY_PASSPHRASE);
        await delivery.setAllConfig({
            trust: { value: `organization/trust/${STACK}` },
            issuer: { value: CI.issuer },
            subject: { value: CI.subject },
        });
    }

    async function signerOfCluster(): Promise<typeof signer> {
        const name = String((await keys.outputs()).secretName?.value);
        const core = kubeConfig.makeApiClient(CoreV1Api);
        const { data = {} } = await core.readNamespacedSecret({ name, namespace: "cosign-system" });
        const text = (entry: string) => Buffer.from(data[entry] ?? "", "base64").toString();
        return { COSIGN_PRIVATE_KEY: text("cosign.key"), COSIGN_PASSWORD: text("cosign.password") };
    }

    /** A fresh checkout of the repository that the pipelines are for. */
    function checkout(job: string): string {
        const folder = fs.mkdtempSync(path.join(root, `${job}-`));
        fs.cpSync(path.join(root, "delivery"), folder, { recursive: true });
        return folder;
    }

    /** What a runner has without a pipeline asking for it, and what stands in for the rest. */
    function machine(posted: string): Record<string, string> {
        const standIns = writeStandIns(path.join(sandbox.directory, "stand-ins"));
        const { PATH = "", ...others } = engine.environment;
        return {
            ...others,
            PATH: [standIns, PATH].join(path.delimiter),
            HOME: sandbox.directory,
            CRANE: tools.crane,
            POSTED: posted,
        };
    }

    /** A kubeconfig of a ServiceAccount in the namespace of the stack. */
    async function kubeconfigOf(name: string): Promise<string> {
        const core = kubeConfig.makeApiClient(CoreV1Api);
        const body = { spec: { audiences: [] } };
        const { status } = await core.createNamespacedServiceAccountToken({ name, namespace: "shop", body });
        const { server = "", caData = "" } = kubeConfig.getCurrentCluster() ?? {};
        const access = { server, certificateAuthority: Buffer.from(caData, "base64").toString() };
        const file = path.join(sandbox.directory, `${name}.kubeconfig`);
        return writeKubeconfig(file, access, { token: status?.token ?? "" });
    }

    async function runningImage(): Promise<string | undefined> {
        const apps = kubeConfig.makeApiClient(AppsV1Api);
        const { spec } = await apps.readNamespacedDeployment({ name: "shop", namespace: "shop" });
        return spec?.template.spec?.containers[0]?.image;
    }

    /** Both signatures: that of the key, by the real cosign, and one with a certificate beside it. */
    async function verify(image: string): Promise<void> {
        const publicKey = path.join(sandbox.directory, "trusted.pub");
        fs.writeFileSync(publicKey, String((await keys.outputs()).publicKey?.value));
        await run(tools.cosign, ["verify", "--key", publicKey, "--insecure-ignore-tlog", image]);
        const { stdout } = await run(tools.crane, ["manifest", image.replace("@sha256:", ":sha256-").concat(".sig")]);
        const { layers } = JSON.parse(stdout) as { layers: { annotations: Record<string, string> }[] };
        const certificates = layers.map(({ annotations }) => "dev.sigstore.cosign/certificate" in annotations);
        expect(certificates).to.have.members([false, true]);
    }

    describe("on GitHub", () => {
        let posted: string;
        let runner: GithubRunner;

        before(() => {
            posted = path.join(sandbox.directory, "github-comment.md");
            runner = {
                checkout,
                environment: machine(posted),
                identity: {
                    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(identities.address() as AddressInfo).port}/?v=1`,
                    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "of the job",
                    GITHUB_ACTIONS: "true",
                },
                overrides: { FULCIO_URL: sigstore.url, REKOR_URL: sigstore.url },
                context: {
                    "github.actor": "somebody",
                    "github.token": "the token of the job",
                    "github.sha": "0123456789abcdef",
                    "github.repository": "acme/shop",
                    "github.event.pull_request.number": "7",
                    "vars.IMAGE": `${sandbox.registry}/acme/shop`,
                    "vars.REGISTRY_USER": "reader",
                    "vars.PULUMI_BACKEND_URL": `file://${sandbox.directory}/state`,
                    "secrets.REGISTRY_READ_TOKEN": "a token",
                    "secrets.PULUMI_ACCESS_TOKEN": "",
                    "secrets.PULUMI_CONFIG_PASSPHRASE": DELIVERY_PASSPHRASE,
                    "secrets.KUBECONFIG_CONTENT": fs.readFileSync(sandbox.kubeconfig, "utf8"),
                    "secrets.COSIGN_PRIVATE_KEY": signer.COSIGN_PRIVATE_KEY,
                    "secrets.COSIGN_PASSWORD": signer.COSIGN_PASSWORD,
                },
                artifacts: fs.mkdtempSync(path.join(sandbox.directory, "artifacts-")),
            };
        });

        function workflow(name: string): Promise<Record<string, JobOutcome>> {
            return runWorkflow(readWorkflow(path.join(EXAMPLES, "github", ".github", "workflows", name)), runner);
        }

        it("builds, signs and deploys what the real cosign verifies", async () => {
            const jobs = await workflow("release.yaml");
            expectSuccess(jobs);
            const image = (await runningImage()) ?? "";
            expect(image).to.match(/\/acme\/shop@sha256:[0-9a-f]{64}$/);
            await verify(image);
        });

        it("previews with the rights of preview-rights.yaml, which change nothing", async () => {
            const cluster = Cluster.fromKubeconfig(sandbox.kubeconfig);
            await cluster.create(fs.readFileSync(path.join(EXAMPLES, "preview-rights.yaml"), "utf8"));
            const kubeconfig = await kubeconfigOf("preview");
            const context = { ...runner.context, "secrets.KUBECONFIG_CONTENT": fs.readFileSync(kubeconfig, "utf8") };
            runner = { ...runner, context };
            const preview = Cluster.fromKubeconfig(kubeconfig);
            const pod = { containers: [{ name: "other", image: await runningImage() }] };
            const labels = { app: "other" };
            const deployment = {
                apiVersion: "apps/v1",
                kind: "Deployment",
                metadata: { name: "other", namespace: "shop" },
                spec: { replicas: 0, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
            };
            await eventually("a preview may only ask", async () => {
                const refusal = await preview.refusal(JSON.stringify(deployment));
                await cluster.apps
                    .deleteNamespacedDeployment({ name: "other", namespace: "shop" })
                    .catch(() => undefined);
                return refusal.includes("A preview may only ask what would be done.");
            });
            const secrets = preview.core.listNamespacedSecret({ namespace: "cosign-system" });
            expect(await secrets.then(() => "", String)).to.include("is forbidden");
        });

        it("posts on a pull request that the cluster runs the image", async () => {
            expectSuccess(await workflow("pull-request.yaml"));
            expect(fs.readFileSync(`${posted}.arguments`, "utf8")).to.match(/^pr comment 7 --edit-last/);
            expect(fs.readFileSync(posted, "utf8")).to.include("✅ admitted").and.include("/acme/shop");
        });

        it("posts why the cluster would not, and fails, where a pull request takes the trust away", async () => {
            const untrusting = (job: string) => {
                const folder = checkout(job);
                const file = path.join(folder, "index.ts");
                const program = fs.readFileSync(file, "utf8");
                const nobody = 'authorities: [Authority.static({ action: "fail" })],';
                fs.writeFileSync(file, program.replace(/authorities: \[[^]*?\n {4}\],/, nobody));
                return folder;
            };
            runner = { ...runner, checkout: untrusting };
            const { preview, report } = await workflow("pull-request.yaml");
            expect(preview?.succeeded, preview?.log).to.equal(false);
            expect(report?.succeeded, report?.log).to.equal(true);
            expect(fs.readFileSync(posted, "utf8")).to.include("❌ refused");
        });
    });

    describe("on GitLab", () => {
        let api: Server;
        let requests: { url: string; token: string; body: string }[];
        let runner: GitlabRunner;
        let firstImage: string | undefined;

        before(async () => {
            firstImage = await runningImage();
            requests = [];
            // GitLab's own API, as far as a comment needs it.
            api = createServer((request, response) => {
                let body = "";
                request.setEncoding("utf8").on("data", (text: string) => (body += text));
                request.on("end", () => {
                    const token = String(request.headers["private-token"]);
                    requests.push({ url: request.url ?? "", token, body: new URLSearchParams(body).get("body") ?? "" });
                    response.writeHead(201).end("{}");
                });
            });
            await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
            runner = {
                checkout: secondVersion,
                environment: {
                    ...machine(""),
                    ...signer,
                    ...environmentForGitlab((api.address() as AddressInfo).port),
                },
                idToken: token,
            };
        });

        after(() => api.close());

        function environmentForGitlab(port: number): Record<string, string> {
            const { KUBECONFIG = "", PULUMI_BACKEND_URL = "" } = environmentOf("");
            return {
                KUBECONFIG,
                PULUMI_BACKEND_URL,
                PULUMI_CONFIG_PASSPHRASE: DELIVERY_PASSPHRASE,
                CI_REGISTRY: sandbox.registry,
                CI_REGISTRY_IMAGE: `${sandbox.registry}/acme/shop`,
                CI_REGISTRY_USER: "gitlab-ci-token",
                CI_REGISTRY_PASSWORD: "the token of the job",
                CI_COMMIT_SHA: "0123456789abcdef",
                CI_API_V4_URL: `http://127.0.0.1:${port}/api/v4`,
                CI_PROJECT_ID: "1",
                CI_MERGE_REQUEST_IID: "7",
                FULCIO_URL: sigstore.url,
                REKOR_URL: sigstore.url,
                REPORT_TOKEN: "a project's access token",
            };
        }

        function secondVersion(job: string): string {
            const folder = checkout(job);
            const file = path.join(folder, "package.json");
            const content = JSON.parse(fs.readFileSync(file, "utf8")) as object;
            fs.writeFileSync(file, JSON.stringify({ ...content, version: "2.0.0" }));
            return folder;
        }

        function jobs(...names: readonly string[]): Promise<Record<string, { status: number | null; log: string }>> {
            return runJobs(readPipeline(path.join(EXAMPLES, "gitlab", ".gitlab-ci.yml")), names, runner);
        }

        it("builds, signs and deploys what the real cosign verifies", async () => {
            for (const [name, { status, log }] of Object.entries(await jobs("build", "sign", "deploy"))) {
                expect(status, `${name}: ${log}`).to.equal(0);
            }
            const image = (await runningImage()) ?? "";
            expect(image)
                .to.match(/\/acme\/shop@sha256:[0-9a-f]{64}$/)
                .and.not.equal(firstImage);
            await verify(image);
        });

        it("posts on a merge request that the cluster runs the image", async () => {
            for (const [name, { status, log }] of Object.entries(await jobs("preview", "report"))) {
                expect(status, `${name}: ${log}`).to.equal(0);
            }
            expect(requests).to.have.length(1);
            expect(requests[0]).to.include({
                url: "/api/v4/projects/1/merge_requests/7/notes",
                token: "a project's access token",
            });
            expect(requests[0]?.body).to.include("✅ admitted").and.include("/acme/shop");
        });
    });
});

function expectSuccess(jobs: Readonly<Record<string, JobOutcome>>): void {
    for (const [name, { succeeded, log }] of Object.entries(jobs)) {
        expect(succeeded, `${name}: ${log}`).to.equal(true);
    }
}
