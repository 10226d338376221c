import { createServer, type Server } from "node:http";
import { once } from "node:events";
import * as fs from "node:fs/promises";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";

import { expect } from "chai";

import { cosignSecretData, generateKeyPair, readPublicKeyAsCluster, type CosignKeyPairPem } from "../../core/keys";
import { RegistryClient } from "../../core/registry";
import {
    checkAttestation,
    checkSignatures,
    readAttestations,
    readBundles,
    readSimpleSignatures,
    type SignatureSource,
    type SignedImage,
} from "../../core/signatures";
import { pushImage, pushIndex, referenceOf } from "../support/images";
import { RegistryProcess } from "../support/registry-process";
import { makeAuthority } from "../core/registry/support/authority";
import { startDistribution } from "../core/registry/support/distribution";
import { keyCheck } from "../core/signatures/support";
import { runInProcess, spawnProgram, type Outcome } from "./support";

import { CI, SigstoreInstance } from "../support/sigstore-instance";
import { identityToken, SigstoreServices } from "../support/sigstore-services";

import type { ImageJson } from "../../cli/sign/run";

const PASSWORD = "correct horse battery staple";

describe("signed-images sign", function () {
    this.timeout(60_000);

    let server: RegistryProcess;
    let registry: RegistryClient;
    let folder: string;
    let pair: CosignKeyPairPem;
    let keyFile: string;
    const env = { COSIGN_PASSWORD: PASSWORD };

    before(async function () {
        // Where the registry is not there yet, it is built.
        this.timeout(1_800_000);
        [server, pair] = await Promise.all([RegistryProcess.start(), generateKeyPair(PASSWORD)]);
        registry = new RegistryClient();
        folder = await fs.mkdtemp(path.join(os.tmpdir(), "sign-"));
        keyFile = path.join(folder, "cosign.key");
        await fs.writeFile(keyFile, pair.privateKey, { mode: 0o600 });
    });

    after(async () => {
        await registry.close();
        await server.stop();
        await fs.rm(folder, { recursive: true });
    });

    it("signs a tag's digest, says which, and does nothing the second time", async () => {
        const image = await push("twice");
        const name = `${server.host}/acme/twice:latest`;
        const first = await runInProcess(["sign", "--key", keyFile, name], { env });
        expect(first).to.deep.equal({ exitCode: 0, stdout: `${name}: signed ${image.digest}\n`, stderr: "" });
        expect(await isSigned(image)).to.equal(true);
        const second = await runInProcess(["sign", "--key", keyFile, name], { env });
        expect(second).to.deep.equal({ exitCode: 0, stdout: `${name}: signed already ${image.digest}\n`, stderr: "" });
    });

    it("signs with annotations, elsewhere, under a prefix", async () => {
        const image = await push("elsewhere");
        const source = { repository: { registry: server.host, repository: "acme/signatures" }, tagPrefix: "prod-" };
        const where = ["--source", `${server.host}/acme/signatures`, "--tag-prefix", "prod-"];
        await succeed(["sign", "--key", keyFile, ...where, "-a", "commit=abc", referenceOf(image)]);
        expect(await isSigned(image)).to.equal(false);
        expect(await isSigned(image, source)).to.equal(true);
    });

    it("signs in a bundle where somebody wants it, and warns that the cluster does not verify it with a key", async () => {
        const image = await push("bundle");
        const args = ["sign", "--key", keyFile, "--format", "bundle", referenceOf(image)];
        const { exitCode, stderr } = await runInProcess(args, { env });
        expect(exitCode).to.equal(0);
        expect(stderr).to.include("no released policy-controller verifies the signature of a key in a bundle");
        expect(await readBundles(registry, image)).to.have.length(1);
        expect(await isSigned(image), "in the legacy form").to.equal(false);
    });

    it("trusts the certificates that it is given, and judges by them, too", async () => {
        const authority = await makeAuthority(folder);
        const secured = await startDistribution(path.join(folder, "tls"), { tls: authority });
        const caFile = path.join(folder, "registry-ca.pem");
        await fs.writeFile(caFile, authority.ca);
        const pusher = new RegistryClient({ certificateAuthorities: [authority.ca] });
        const image = await pushImage(pusher, { registry: secured.host, repository: "acme/app" }, "secured");
        await pusher.close();
        const name = referenceOf(image);
        const policyFile = path.join(folder, "secured.json");
        await fs.writeFile(policyFile, JSON.stringify(policyOf({ key: { data: pair.publicKey } })));
        const args = ["sign", "--key", keyFile, "--policy", policyFile, name];
        const [without, trusting] = [
            await runInProcess(args, { env }),
            await runInProcess([...args, "--registry-ca", caFile], { env }),
        ];
        await secured.stop();
        expect(without.exitCode, without.stdout).to.equal(1);
        expect(trusting.exitCode, trusting.stderr).to.equal(0);
        expect(trusting.stdout).to.include("signed").and.include("admitted");
    });

    it("signs an index and, if told to, the images that it names", async () => {
        const { index, platforms } = await pushIndex(registry, place("index"), "index");
        await succeed(["sign", "--key", keyFile, referenceOf(index)]);
        expect(await Promise.all([index, ...platforms].map((image) => isSigned(image)))).to.deep.equal([
            true,
            false,
            false,
        ]);
        const { stdout } = await succeed(["sign", "--key", keyFile, "--recursive", referenceOf(index)]);
        expect(stdout.match(/signed/g)).to.have.length(3);
        expect(await Promise.all(platforms.map((image) => isSigned(image)))).to.deep.equal([true, true]);
    });

    it("signs what it can, and says what it cannot, as JSON", async () => {
        const image = await push("json");
        const missing = `${server.host}/acme/missing:latest`;
        const { exitCode, stdout } = await runInProcess(
            ["sign", "--key", keyFile, "--output", "json", missing, "::", referenceOf(image)],
            { env },
        );
        const { images } = JSON.parse(stdout) as { images: ImageJson[] };
        expect(exitCode).to.equal(1);
        expect(images.map(({ result, code }) => [result, code])).to.deep.equal([
            ["failed", "not-found"],
            ["failed", "not-an-image"],
            ["new", undefined],
        ]);
    });

    describe("takes the key", () => {
        it("from standard input", async () => {
            const image = await push("stdin");
            await succeed(["sign", "--key", "-", referenceOf(image)], { stdin: pair.privateKey });
            expect(await isSigned(image)).to.equal(true);
        });

        it("and the password from the environment", async () => {
            const image = await push("env");
            const variables = { KEY: pair.privateKey, SECRET: PASSWORD };
            const args = ["sign", "--key", "env://KEY", "--password-from", "env://SECRET", referenceOf(image)];
            await succeed(args, { env: variables });
            expect(await isSigned(image)).to.equal(true);
        });

        it("from a file descriptor", async () => {
            const image = await push("descriptor");
            const args = ["sign", "--key", "fd://3", referenceOf(image)];
            const outcome = await spawnProgram(args, { env, descriptor3: pair.privateKey });
            expect(outcome).to.include({ exitCode: 0, stderr: "" });
            expect(await isSigned(image)).to.equal(true);
        });

        it("and the password from the outputs of a stack, by the pulumi CLI", async () => {
            const image = await push("pulumi");
            const standIn = await pulumiStandIn({ key: pair.privateKey, password: PASSWORD });
            const key = ["--key", "pulumi://acme/keys/prod#key", "--password-from", "pulumi://acme/keys/prod#password"];
            const outcome = await spawnProgram(["sign", ...key, referenceOf(image)], {
                env: { PATH: `${standIn}:${process.env.PATH ?? ""}` },
            });
            expect(outcome).to.include({ exitCode: 0, stderr: "" });
            expect(await isSigned(image)).to.equal(true);
        });

        it("and its password from a Secret in the cluster", async () => {
            const image = await push("kubernetes");
            const api = await apiStandIn({
                "/api/v1/namespaces/cosign-system/secrets/release": cosignSecretData({ ...pair, password: PASSWORD }),
            });
            const kubeconfig = { KUBECONFIG: api.kubeconfig };
            const signed = await spawnProgram(["sign", "--key", "k8s://cosign-system/release", referenceOf(image)], {
                env: kubeconfig,
            });
            const missing = await spawnProgram(["sign", "--key", "k8s://cosign-system/none", referenceOf(image)], {
                env: kubeconfig,
            });
            api.server.close();
            expect(signed).to.include({ exitCode: 0, stderr: "" });
            expect(await isSigned(image)).to.equal(true);
            expect(missing).to.include({ exitCode: 2 });
            expect(missing.stderr).to.include("there is no such Secret");
        });
    });

    describe("refuses", () => {
        const IMAGE = "localhost:1/acme/app:latest";
        for (const [what, args, exitCode, said] of [
            ["no image", ["--key", "k"], 2, "IMAGE is missing"],
            ["no key", [IMAGE], 2, "--key is missing"],
            ["a key that is not there", ["--key", "/nowhere/cosign.key", IMAGE], 2, "there is no such file"],
            ["an unknown source of keys", ["--key", "vault://x", IMAGE], 2, "vault:// is no source of keys"],
            ["an unset variable", ["--key", "env://NOT_SET", IMAGE], 2, "no such variable"],
            ["half a Secret", ["--key", "k8s://release", IMAGE], 2, "not k8s://NAMESPACE/NAME"],
            ["half an output", ["--key", "pulumi://stack", IMAGE], 2, "not pulumi://STACK#OUTPUT"],
            ["a password as an argument", ["--key", "KEY", "--password-from", "hunter2", IMAGE], 2, "takes env://"],
            [
                "a source without a repository",
                ["--key", "k", "--source", "ghcr.io", IMAGE],
                2,
                "not REGISTRY/REPOSITORY",
            ],
            ["a prefix that begins no tag", ["--key", "k", "--tag-prefix=-x", IMAGE], 2, "cannot begin a tag"],
            ["an annotation without a value", ["--key", "k", "-a", "commit", IMAGE], 2, "not NAME=VALUE"],
        ] as const) {
            it(what, async () => {
                const given = args.map((arg) => (arg === "KEY" ? keyFile : arg));
                const outcome = await runInProcess(["sign", ...given], { env: {} });
                expect(outcome).to.include({ exitCode, stdout: "" });
                expect(outcome.stderr).to.include(said).and.to.not.include("hunter2");
            });
        }

        it("a wrong password", async () => {
            const outcome = await runInProcess(["sign", "--key", keyFile, IMAGE], {
                env: { COSIGN_PASSWORD: "wrong" },
            });
            expect(outcome).to.include({ exitCode: 1, stdout: "" });
            expect(outcome.stderr).to.include("[password-wrong]");
        });

        it("a public key", async () => {
            const outcome = await runInProcess(["sign", "--key", "env://KEY", IMAGE], {
                env: { ...env, KEY: pair.publicKey },
            });
            expect(outcome).to.include({ exitCode: 1, stdout: "" });
            expect(outcome.stderr).to.include("[key-is-public]");
        });

        it("a list of signatures that is none, and leaves it alone", async () => {
            const image = await push("broken");
            const tag = `${image.digest.replace(":", "-")}.sig`;
            const mediaType = "application/vnd.oci.image.manifest.v1+json";
            const bytes = Buffer.from('{"schemaVersion":2,"layers":{}}');
            const { digest } = await registry.putManifest(image.repository, tag, mediaType, bytes);
            const outcome = await runInProcess(["sign", "--key", keyFile, referenceOf(image)], { env });
            expect(outcome).to.include({ exitCode: 1 });
            expect(outcome.stderr).to.include("[signature-list-malformed]");
            registry.forget(image.repository);
            expect((await registry.resolve({ ...image.repository, tag })).digest).to.equal(digest);
        });
    });

    it("says nothing of the key or the password", async () => {
        const image = await push("quiet");
        const outcomes = [
            await runInProcess(["sign", "--key", keyFile, referenceOf(image)], { env }),
            await runInProcess(["sign", "--key", "env://COSIGN_PASSWORD", referenceOf(image)], { env }),
        ];
        for (const { stdout, stderr } of outcomes) {
            expect(`${stdout}${stderr}`).to.not.include(PASSWORD).and.not.include("PRIVATE KEY-----\n");
        }
    });

    describe("without a key", () => {
        let sigstore: SigstoreInstance;
        let services: SigstoreServices;

        before(async () => {
            sigstore = await SigstoreInstance.create();
            services = await SigstoreServices.start(sigstore);
        });

        after(() => {
            services.stop();
        });

        it("signs for the identity of a token, and says what a policy says of it", async () => {
            const image = await push("keyless");
            const policy = path.join(folder, "keyless.json");
            await fs.writeFile(
                policy,
                JSON.stringify({ apiVersion: "v1", kind: "List", items: keylessPolicy(sigstore) }),
            );
            const exp = Math.floor(Date.now() / 1000) + 600;
            const token = identityToken({ iss: CI.issuer, sub: CI.subject, aud: "sigstore", exp });
            const { url } = services;
            const outcome = await runInProcess(
                [
                    ...[
                        "sign",
                        "--keyless",
                        "--identity-token",
                        "env://TOKEN",
                        "--fulcio-url",
                        url,
                        "--rekor-url",
                        url,
                    ],
                    ...["--policy", policy, "--output", "json", referenceOf(image)],
                ],
                { env: { TOKEN: token } },
            );
            expect(outcome).to.include({ exitCode: 0, stderr: "" });
            expect(outcome.stdout).to.not.include(token);
            const { policies } = JSON.parse(outcome.stdout) as { policies: { summary: object } };
            expect(policies.summary).to.include({ admitted: 1, refused: 0, unknown: 0 });
        });

        it("attests for the identity of a token", async () => {
            const image = await push("keyless-attested");
            const exp = Math.floor(Date.now() / 1000) + 600;
            const token = identityToken({ iss: CI.issuer, sub: CI.subject, aud: "sigstore", exp });
            const where = ["--fulcio-url", services.url, "--rekor-url", services.url];
            const outcome = await runInProcess(
                [
                    ...["attest", "--keyless", "--identity-token", "env://TOKEN", ...where],
                    ...["--type", "custom", "--predicate", "-", referenceOf(image)],
                ],
                { env: { TOKEN: token }, stdin: "a text" },
            );
            expect(outcome).to.include({ exitCode: 0, stderr: "" });
            expect(outcome.stdout).to.include(": attested sha256:").and.not.include(token);
        });

        it("takes no token as an argument, and not two ways to sign", async () => {
            const ways = [
                ["--keyless", "--identity-token", "hunter2", "localhost:1/a/b"],
                ["--keyless", "--key", keyFile, "localhost:1/a/b"],
                ["--key", keyFile, "--rekor-url", "none", "localhost:1/a/b"],
            ];
            for (const args of ways) {
                const { exitCode, stderr } = await runInProcess(["sign", ...args], { env });
                expect(exitCode).to.equal(2);
                expect(stderr).to.not.include("hunter2");
            }
        });
    });

    describe("with the policies that the cluster will ask", () => {
        /** Signs an image with our key. */
        async function signFor(name: string, authority: object, given: { fromStdin?: boolean } = {}) {
            const image = await push(name);
            const policy = JSON.stringify(policyOf(authority));
            const file = path.join(folder, `${name}.json`);
            await fs.writeFile(file, policy);
            const args = ["sign", "--key", keyFile, "--policy", given.fromStdin ? "-" : file, referenceOf(image)];
            const outcome = await runInProcess(args, { env, ...(given.fromStdin ? { stdin: policy } : {}) });
            return { ...outcome, isSigned: await isSigned(image) };
        }

        it("says what they say, also where they come in on standard input", async () => {
            const trusted = { key: { data: pair.publicKey } };
            const outcome = await signFor("admitted", trusted, { fromStdin: true });
            expect(outcome).to.include({ exitCode: 0, isSigned: true });
            expect(outcome.stdout).to.include("signed sha256:").and.to.include("admitted");
        });

        it("ends with 1 where one refuses what was signed", async () => {
            const attestations = [{ name: "provenance", predicateType: "slsaprovenance" }];
            const outcome = await signFor("refused", { key: { data: pair.publicKey }, attestations });
            expect(outcome).to.include({ exitCode: 1, isSigned: true });
            expect(outcome.stdout).to.include("signed sha256:").and.to.include("refused");
        });

        it("signs nothing with a key that none of them has, and says whose authority it is not in", async () => {
            const other = await generateKeyPair("");
            const outcome = await signFor("useless", { key: { data: other.publicKey } });
            expect(outcome).to.include({ exitCode: 1, stdout: "", isSigned: false });
            expect(outcome.stderr).to.include("no authority of acme has it").and.include("[key-in-no-authority]");
        });

        it("signs with a key that one of them may have, and says that the verdict is unknown", async () => {
            const outcome = await signFor("maybe", { key: { secretRef: { name: "release" } } });
            expect(outcome).to.include({ exitCode: 3, isSigned: true });
        });

        it("signs nothing where they cannot be read", async () => {
            const image = await push("unreadable");
            const file = path.join(folder, "unreadable.yaml");
            await fs.writeFile(file, "a: [");
            const args = ["sign", "--key", keyFile, "--policy", file, referenceOf(image)];
            expect(await runInProcess(args, { env })).to.include({ exitCode: 2, stdout: "" });
            expect(await isSigned(image)).to.equal(false);
        });
    });

    it("attests, once", async () => {
        const image = await push("attested");
        const file = path.join(folder, "provenance.json");
        await fs.writeFile(file, JSON.stringify({ builder: { id: "ci" }, buildType: "https://acme.example/v1" }));
        const args = ["attest", "--key", keyFile, "--type", "slsaprovenance", "--predicate", file, referenceOf(image)];
        expect((await succeed(args)).stdout).to.include(": attested sha256:");
        expect((await succeed(args)).stdout).to.include(": attested already sha256:");
        registry.forget(image.repository);
        const attestations = await readAttestations(registry, image);
        const check = keyCheck(readPublicKeyAsCluster(pair.publicKey).key);
        const checked =
            "verdict" in attestations ? [] : attestations.map((each) => checkAttestation(each, image.digest, check));
        expect(
            (await Promise.all(checked)).map(({ outcome, statement }) => [outcome.verdict, statement?.predicateType]),
        ).to.deep.equal([["verified", "https://slsa.dev/provenance/v0.2"]]);
    });

    for (const [what, type, content] of [
        ["a predicate that is no JSON", "cyclonedx", "<bom/>"],
        ["a whole statement", "slsaprovenance", '{"_type":"x","predicate":{}}'],
        ["a type that is none", "sbom", "{}"],
    ] as const) {
        it(`attests no ${what.replace(/^a /, "")}`, async () => {
            const image = await push("predicates");
            const args = ["attest", "--key", keyFile, "--type", type, "--predicate", "-", referenceOf(image)];
            const outcome = await runInProcess(args, { env, stdin: content });
            expect(outcome).to.include({ exitCode: 1, stdout: "" });
            expect(outcome.stderr).to.include("[predicate-malformed]");
        });
    }

    function place(name: string): SignedImage["repository"] {
        return { registry: server.host, repository: `acme/${name}` };
    }

    function push(name: string): Promise<SignedImage> {
        return pushImage(registry, place(name), name);
    }

    async function succeed(args: readonly string[], given: Parameters<typeof runInProcess>[1] = {}): Promise<Outcome> {
        const outcome = await runInProcess(args, { env, ...given });
        expect(outcome).to.include({ exitCode: 0, stderr: "" });
        return outcome;
    }

    async function isSigned(image: SignedImage, source?: SignatureSource): Promise<boolean> {
        registry.forget(source?.repository ?? image.repository);
        const check = keyCheck(readPublicKeyAsCluster(pair.publicKey).key);
        const signatures = await readSimpleSignatures(registry, image, source);
        return (await checkSignatures(signatures, image.digest, check)).verdict === "verified";
    }

    /** A program called pulumi that knows the outputs of one stack; says in which folder it is. */
    async function pulumiStandIn(outputs: Readonly<Record<string, string>>): Promise<string> {
        const bin = await fs.mkdtemp(path.join(folder, "bin-"));
        const script = `#!/usr/bin/env node
const [, , stack, output, name, ...rest] = process.argv;
const outputs = ${JSON.stringify(outputs)};
if (rest.join(" ") !== "--stack acme/keys/prod --show-secrets --json --non-interactive") process.exit(3);
console.log(JSON.stringify(outputs[name]));
`;
        await fs.writeFile(path.join(bin, "pulumi"), script, { mode: 0o755 });
        return bin;
    }

    /** An API server that has Secrets and nothing else. */
    async function apiStandIn(
        secrets: Readonly<Record<string, Readonly<Record<string, string>>>>,
    ): Promise<{ server: Server; kubeconfig: string }> {
        const api = createServer((request, response) => {
            const secret = secrets[request.url ?? ""];
            const data =
                secret &&
                Object.fromEntries(
                    Object.entries(secret).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
                );
            response.writeHead(data === undefined ? 404 : 200, { "content-type": "application/json" });
            response.end(JSON.stringify(data === undefined ? { kind: "Status", code: 404 } : { kind: "Secret", data }));
        });
        api.listen(0, "127.0.0.1");
        await once(api, "listening");
        const { port } = api.address() as AddressInfo;
        const kubeconfig = path.join(folder, "kubeconfig");
        await fs.writeFile(
            kubeconfig,
            JSON.stringify({
                apiVersion: "v1",
                kind: "Config",
                clusters: [
                    { name: "c", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } },
                ],
                users: [{ name: "u", user: {} }],
                contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
                "current-context": "x",
            }),
        );
        return { server: api, kubeconfig };
    }
});

function policyOf(authority: object): object {
    return {
        apiVersion: "policy.sigstore.dev/v1alpha1",
        kind: "ClusterImagePolicy",
        metadata: { name: "acme" },
        spec: { images: [{ glob: "**" }], authorities: [authority] },
    };
}

/** A policy of one identity, and the TrustRoot that it names. */
function keylessPolicy(sigstore: SigstoreInstance): object[] {
    return [
        {
            apiVersion: "policy.sigstore.dev/v1alpha1",
            kind: "TrustRoot",
            metadata: { name: "ours" },
            spec: sigstore.trustRoot(),
        },
        policyOf({ keyless: { identities: [{ ...CI }], trustRootRef: "ours" }, ctlog: { trustRootRef: "ours" } }),
    ];
}
