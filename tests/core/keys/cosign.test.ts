import { execFile } from "node:child_process";
import { createHash, generateKeyPairSync, sign, verify } from "node:crypto";
import { once } from "node:events";
import * as fs from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

import { expect } from "chai";

import {
    generateKeyPair,
    importKeyPair,
    KeyError,
    openPrivateKey,
    publicKeyOf,
    readPublicKey,
    type CosignKeyPairPem,
    type KeyAlgorithm,
} from "../../../core/keys";
import { decodeEnvelope } from "../../../core/keys/envelope";
import { decodePem, encodePem } from "../../../core/keys/pem";
import { encodingOf } from "../../../core/keys/import";
import { readOnlyBlock } from "../../../core/keys/key-text";
import { parsePrivateKey } from "../../../core/keys/private-key";
import { open } from "../../../core/keys/seal";
import { ensureTools } from "../../../tools";
import {
    ALGORITHMS,
    ENVELOPE,
    KEYS,
    P256,
    pemOfJson,
    pkcs8Der,
    pkcs8Pem,
    plainForms,
    UNSUPPORTED,
    withLineEnds,
} from "./support";

const run = promisify(execFile);

const PASSWORD = "pässwörd 密码 🔑";
const BLOB = Buffer.from("what is signed\n");

/** No network: neither TUF, nor Rekor, nor a bundle. */
const OFFLINE = ["--use-signing-config=false", "--new-bundle-format=false", "--tlog-upload=false", "--yes"];

describe("with the real cosign", function () {
    this.timeout(120_000);

    let binary: string;
    let folder: string;

    before(async function () {
        // Where cosign is not there yet, it is built.
        this.timeout(1_800_000);
        binary = (await ensureTools(["cosign"])).cosign;
        folder = await fs.mkdtemp(path.join(os.tmpdir(), "signed-images-keys-"));
        await fs.writeFile(path.join(folder, "blob"), BLOB);
    });

    after(() => fs.rm(folder, { recursive: true, force: true }));

    async function cosign(args: readonly string[], password = PASSWORD): Promise<string> {
        const env = { HOME: folder, COSIGN_PASSWORD: password };
        const running = run(binary, args, { cwd: folder, env });
        running.child.stdin?.end(); // A question, which there should be none of, is not waited for.
        return (await running).stdout;
    }

    async function refusedByCosign(args: readonly string[]): Promise<string> {
        const failure = await cosign(args).catch((error: unknown) => error);
        expect(failure, args.join(" ")).to.be.instanceOf(Error);
        return (failure as Error).message;
    }

    async function write(name: string, content: string): Promise<string> {
        await fs.writeFile(path.join(folder, name), content, { mode: 0o600 });
        return name;
    }

    async function read(name: string): Promise<string> {
        return fs.readFile(path.join(folder, name), "utf8");
    }

    async function publicKeyByCosign(privateKey: string, password = PASSWORD): Promise<string> {
        return cosign(["public-key", "--key", await write("to-read.key", privateKey)], password);
    }

    async function signByCosign(privateKey: string, password = PASSWORD): Promise<Buffer> {
        const key = await write("to-sign.key", privateKey);
        return Buffer.from(await cosign(["sign-blob", "--key", key, ...OFFLINE, "blob"], password), "base64");
    }

    async function importByCosign(pem: string): Promise<CosignKeyPairPem> {
        const file = await write("plain.pem", pem);
        await cosign(["import-key-pair", "--key", file, "--output-key-prefix", "imported", "--yes"]);
        return { privateKey: await read("imported.key"), publicKey: await read("imported.pub") };
    }

    describe("what we generate", () => {
        for (const password of ["", PASSWORD, " blanks and a newline\n"]) {
            it(`is read by it, and it signs with it, with the password ${JSON.stringify(password)}`, async () => {
                const pair = await generateKeyPair(password);
                expect(await publicKeyByCosign(pair.privateKey, password)).to.equal(pair.publicKey);
                const signature = await signByCosign(pair.privateKey, password);
                expect(verify("sha256", BLOB, pair.publicKey, signature)).to.equal(true);
            });
        }

        it("looks like what it generates, but for the random bytes", async () => {
            await cosign(["generate-key-pair", "--output-key-prefix", "generated"]);
            const [ours, theirs] = [(await generateKeyPair(PASSWORD)).privateKey, await read("generated.key")].map(
                (pem) => ({
                    lines: pem.split("\n").map((line) => (line.startsWith("-----") ? line : line.length)),
                    json: decodePem(pem)
                        ?.body.toString()
                        .replaceAll(/[A-Za-z0-9+/]{32,}/g, (text) => `<${text.length}>`),
                }),
            );
            expect(ours).to.deep.equal(theirs);
        });

        it("has the fingerprint that its bundles carry as the key's hint", async () => {
            const pair = await generateKeyPair(PASSWORD);
            const key = await write("to-sign.key", pair.privateKey);
            const local = ["--use-signing-config=false", "--tlog-upload=false", "--yes"];
            await cosign(["sign-blob", "--key", key, ...local, "--bundle=bundle.json", "blob"]);
            const bundle = JSON.parse(await read("bundle.json")) as {
                verificationMaterial: { publicKey: { hint: string } };
            };
            expect(bundle.verificationMaterial.publicKey.hint).to.equal(readPublicKey(pair.publicKey).fingerprint);
        });

        it("signs what it verifies", async () => {
            const pair = await generateKeyPair(PASSWORD);
            const signature = sign("sha256", BLOB, await openPrivateKey(pair.privateKey, PASSWORD));
            const key = await write("to-verify.pub", pair.publicKey);
            const file = await write("blob.sig", signature.toString("base64"));
            // cosign says "Verified OK" on stderr, and fails otherwise.
            await cosign(["verify-blob", "--key", key, "--signature", file, "--insecure-ignore-tlog=true", "blob"]);
        });
    });

    describe("what it writes", () => {
        it("with generate-key-pair, we read", async () => {
            await cosign(["generate-key-pair", "--output-key-prefix", "to-be-read"]);
            const info = await publicKeyOf(await read("to-be-read.key"), PASSWORD);
            expect(info.pem).to.equal(await read("to-be-read.pub"));
            expect(info.algorithm).to.equal("ecdsa-p256");
        });

        for (const [algorithm, { privateKey }] of Object.entries(KEYS)) {
            it(`with import-key-pair of ${algorithm}, we read, and would have written the same`, async () => {
                for (const pem of Object.values(plainForms(privateKey))) {
                    const theirs = await importByCosign(pem);
                    const opened = await openPrivateKey(theirs.privateKey, PASSWORD);
                    expect(opened.equals(privateKey)).to.equal(true);
                    expect((await plaintextOf(theirs.privateKey)).equals(ourPkcs8(pem))).to.equal(true);
                    expect(readPublicKey(theirs.publicKey)).to.include({ algorithm, pem: theirs.publicKey });
                }
            });
        }
    });

    describe("the hash trap, in the signature of an image", () => {
        let registry: Server;
        let image: string;

        before(async () => {
            // An image by digest needs no registry that has it: cosign takes "not found" for an image without
            // signatures.
            registry = createServer((request, response) => {
                response.writeHead(request.url === "/v2/" ? 200 : 404).end("{}");
            });
            await once(registry.listen(0, "127.0.0.1"), "listening");
            const digest = createHash("sha256").update(BLOB).digest("hex");
            image = `localhost:${(registry.address() as AddressInfo).port}/acme/app@sha256:${digest}`;
        });

        after(() => registry.close());

        for (const algorithm of ALGORITHMS.filter((name) => name !== "ed25519")) {
            it(`is described rightly for ${algorithm}`, async () => {
                const { claim, signature, info } = await signImage(algorithm);
                expect(verify(info.hashAlgorithm ?? "sha256", claim, info.pem, signature)).to.equal(true);
                expect(verify("sha256", claim, info.pem, signature)).to.equal(info.hashAlgorithm === undefined);
            });
        }

        it("makes Ed25519 of no use: what is signed is not what policy-controller verifies", async () => {
            const { claim, signature, info } = await signImage("ed25519");
            expect(signature).to.have.length(64);
            expect(verify(null, claim, info.pem, signature)).to.equal(false);
            expect(info.policyControllerRefusal).to.be.a("string");
        });

        async function signImage(algorithm: KeyAlgorithm) {
            const pair = await importKeyPair(pkcs8Pem(KEYS[algorithm].privateKey), PASSWORD);
            const key = await write("to-sign.key", pair.privateKey);
            const output = ["--upload=false", "--output-payload=claim", "--output-signature=signature"];
            await cosign(["sign", "--key", key, ...OFFLINE, ...output, image]);
            return {
                claim: Buffer.from(await read("claim")),
                signature: Buffer.from(await read("signature"), "base64"),
                info: readPublicKey(pair.publicKey),
            };
        }
    });

    describe("what it refuses, we refuse", () => {
        for (const [name, { privateKey }] of Object.entries(UNSUPPORTED)) {
            it(`importing ${name}`, async () => {
                for (const pem of Object.values(plainForms(privateKey))) {
                    await bothRefuseImport(pem);
                }
            });
        }

        it("importing what is no plain private key that Go reads", async () => {
            const explicit = generateKeyPairSync("ec", { namedCurve: "P-256", paramEncoding: "explicit" }).privateKey;
            const encrypted = P256.privateKey.export({
                type: "pkcs8",
                format: "pem",
                cipher: "aes-256-cbc",
                passphrase: PASSWORD,
            });
            const mislabelled = encodePem(
                "EC PRIVATE KEY",
                decodePem(pkcs8Pem(P256.privateKey))?.body ?? Buffer.alloc(0),
            );
            const inputs = [
                pkcs8Pem(explicit),
                encrypted.toString(),
                mislabelled,
                (await generateKeyPair(PASSWORD)).privateKey,
                (await generateKeyPair(PASSWORD)).publicKey,
                pkcs8Pem(P256.privateKey).slice(0, -30),
            ];
            for (const pem of inputs) {
                await bothRefuseImport(pem);
            }
        });

        it("reading keys that were tampered with, or are of an old cosign", async () => {
            const { kdf, cipher, ciphertext } = ENVELOPE;
            const legacy = P256.privateKey.export({ type: "sec1", format: "der" });
            const { privateKey } = await generateKeyPair(PASSWORD);
            const inputs = [
                pemOfJson({ kdf: { ...kdf, params: { N: 2 ** 30, r: 8, p: 1 } }, cipher, ciphertext }),
                pemOfJson({ kdf: { ...kdf, params: { N: 16384, r: 8, p: 1 } }, cipher, ciphertext }),
                pemOfJson({ kdf: { ...kdf, name: "argon2id" }, cipher, ciphertext }),
                pemOfJson({ kdf, cipher: { ...cipher, name: "aes" }, ciphertext }),
                pemOfJson({ kdf, cipher: { ...cipher, nonce: "AAAA" }, ciphertext }),
                pemOfJson({ kdf, cipher, ciphertext: "AAAA" }),
                pemOfJson(ENVELOPE),
                encodePem("EC PRIVATE KEY", legacy),
                privateKey.replaceAll("SIGSTORE", "OTHER"),
                `\uFEFF${privateKey}`,
                withLineEnds(privateKey, "\r"),
                privateKey.slice(0, -10),
            ];
            for (const pem of inputs) {
                await refusedByCosign(["public-key", "--key", await write("bad.key", pem)]);
                expect(await errorOf(openPrivateKey(pem, PASSWORD))).to.be.instanceOf(KeyError);
            }
        });

        async function bothRefuseImport(pem: string): Promise<void> {
            const file = await write("bad.pem", pem);
            await refusedByCosign(["import-key-pair", "--key", file, "--output-key-prefix", "bad", "--yes"]);
            expect(await errorOf(importKeyPair(pem, PASSWORD))).to.be.instanceOf(KeyError);
        }
    });

    describe("what it reads, we read", () => {
        it("with Windows line ends, with text in front, and with cosign's older PEM type", async () => {
            const { privateKey, publicKey } = await generateKeyPair(PASSWORD);
            const forms = [
                withLineEnds(privateKey, "\r\n"),
                `release\n${privateKey}`,
                privateKey.replaceAll("SIGSTORE", "COSIGN"),
            ];
            for (const form of forms) {
                expect(await publicKeyByCosign(form)).to.equal(publicKey);
                expect((await publicKeyOf(form, PASSWORD)).pem).to.equal(publicKey);
            }
        });

        it("but for two blocks in one file, of which it ignores the second", async () => {
            const [first, second] = [await generateKeyPair(PASSWORD), await generateKeyPair(PASSWORD)];
            expect(await publicKeyByCosign(first.privateKey + second.privateKey)).to.equal(first.publicKey);
            const error = await errorOf(openPrivateKey(first.privateKey + second.privateKey, PASSWORD));
            expect(error).to.include({ code: "key-several-blocks" });
        });
    });
});

/** The bytes inside an encrypted key, unparsed. */
async function plaintextOf(pem: string): Promise<Buffer> {
    return open(decodeEnvelope(decodePem(pem)?.body ?? Buffer.alloc(0)), PASSWORD);
}

/** The bytes that we would encrypt for a key in clear. */
function ourPkcs8(pem: string): Buffer {
    const block = readOnlyBlock(pem);
    return pkcs8Der(parsePrivateKey(block.body, encodingOf(block)));
}

async function errorOf(action: Promise<unknown>): Promise<unknown> {
    return action.then(
        () => undefined,
        (error: unknown) => error,
    );
}
