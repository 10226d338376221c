import { verify } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { CoreV1Api } from "@kubernetes/client-node";
import { expect } from "chai";
import { generateKeyPair, readPublicKey } from "../../core/keys";
import { type CosignKeyPairArgs, PrivateKeyHome } from "../../index";
import { ensureTools } from "../../tools";
import { BUILD_TIMEOUT_MS, Stage } from "../cluster/support/stage";
import { KEYS, pkcs8Pem, spkiPem } from "../core/keys/support";
import { occurrencesOf, type SecretForm, secretForms, textBelow } from "../support/leaks";
import { inTemporaryFolder, run } from "../support/project";
import { watchProcesses } from "../support/processes";
import { PulumiProject, STACK } from "../support/pulumi-project";

const TIMEOUT_MS = 3 * 60_000;
const NAMESPACE = "cosign-system";
/** The loudest that the engine, the language host and the providers can be. */
const LOUD = ["--logtostderr", "-v=9", "--json"];

/** No secret: to be found in each place that is searched for secrets, or nobody would have looked there. */
const PLANTED = "planted-to-be-found";

const IMPORTED_PASSWORD = "the password of an imported key";
const WRONG_PASSWORD = "a wrong password of an imported key";
const p384 = pkcs8Pem(KEYS["ecdsa-p384"].privateKey);
const rsa = spkiPem(KEYS["rsa-3072"].publicKey);

const BLOB = "to be signed";
/** The signature alone, on stdout, without asking a transparency log. */
const OFFLINE = ["--new-bundle-format=false", "--use-signing-config=false", "--tlog-upload=false", "--yes"];

type PairOutputs = Record<"publicKey" | "fingerprint" | "secretName" | "privateKey" | "password", string | undefined>;

/** What the engine logs of its own wires from -v=9 on (sdk/go/common/resource/plugin/rpc.go), and everything else. */
function withoutWireLog(text: string): { rest: string; wireLog: string } {
    const lines = text.split("\n");
    const isWireLog = (line: string) => line.includes("arshaling property for RPC[");
    return {
        rest: lines.filter((line) => !isWireLog(line)).join("\n"),
        wireLog: lines.filter(isWireLog).join("\n"),
    };
}

/** A key pair of each form. */
async function everyForm(): Promise<Record<string, CosignKeyPairArgs>> {
    const { privateKey } = await generateKeyPair(IMPORTED_PASSWORD);
    const password = IMPORTED_PASSWORD;
    return {
        generated: {},
        "generated-output": { privateKey: PrivateKeyHome.Output },
        imported: { generations: [{ id: "old", privateKey, password }] },
        "imported-output": {
            generations: [{ id: "old", privateKey: p384, password }],
            privateKey: PrivateKeyHome.Output,
        },
        public: { generations: [{ id: "old", publicKey: rsa }] },
    };
}

describe("key pairs of every form, on the real engine and cluster", function () {
    this.timeout(TIMEOUT_MS);
    let stage: Stage;
    let core: CoreV1Api;
    let project: PulumiProject;
    let keyPairs: Record<string, CosignKeyPairArgs>;
    /** What was printed and what was to be seen of processes, from the first command on. */
    const heard = { stdout: "", stderr: "", commandLines: "", environments: "" };

    before(async function () {
        this.timeout(BUILD_TIMEOUT_MS);
        stage = await Stage.open({ controller: false });
        core = stage.cluster.core;
        await core.createNamespace({ body: { metadata: { name: NAMESPACE } } });
        project = await PulumiProject.create("key-pairs", {
            engine: stage.engine,
            place: stage.sandbox.directory,
            kubeconfig: stage.sandbox.kubeconfig,
        });
        keyPairs = await everyForm();
        project.wish({ keyPairs });
        await loudly(["up", "--yes", "--config", `planted=${PLANTED}`]);
    });

    after(() => stage.sandbox.stop());

    /** Runs the CLI as loudly as can be, and keeps what was to be heard and seen. */
    async function loudly(args: readonly string[]): Promise<number | null> {
        const { result, commandLines, environments } = await watchProcesses(() => project.run([...args, ...LOUD]));
        const { stdout, stderr, exitCode } = result;
        for (const [place, text] of Object.entries({ stdout, stderr, commandLines, environments })) {
            heard[place as keyof typeof heard] += `${text}\n`;
        }
        return exitCode;
    }

    async function outputsOf(name: string): Promise<PairOutputs> {
        const { pairs } = (await project.outputs()) as { pairs: Record<string, PairOutputs> };
        const outputs = pairs[name];
        if (outputs === undefined) {
            throw new Error(`the stack puts out no ${name}`);
        }
        return outputs;
    }

    async function secretsWith(labels: string): Promise<string[]> {
        const { items } = await core.listNamespacedSecret({ namespace: NAMESPACE, labelSelector: labels });
        return items.map((it) => it.metadata?.name ?? "").sort();
    }

    it("change nothing at a second up, and nothing after a refresh", async () => {
        await project.up("--expect-no-changes");
        await project.expectSuccess(["refresh", "--yes", "--expect-no-changes"]);
        await project.expectSuccess(["preview", "--expect-no-changes"]);
    });

    it("write private keys where they were asked for, and nowhere else", async () => {
        const names = ["generated-1", "generated-1-pub", "generated-output-1-pub", "imported-old", "imported-old-pub"];
        expect(await secretsWith("signed-images/generation")).to.deep.equal([
            ...names,
            "imported-output-old-pub",
            "public-old-pub",
        ]);
        for (const [name, args] of Object.entries(keyPairs)) {
            const { privateKey, password, secretName } = await outputsOf(name);
            const isOutput = args.privateKey === PrivateKeyHome.Output;
            expect(
                [privateKey, password].map((it) => it !== undefined),
                name,
            ).to.deep.equal([isOutput, isOutput]);
            expect(secretName === "", name).to.equal(isOutput || name === "public");
        }
    });

    it("are found by generation, algorithm and fingerprint", async () => {
        const { publicKey, fingerprint } = await outputsOf("imported-output");
        const { fingerprintLabel } = readPublicKey(publicKey ?? "");
        expect(await secretsWith(`signed-images/fingerprint=${fingerprintLabel}`)).to.deep.equal([
            "imported-output-old-pub",
        ]);
        expect(await secretsWith("signed-images/algorithm=rsa-3072")).to.deep.equal(["public-old-pub"]);
        expect(await secretsWith("signed-images/generation=old,signed-images/algorithm=ecdsa-p256")).to.deep.equal([
            "imported-old",
            "imported-old-pub",
        ]);
        const secret = await core.readNamespacedSecret({ name: "imported-output-old-pub", namespace: NAMESPACE });
        expect(secret.metadata?.annotations?.["signed-images/fingerprint"]).to.equal(fingerprint);
    });

    it("sign with the real cosign, from the Secret and from the outputs", async () => {
        const { cosign } = await ensureTools(["cosign"]);
        await inTemporaryFolder(async (folder) => {
            const blob = path.join(folder, "blob");
            fs.writeFileSync(blob, BLOB);
            for (const name of ["generated", "generated-output", "imported", "imported-output"]) {
                const { publicKey, privateKey, password, secretName } = await outputsOf(name);
                const keyFile = path.join(folder, "cosign.key");
                fs.writeFileSync(keyFile, privateKey ?? "", { mode: 0o600 });
                const key = privateKey === undefined ? `k8s://${NAMESPACE}/${secretName}` : keyFile;
                const env = { ...process.env, KUBECONFIG: stage.sandbox.kubeconfig, COSIGN_PASSWORD: password };
                const { stdout } = await run(cosign, ["sign-blob", "--key", key, ...OFFLINE, blob], { env });
                const { pem, signatureHash } = readPublicKey(publicKey ?? "");
                expect(verify(signatureHash, Buffer.from(BLOB), pem, Buffer.from(stdout, "base64")), name).to.equal(
                    true,
                );
            }
        });
    });

    it("keep an old key as it is when a new one joins it", async () => {
        const before = await core.readNamespacedSecret({ name: "generated-1", namespace: NAMESPACE });
        project.wish({ keyPairs: rotated() });
        expect((await project.changes()).filter((it) => !it.includes("generated-2"))).to.deep.equal([]);
        expect(await loudly(["up", "--yes"])).to.equal(0);
        const after = await core.readNamespacedSecret({ name: "generated-1", namespace: NAMESPACE });
        expect(after).to.deep.equal(before);
        expect((await outputsOf("generated")).secretName).to.equal("generated-2");
    });

    it("refuse a wrong password at preview, and say neither it nor the key", async () => {
        const generations = [{ ...keyPairs.imported?.generations?.[0], id: "old", password: WRONG_PASSWORD }];
        project.wish({ keyPairs: { ...keyPairs, imported: { generations } } });
        expect(await loudly(["preview"])).to.not.equal(0);
        expect(await loudly(["up", "--yes"])).to.not.equal(0);
        expect(heard.stdout).to.include("generations[0].password: ").and.to.include("[password-wrong]");
    });

    it("leave no trace of a private key or a password, however loud the engine is, but in the log of its wires", async () => {
        const forms = await everySecret();
        const planted = forms.map((form) => form.text).join("\n");
        for (const [place, text] of Object.entries(await placesToSearch())) {
            expect(text, `looked into ${place}`).to.include(PLANTED);
            expect(occurrencesOf(forms, text), place).to.deep.equal([]);
            expect(occurrencesOf(forms, `${text}${planted}`), place).to.deep.equal(forms.map((form) => form.name));
        }
    });

    it("are written down by the engine itself at -v=9, as docs/keys.md warns", async () => {
        expect(occurrencesOf(await everySecret(), withoutWireLog(heard.stderr).wireLog)).to.include("password");
    });

    it("are in no trace that is written without payloads, as docs/keys.md has it", async () => {
        project.wish({ keyPairs: rotated() });
        const folder = path.join(stage.sandbox.directory, "traces");
        fs.mkdirSync(folder);
        const files = { "--tracing": `file:${folder}/trace`, "--otel-traces": `file://${folder}/otel.json` };
        await project.run(["preview", ...Object.entries(files).flat()], { PULUMI_TRACING_NO_PAYLOADS: "true" });
        for (const file of ["trace", "otel.json"]) {
            const text = fs.readFileSync(path.join(folder, file), "latin1");
            expect(text).to.include("ResourceMonitor/RegisterResource");
            expect(occurrencesOf(await everySecret(), text), file).to.deep.equal([]);
        }
    });

    it("are written into new Secrets, the same, where those are gone from the cluster", async () => {
        const name = "generated-1";
        const { data } = await core.readNamespacedSecret({ name, namespace: NAMESPACE });
        await core.deleteNamespacedSecret({ name, namespace: NAMESPACE });
        project.wish({ keyPairs: rotated() });
        await project.expectSuccess(["refresh", "--yes"]);
        await project.up();
        expect((await core.readNamespacedSecret({ name, namespace: NAMESPACE })).data).to.deep.equal(data);
    });

    it("stay as they are where the password that they were made with is replaced", async () => {
        const name = "generated-1";
        const { data } = await core.readNamespacedSecret({ name, namespace: NAMESPACE });
        const { stdout } = await project.expectSuccess(["stack", "--show-urns"]);
        const password = /urn:\S+::generated-1-password/.exec(stdout)?.[0] ?? "";
        const replaced = await project.up("--replace", password);
        expect(replaced.stdout).to.match(/1 replaced/);
        expect((await core.readNamespacedSecret({ name, namespace: NAMESPACE })).data).to.deep.equal(data);
        await project.up("--expect-no-changes");
    });

    it("are kept by a stack that is imported elsewhere, under other names and another passphrase", async () => {
        const exported = await project.expectSuccess(["stack", "export"]);
        const elsewhere = await PulumiProject.create("key-pairs", {
            engine: stage.engine,
            place: path.join(stage.sandbox.directory, "elsewhere"),
            kubeconfig: stage.sandbox.kubeconfig,
        });
        const file = path.join(elsewhere.folder, "exported.json");
        fs.writeFileSync(file, exported.stdout, { mode: 0o600 });
        await elsewhere.expectSuccess(["stack", "import", "--stack", STACK, "--file", file]);
        await elsewhere.rename("other-project", "other-stack", "another passphrase");
        await elsewhere.expectSuccess(["config", "set", "planted", PLANTED]);
        elsewhere.wish({ keyPairs: rotated() });
        await elsewhere.up("--expect-no-changes");
        expect(await elsewhere.outputs()).to.deep.equal(await project.outputs());
        expect((await elsewhere.expectSuccess(["stack", "--show-urns"])).stdout).to.not.include(
            `urn:pulumi:${STACK}::`,
        );
    });

    function rotated(): Record<string, CosignKeyPairArgs> {
        return { ...keyPairs, generated: { generations: [{ id: "2" }, { id: "1" }], current: "2" } };
    }

    /** All that the commands have left behind or let be seen. */
    async function placesToSearch(): Promise<Record<string, string>> {
        const { stdout: exported } = await project.expectSuccess(["stack", "export"]);
        const { stdout: identifiers } = await project.expectSuccess(["stack", "--show-urns", "--show-ids"]);
        const backend = path.join(project.folder, "state", ".pulumi");
        return {
            events: heard.stdout,
            logs: withoutWireLog(heard.stderr).rest,
            "command lines": heard.commandLines,
            environments: heard.environments,
            "exported state": exported,
            "URNs and IDs": identifiers,
            state: textBelow(path.join(backend, "stacks")),
            backups: textBelow(path.join(backend, "backups")),
            history: textBelow(path.join(backend, "history")),
            project: textBelow(project.folder) + textBelow(path.join(stage.sandbox.directory, "pulumi")),
        };
    }

    /** What may be found nowhere: of every Secret, every output and every key that was given. */
    async function everySecret(): Promise<SecretForm[]> {
        const { items } = await core.listNamespacedSecret({
            namespace: NAMESPACE,
            labelSelector: "signed-images/generation",
        });
        const inCluster = items.flatMap(({ data }) => (data && "cosign.key" in data ? [data] : []));
        const outputs = await Promise.all(["generated-output", "imported-output"].map((name) => outputsOf(name)));
        const asData = outputs.map(({ privateKey = "", password = "" }) => ({
            "cosign.key": Buffer.from(privateKey).toString("base64"),
            "cosign.password": Buffer.from(password).toString("base64"),
        }));
        const forms = await Promise.all([...inCluster, ...asData].map(secretForms));
        return [...forms.flat(), { name: "wrong password", text: WRONG_PASSWORD }];
    }
});
