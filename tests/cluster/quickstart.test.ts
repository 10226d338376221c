import * as fs from "node:fs";
import * as path from "node:path";
import { AppsV1Api, CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { Sandbox } from "../../sandbox";
import { locateChart } from "../../sandbox/chart";
import { pushImages } from "../../sandbox/demo/images";
import { leftovers, listObjects } from "../../sandbox/demo/inventory";
import { SANDBOX_TOOLS } from "../../sandbox/demo/run";
import { changesInPreview } from "../../sandbox/demo/stack";
import { ensureEngine, ensureTools } from "../../tools";
import { installTarball } from "../support/installed-package";
import { occurrencesOf, type SecretForm, secretForms, textBelow } from "../support/leaks";
import { watchProcesses } from "../support/processes";
import { PROJECT_FOLDER, run } from "../support/project";
import { installStandInCommandProvider } from "../support/stand-in-command-provider/install";

/** The first run builds every tool. */
const BUILD_TIMEOUT_MS = 50 * 60_000;
const TIMEOUT_MS = 5 * 60_000;
const NAMESPACE = "my-secure-ns";
const REFUSED = 'admission webhook "policy.sigstore.dev" denied the request: validation failed: failed policy: ';

describe("examples/quickstart", function () {
    this.timeout(TIMEOUT_MS);
    let tools: Readonly<Record<"cosign" | "crane", string>>;
    let sandbox: Sandbox;
    let project: string;
    let stack: Stack;
    let kubeConfig: KubeConfig;
    let objectsBefore: ReadonlySet<string>;
    let image: string;
    let unsignedImage: string;
    /** What the first update printed. */
    let printed: string;
    /** The command lines and environments that were there meanwhile. */
    let processes: string;

    before(async function () {
        this.timeout(BUILD_TIMEOUT_MS);
        tools = await ensureTools(["cosign", "crane"]);
        sandbox = await Sandbox.start({ binaries: await ensureTools(SANDBOX_TOOLS) });
        const { directory, registry, kubeconfig } = sandbox;
        kubeConfig = new KubeConfig();
        kubeConfig.loadFromFile(kubeconfig);
        objectsBefore = await listObjects(kubeConfig);
        const pushed = await pushImages({
            ...{ tools, directory, kubeconfig, signingKey: "", signal: undefined },
            prefix: `${registry}/acme`,
        });
        const referenceOf = (name: string) => pushed.find((it) => it.case === name)?.reference ?? "";
        image = referenceOf("signed");
        unsignedImage = referenceOf("unsigned");

        project = path.join(directory, "quickstart");
        fs.cpSync(path.join(PROJECT_FOLDER, "examples", "quickstart"), project, { recursive: true });
        await installTarball(project);
        stack = await createStack();
        await firstUpdate();
    });

    after(() => sandbox.stop());

    async function createStack(): Promise<Stack> {
        const home = path.join(sandbox.directory, "pulumi");
        const engine = await ensureEngine({ home });
        installStandInCommandProvider(home);
        const chart = await locateChart({ directory: sandbox.directory, allowNetwork: false });
        const state = path.join(sandbox.directory, "state");
        fs.mkdirSync(state);
        const created = await LocalWorkspace.createStack(
            { stackName: "test", workDir: project },
            {
                envVars: {
                    ...engine.environment,
                    KUBECONFIG: sandbox.kubeconfig,
                    PULUMI_BACKEND_URL: `file://${state}`,
                    PULUMI_CONFIG_PASSPHRASE: "of-a-test",
                },
                pulumiCommand: await PulumiCommand.get({ root: engine.root }),
            },
        );
        await created.setAllConfig({ image: { value: image }, unsignedImage: { value: unsignedImage } });
        await created.setConfig("chart.path", { value: "path" in chart ? chart.path : "" }, true);
        return created;
    }

    /** The update that fails at the unsigned image. */
    async function firstUpdate(): Promise<void> {
        const output: string[] = [];
        const onOutput = (text: string) => output.push(text);
        const update = () => stack.up({ onOutput, onError: onOutput, color: "never" }).catch(String);
        const { result, seen } = await watchProcesses(update);
        printed = [...output, typeof result === "string" ? result : "It did not fail."].join("");
        processes = seen;
    }

    /** Every form of the key and the password that the command was given. */
    async function secrets(): Promise<SecretForm[]> {
        const { deployment } = (await stack.exportStack()) as { deployment: { resources: StateResource[] } };
        const stdin = deployment.resources.find(({ type }) => type === "command:local:Command")?.inputs.stdin;
        const line = JSON.parse(stdin?.plaintext ?? "") as string;
        const { privateKey, password } = JSON.parse(line) as Record<"privateKey" | "password", string>;
        const base64 = (text: string) => Buffer.from(text).toString("base64");
        return secretForms({ "cosign.key": base64(privateKey), "cosign.password": base64(password) });
    }

    async function deployments(): Promise<(string | undefined)[]> {
        const apps = kubeConfig.makeApiClient(AppsV1Api);
        const { items } = await apps.listNamespacedDeployment({ namespace: NAMESPACE });
        return items.map(({ metadata }) => metadata?.name);
    }

    it("is a stack of fewer than 40 lines", () => {
        const program = fs.readFileSync(path.join(project, "index.ts"), "utf8");
        expect(program.trimEnd().split("\n")).to.have.length.below(40);
    });

    it("deploys the image that it has signed, and is refused the other in the cluster's words", async () => {
        expect(await deployments(), printed).to.deep.equal(["signed"]);
        expect(printed).to.include(REFUSED).and.include(unsignedImage);
    });

    it("signs what the real cosign verifies", async () => {
        const core = kubeConfig.makeApiClient(CoreV1Api);
        const secret = await core.readNamespacedSecret({ name: "release-1-pub", namespace: "cosign-system" });
        const publicKey = path.join(sandbox.directory, "release.pub");
        fs.writeFileSync(publicKey, Buffer.from(secret.data?.["cosign.pub"] ?? "", "base64"));
        await run(tools.cosign, ["verify", "--key", publicKey, "--insecure-ignore-tlog", image]);
    });

    it("leaks the key into no file, output, command line or environment", async () => {
        const forms = await secrets();
        const folders = ["quickstart", "state", "pulumi"].map((name) => path.join(sandbox.directory, name));
        const modules = `${path.sep}node_modules`;
        const written = folders
            .flatMap((folder) => fs.readdirSync(folder).map((name) => path.join(folder, name)))
            .filter((file) => !file.endsWith(modules))
            .map((file) => (fs.statSync(file).isDirectory() ? textBelow(file) : fs.readFileSync(file, "latin1")))
            .join("\n");
        expect(written.includes("signed-images:index:ImageSignature"), "the state was read").to.equal(true);
        // Not by chai's own check: a failure would print the environments of all processes.
        expect(processes.includes("sign-request"), "the processes were seen").to.equal(true);
        expect(occurrencesOf(forms, `${written}\n${printed}\n${processes}`)).to.deep.equal([]);
        for (const form of forms) {
            expect(occurrencesOf(forms, `${written}${form.text}`), "a planted one").to.include(form.name);
        }
    });

    it("fails the next preview in the same way, before anything is changed", async () => {
        const problem = await stack.preview({ color: "never" }).catch(String);
        expect(problem).to.include(REFUSED).and.include(unsignedImage);
    });

    it("is whole without the unsigned image, and drifts nowhere", async () => {
        const file = path.join(project, "index.ts");
        const program = fs.readFileSync(file, "utf8");
        fs.writeFileSync(file, program.replace(/\ndeploy\("unsigned",.*/, ""));
        await stack.up();
        await stack.refresh();
        expect(await changesInPreview(stack)).to.deep.equal([]);
    });

    it("leaves the signature, and nothing in the cluster, when it is destroyed", async () => {
        await stack.destroy();
        expect(leftovers(objectsBefore, await listObjects(kubeConfig))).to.deep.equal([]);
        const { stdout } = await run(tools.cosign, ["tree", image]);
        expect(stdout).to.include("Signatures for an image tag");
    });
});

interface StateResource {
    type: string;
    inputs: { stdin?: { plaintext?: string } };
}
