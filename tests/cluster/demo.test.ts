import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { AppsV1Api, CoreV1Api, KubeConfig, PolicyV1Api } from "@kubernetes/client-node";
import { expect } from "chai";
import { CONTEXT_NAME, Sandbox } from "../../sandbox";
import { locateChart } from "../../sandbox/chart";
import { type DemoResult, SANDBOX_TOOLS } from "../../sandbox/demo/run";
import { ensureTools, TEST_TOOLS } from "../../tools";
import { occurrencesOf, secretForms, textBelow } from "../support/leaks";
import { PROJECT_FOLDER } from "../support/project";
import { commandLinesAndEnvironments, killProcessesWith, processesWith, watchProcesses } from "../support/processes";
import { drawn, SEED } from "./support/draw";

const MINUTE_MS = 60_000;
/** The first run builds every tool. */
const BUILD_TIMEOUT_MS = 50 * MINUTE_MS;
const DEMO_TIMEOUT_MS = 5 * MINUTE_MS;
/** In the command lines of what runs in a sandbox of this run, and of no other run beside it. */
const SANDBOXES = path.join(os.tmpdir(), "signed-images-sandbox-");

interface DemoRun {
    exitCode: number | null;
    result: DemoResult;
    story: string;
}

async function demo(
    args: readonly string[],
    whileRunning?: (child: ChildProcess) => void,
    environment: NodeJS.ProcessEnv = {},
): Promise<DemoRun> {
    const child = spawn("npm", ["run", "--silent", "demo", "--", "--json", ...args], {
        cwd: PROJECT_FOLDER,
        env: { ...process.env, ...environment },
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
    });
    whileRunning?.(child);
    let output = "";
    let story = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (story += text));
    // Not "exit": npm may be gone before what it runs, which holds the pipes to its end.
    const [exitCode] = (await once(child, "close")) as [number | null];
    const nothing = { images: [], drift: [], leftovers: [] };
    const result = (output === "" ? nothing : JSON.parse(output)) as DemoResult;
    return { exitCode, result, story };
}

/** The folders of the sandbox and the demo; whoever runs leaves none behind. A program that is killed leaves those of its checks. */
function temporaryFolders(): string[] {
    return fs.readdirSync(os.tmpdir()).filter((name) => /^signed-images-(sandbox|demo|logs)-/.test(name));
}

/** Beside the one with `--keep`, which all runs have. */
const WHOLE_RUNS = drawn(["sandbox", "context"]);

function expectAsPromised({ exitCode, result, story }: DemoRun): void {
    expect(exitCode, story).to.equal(0);
    const answers = result.images.map(({ case: name, admitted }) => `${name} ${admitted ? "admitted" : "refused"}`);
    expect(answers).to.deep.equal(["signed admitted", "unsigned refused", "stranger refused", "bundle refused"]);
    expect(result.drift).to.deep.equal([]);
    expect(result.leftovers).to.deep.equal([]);
}

describe(`npm run demo (SIGNED_IMAGES_SEED=${SEED})`, function () {
    this.timeout(DEMO_TIMEOUT_MS);
    let foldersBefore: string[];
    /** Of tests that kill an engine: its plugins find out by themselves. */
    let processesBefore: ReadonlySet<string>;

    before(async function () {
        this.timeout(BUILD_TIMEOUT_MS);
        await ensureTools(TEST_TOOLS, {
            report: (line) => {
                console.log(line);
            },
        });
        foldersBefore = temporaryFolders();
        processesBefore = new Set(processesWith(SANDBOXES));
    });

    afterEach(() => {
        expect(temporaryFolders()).to.deep.equal(foldersBefore);
        const left = processesWith(SANDBOXES).filter((process) => !processesBefore.has(process));
        expect(left).to.deep.equal([]);
    });

    it("admits the signed image and no other, drifts nowhere and leaves nothing", async function () {
        if (!WHOLE_RUNS.includes("sandbox")) {
            this.skip();
        }
        const run = await demo([]);
        expectAsPromised(run);
        for (const refused of run.result.images.slice(1)) {
            expect(refused.message).to.include('admission webhook "policy.sigstore.dev" denied the request');
        }
        expect(run.result.seconds.up).to.be.above(0);
    });

    for (const moment of drawn(["the sandbox is ready", "policy-controller is ready", "signed: admitted"])) {
        it(`stops at Ctrl-C when ${moment}, and leaves neither a process nor a folder`, async () => {
            const run = await demo([], (child) => {
                child.stderr?.on("data", (text: Buffer) => {
                    if (text.includes(moment)) {
                        process.kill(-(child.pid ?? 0), "SIGINT");
                    }
                });
            });
            // npm itself ends by the signal, so its exit code says nothing.
            expect(run.story).to.include("Stopped; nothing is left running.");
        });
    }

    it("runs on a cluster of the user's, where it finds nothing to take over", async function () {
        if (!WHOLE_RUNS.includes("context")) {
            this.skip();
        }
        const binaries = await ensureTools(SANDBOX_TOOLS);
        await using sandbox = await Sandbox.start({ binaries });
        const environment = { KUBECONFIG: sandbox.kubeconfig };
        const args = ["--context", CONTEXT_NAME, "--registry", `${sandbox.registry}/acme`];
        const run = await demo(args, undefined, environment);
        expectAsPromised(run);
        expect(run.result.images[0]?.image).to.match(/^localhost:\d+\/acme\/signed-images-demo\/signed@sha256:/);

        const kubeConfig = new KubeConfig();
        kubeConfig.loadFromFile(sandbox.kubeconfig);
        await kubeConfig.makeApiClient(CoreV1Api).createNamespace({ body: { metadata: { name: "my-secure-ns" } } });
        const refused = await demo(args, undefined, environment);
        expect(refused.exitCode).to.equal(1);
        expect(refused.story).to.include("the cluster already has the namespace my-secure-ns");
    });

    it("ends with the last words of a process of the sandbox that dies", async () => {
        const run = await demo([], (child) => {
            child.stderr?.on("data", (text: Buffer) => {
                if (text.includes("pulumi preview")) {
                    killProcessesWith("/kube-apiserver --", SANDBOXES);
                }
            });
        });
        expect(run.exitCode).to.equal(1);
        expect(run.story, run.story).to.match(/kube-apiserver \(pid \d+\) was ended by SIGKILL/);
        const logs = /The logs are in (\S+)/.exec(run.story)?.[1] ?? "";
        expect(fs.readdirSync(logs)).to.include("kube-apiserver.log");
        fs.rmSync(logs, { recursive: true });
    });

    it("keeps the cluster with --keep, on an assembled chart, and leaks no key", async () => {
        const charts = fs.mkdtempSync(path.join(os.tmpdir(), "demo-chart-"));
        const chart = await locateChart({ only: "assembled", directory: charts });
        const { result: run, seen } = await watchProcesses(() =>
            demo(["--keep", "--chart", "path" in chart ? chart.path : ""]),
        );
        fs.rmSync(charts, { recursive: true });
        const kept = keptSandbox(run.story);
        try {
            expectAsPromised(run);
            await expectClusterAsTold(kept.kubeConfig);
            await expectNoLeak(kept, `${run.story}\n${seen}`);
        } finally {
            process.kill(kept.pid, "SIGTERM");
            await waitUntilGone(kept.directory);
        }
    });
});

interface KeptSandbox {
    kubeConfig: KubeConfig;
    directory: string;
    pid: number;
}

/** What the story says of how to reach the sandbox and how to stop it. */
function keptSandbox(story: string): KeptSandbox {
    const kubeconfig = /export KUBECONFIG=(\S+)/.exec(story)?.[1];
    const pid = /kill (\d+)/.exec(story)?.[1];
    if (kubeconfig === undefined || pid === undefined) {
        throw new Error(`the story does not say how to reach the sandbox:\n${story}`);
    }
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromFile(kubeconfig);
    return { kubeConfig, directory: path.dirname(kubeconfig), pid: Number(pid) };
}

async function expectClusterAsTold(kubeConfig: KubeConfig): Promise<void> {
    const apps = kubeConfig.makeApiClient(AppsV1Api);
    const deployments = await apps.listNamespacedDeployment({ namespace: "my-secure-ns" });
    expect(deployments.items.map((it) => it.metadata?.name)).to.deep.equal(["signed"]);

    const policies = kubeConfig.makeApiClient(PolicyV1Api);
    const budgets = await policies.listNamespacedPodDisruptionBudget({ namespace: "cosign-system" });
    expect(budgets.items.map((it) => it.status?.disruptionsAllowed)).to.deep.equal([1]);

    const core = kubeConfig.makeApiClient(CoreV1Api);
    const publicSecret = await core.readNamespacedSecret({ name: "signed-images-1-pub", namespace: "cosign-system" });
    expect(Object.keys(publicSecret.data ?? {})).to.deep.equal(["cosign.pub"]);
}

/** Everything but the cluster's own store, which is where the Secret lives. */
async function expectNoLeak({ kubeConfig, directory }: KeptSandbox, heard: string): Promise<void> {
    const core = kubeConfig.makeApiClient(CoreV1Api);
    const secret = await core.readNamespacedSecret({ name: "signed-images-1", namespace: "cosign-system" });
    expect(Object.keys(secret.data ?? {})).to.have.members(["cosign.key", "cosign.password", "cosign.pub"]);
    const forms = await secretForms(secret.data ?? {});
    const written = ["state", "project", "logs", "pulumi"].map((name) => textBelow(path.join(directory, name))).join();
    const text = [written, heard, ...commandLinesAndEnvironments()].join("\n");
    expect(written).to.include("signed-images-1-key");
    expect(occurrencesOf(forms, text)).to.deep.equal([]);
    for (const form of forms) {
        expect(occurrencesOf(forms, `${text}${form.text}`), "a planted one").to.include(form.name);
    }
}

async function waitUntilGone(folder: string): Promise<void> {
    while (fs.existsSync(folder)) {
        await delay(100);
    }
}
