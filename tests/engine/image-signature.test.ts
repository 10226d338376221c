import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type EngineEvent, LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { type CosignKeyPairPem, generateKeyPair } from "../../core/keys";
import { RegistryClient } from "../../core/registry";
import { readSimpleSignatures, type SignedImage } from "../../core/signatures";
import { ImageSignature } from "../../index";
import { changesInPreview } from "../../sandbox/demo/stack";
import { ensureEngine } from "../../tools";
import { commandLine } from "../cli/support";
import { pushImage } from "../support/images";
import { RegistryProcess } from "../support/registry-process";
import { installStandInCommandProvider } from "../support/stand-in-command-provider/install";

/** The first run builds the engine. */
const BUILD_TIMEOUT_MS = 50 * 60_000;
const TIMEOUT_MS = 3 * 60_000;
const PASSWORD = "the password of the key";

describe("ImageSignature on the real engine", function () {
    this.timeout(TIMEOUT_MS);
    let folder: string;
    let process: RegistryProcess;
    let registry: RegistryClient;
    let stack: Stack;
    let image: SignedImage;
    let reference: string;
    /** The key of the stack; a test that rotates it puts another one here. */
    let pair: CosignKeyPairPem;

    before(async function () {
        this.timeout(BUILD_TIMEOUT_MS);
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "signed-images-signature-"));
        process = await RegistryProcess.start();
        registry = new RegistryClient();
        pair = await generateKeyPair(PASSWORD);
        image = await pushImage(registry, { registry: process.host, repository: "acme/app" }, "app");
        reference = `${process.host}/acme/app@${image.digest}`;
        const home = path.join(folder, "home");
        const engine = await ensureEngine({ home });
        installStandInCommandProvider(home);
        stack = await LocalWorkspace.createStack(
            { stackName: "test", projectName: "signature", program },
            {
                envVars: {
                    ...engine.environment,
                    PULUMI_BACKEND_URL: `file://${folder}`,
                    PULUMI_CONFIG_PASSPHRASE: "of-a-test",
                },
                pulumiCommand: await PulumiCommand.get({ root: engine.root }),
            },
        );
    });

    after(async () => {
        await registry.close();
        await process.stop();
        fs.rmSync(folder, { recursive: true, force: true });
    });

    function program(): Promise<pulumi.Inputs> {
        const { publicKey, privateKey } = pair;
        const {
            image: signed,
            outcome,
            verdict,
        } = new ImageSignature("app", {
            image: reference,
            publicKey,
            privateKey: pulumi.secret(privateKey),
            password: PASSWORD,
            // The sources of this checkout; tests/cluster/quickstart.test.ts starts the installed package.
            program: commandLine([]),
        });
        return Promise.resolve({ image: signed, outcome, verdict });
    }

    /** Updates the stack; says what became of the command and what the component put out. */
    async function up() {
        const events: EngineEvent[] = [];
        const { outputs } = await stack.up({ onEvent: (event) => events.push(event), color: "never" });
        const steps = events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
        return {
            ops: steps.filter(({ type }) => type === "command:local:Command").map(({ op }) => op),
            outputs: Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value as unknown])),
        };
    }

    async function signatureCount(): Promise<number> {
        registry.forget(image.repository);
        const found = await readSimpleSignatures(registry, image);
        return "verdict" in found ? -1 : found.length;
    }

    it("shows at preview what would be signed, and signs nothing", async () => {
        const events: EngineEvent[] = [];
        await stack.preview({ onEvent: (event) => events.push(event), color: "never" });
        const previewed = events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata.new?.inputs ?? []);
        expect(previewed.map(({ create }) => create as unknown)).to.include(reference);
        expect(await signatureCount()).to.equal(0);
    });

    it("signs once, and has nothing to do after that", async () => {
        expect(await up()).to.deep.equal({
            ops: ["create"],
            outputs: { image: reference, outcome: "signed", verdict: "admitted" },
        });
        expect(await changesInPreview(stack)).to.deep.equal([]);
        expect(await signatureCount()).to.equal(1);
    });

    it("signs again with another key, and leaves the first signature", async () => {
        pair = await generateKeyPair(PASSWORD);
        const { ops, outputs } = await up();
        expect(ops).to.include("create-replacement");
        expect(outputs).to.include({ outcome: "signed", verdict: "admitted" });
        expect(await signatureCount()).to.equal(2);
    });

    it("leaves the signatures when it is destroyed", async () => {
        await stack.destroy();
        expect(await signatureCount()).to.equal(2);
    });
});
