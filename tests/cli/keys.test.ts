import { generateKeyPairSync } from "node:crypto";
import {
    chmodSync,
    existsSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { keyFiles, writeKeyFiles } from "../../cli/keys/files";
import { generateKeyPair, openPrivateKey, readPublicKey, type CosignKeyPairPem } from "../../core/keys";
import { UNUSABLE_KEYS } from "../core/keys/unusable-keys";
import { occurrencesOf, secretForms } from "../support/leaks";
import { inTemporaryFolder } from "../support/project";
import { runInProcess, runOnTerminal, spawnProgram, type Outcome } from "./support";

const PASSWORD = "correct horse battery staple";
const WITH_PASSWORD = { env: { COSIGN_PASSWORD: PASSWORD } };

function modeOf(file: string): string {
    return (statSync(file).mode & 0o777).toString(8);
}

function plainKey(curve: "P-256" | "P-384" = "P-256"): string {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: curve });
    return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** Fails when anything of the private key or the password stands in what a run has printed. */
async function expectNoSecret(outcomes: readonly Outcome[], privateKey: string): Promise<void> {
    const encode = (text: string) => Buffer.from(text).toString("base64");
    const forms = await secretForms({ "cosign.key": encode(privateKey), "cosign.password": encode(PASSWORD) });
    const printed = outcomes.map(({ stdout, stderr }) => stdout + stderr).join("\n");
    expect(occurrencesOf(forms, printed)).to.deep.equal([]);
    expect(occurrencesOf(forms, `${printed}${PASSWORD}${privateKey}`)).to.have.length.at.least(2);
}

describe("signed-images keys", () => {
    it("generates, inspects and publishes a pair, and prints nothing secret", async () => {
        await inTemporaryFolder(async (folder) => {
            const prefix = join(folder, "release");
            const generated = await spawnProgram(["keys", "generate", "--out", prefix, "--password-fd", "3"], {
                descriptor3: `${PASSWORD}\n`,
            });
            expect(generated).to.include({ exitCode: 0, stderr: "" });
            expect(readdirSync(folder)).to.deep.equal(["release.key", "release.pub"]);
            expect([modeOf(`${prefix}.key`), modeOf(`${prefix}.pub`)]).to.deep.equal(["600", "644"]);

            const privateKey = readFileSync(`${prefix}.key`, "utf8");
            const publicKey = readFileSync(`${prefix}.pub`, "utf8");
            await openPrivateKey(privateKey, PASSWORD);
            const { fingerprint } = readPublicKey(publicKey);
            expect(generated.stdout).to.include(fingerprint);

            const published = await spawnProgram(["keys", "public", `${prefix}.key`], WITH_PASSWORD);
            expect(published).to.deep.equal({ exitCode: 0, stdout: publicKey, stderr: "" });
            const inspected = await spawnProgram(["keys", "inspect", `${prefix}.key`], WITH_PASSWORD);
            expect(inspected.stdout)
                .to.include(fingerprint)
                .and.match(/algorithm: +ecdsa-p256\n/);
            const refused = await spawnProgram(["keys", "public", `${prefix}.key`], {
                env: { COSIGN_PASSWORD: "something else" },
            });
            expect(refused).to.include({ exitCode: 1, stdout: "" });
            expect(refused.stderr).to.include("[password-wrong]");
            await expectNoSecret([generated, published, inspected, refused], privateKey);
        });
    });

    it("imports a private key, which stays as it is, and prints nothing secret", async () => {
        await inTemporaryFolder(async (folder) => {
            const [from, prefix] = [join(folder, "plain.pem"), join(folder, "imported")];
            const pem = plainKey("P-384");
            writeFileSync(from, pem);
            const imported = await runInProcess(["keys", "import", "--from", from, "--out", prefix], WITH_PASSWORD);
            expect(imported.exitCode).to.equal(0);
            expect(imported.stderr).to.equal("An authority with this key needs hashAlgorithm: sha384.\n");
            expect(modeOf(`${prefix}.key`)).to.equal("600");
            expect(readFileSync(from, "utf8")).to.equal(pem);
            const privateKey = readFileSync(`${prefix}.key`, "utf8");
            const opened = await openPrivateKey(privateKey, PASSWORD);
            expect(opened.export({ type: "pkcs8", format: "pem" })).to.equal(pem);

            const inspected = [await runInProcess(["keys", "inspect", from])];
            inspected.push(await runInProcess(["keys", "inspect", "--output", "json", from]));
            const refused = await runInProcess(["keys", "public", from]);
            expect(refused).to.include({ exitCode: 1, stdout: "" });
            expect(refused.stderr).to.include("[key-not-encrypted]");
            await expectNoSecret([imported, ...inspected, refused], privateKey);
        });
    });

    it("says as JSON what a key is and what policy-controller needs", async () => {
        const pem = generateKeyPairSync("ec", { namedCurve: "P-521" }).publicKey.export({
            type: "spki",
            format: "pem",
        });
        const { exitCode, stdout } = await runInProcess(["keys", "inspect", "--output", "json", "-"], { stdin: pem });
        expect(exitCode).to.equal(0);
        const { publicKey, policyController, ...rest } = JSON.parse(stdout) as Record<string, unknown>;
        expect(rest).to.deep.equal({ kind: "public-key", pemType: "PUBLIC KEY", format: "PKIX" });
        expect(publicKey).to.deep.include({ algorithm: "ecdsa-p521", pem });
        expect(publicKey).to.include.keys("fingerprint", "fingerprintLabel");
        expect(policyController).to.deep.include({ acceptsSignatures: true, hashAlgorithm: "sha512" });
    });

    it("says that policy-controller accepts nothing that an Ed25519 key signs", async () => {
        const pem = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }).toString();
        const { stdout } = await runInProcess(["keys", "inspect", "-"], { stdin: pem });
        expect(stdout).to.match(/policy-controller: cosign signs images with Ed25519ph/);
    });

    it("inspects an encrypted key without a password as far as it goes", async () => {
        const { privateKey } = await generateKeyPair(PASSWORD);
        const { exitCode, stdout } = await runInProcess(["keys", "inspect", "-"], { stdin: privateKey });
        expect(exitCode).to.equal(0);
        expect(stdout).to.include("scrypt (N=65536, r=8, p=1)").and.not.include("algorithm:");
    });

    it("prints a public key in cosign's form, and refuses a certificate request", async () => {
        const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
        const stdin = publicKey.export({ type: "pkcs1", format: "pem" }).toString();
        const { stdout } = await runInProcess(["keys", "public", "-"], { stdin });
        expect(stdout).to.equal(publicKey.export({ type: "spki", format: "pem" }));
        const certificate = "-----BEGIN CERTIFICATE REQUEST-----\nMAAA\n-----END CERTIFICATE REQUEST-----\n";
        const refused = await runInProcess(["keys", "public", "-"], { stdin: certificate });
        expect(refused).to.include({ exitCode: 1, stdout: "" });
        expect(refused.stderr).to.include("[key-is-certificate]");
    });

    for (const { name, text, code } of UNUSABLE_KEYS) {
        it(`refuses ${name}, without a password, and shows nothing of it`, async () => {
            const isEncrypted = code.startsWith("envelope-");
            const args = isEncrypted ? ["public", "-"] : ["import", "--from", "-", "--out", "/nowhere/x"];
            const { exitCode, stdout, stderr } = await runInProcess(["keys", ...args], { stdin: text });
            expect({ exitCode, stdout }).to.deep.equal({ exitCode: 1, stdout: "" });
            expect(stderr).to.include(`[${code}]`).and.not.include(text.split("\n")[1]);
        });
    }

    it("refuses what cannot be imported before it asks for a password", async () => {
        const { privateKey, publicKey } = await generateKeyPair(PASSWORD);
        const codes: Readonly<Record<string, string>> = {
            [privateKey]: "key-already-encrypted",
            [publicKey]: "key-is-public",
            "no key": "key-no-pem",
        };
        for (const [stdin, code] of Object.entries(codes)) {
            const { exitCode, stderr } = await runInProcess(["keys", "import", "--from", "-", "--out", "/nowhere/x"], {
                stdin,
            });
            expect(exitCode).to.equal(1);
            expect(stderr).to.include(`[${code}]`);
        }
    });
});

describe("the files of signed-images keys", () => {
    const PAIR: CosignKeyPairPem = { privateKey: "new private", publicKey: "new public" };

    for (const taken of ["release.key", "release.pub"]) {
        it(`are not written where ${taken} is there, unless forced`, async () => {
            await inTemporaryFolder(async (folder) => {
                writeFileSync(join(folder, taken), "old", { mode: 0o644 });
                const args = ["keys", "generate", "--out", join(folder, "release")];
                const refused = await runInProcess(args, WITH_PASSWORD);
                expect(refused).to.include({ exitCode: 2, stdout: "" });
                expect(refused.stderr).to.include(`${taken} is there already`).and.include("--force");
                expect(readdirSync(folder)).to.deep.equal([taken]);
                expect(readFileSync(join(folder, taken), "utf8")).to.equal("old");

                expect(await runInProcess([...args, "--force"], WITH_PASSWORD)).to.include({ exitCode: 0 });
                expect(readdirSync(folder)).to.deep.equal(["release.key", "release.pub"]);
                expect(modeOf(join(folder, "release.key"))).to.equal("600");
                await openPrivateKey(readFileSync(join(folder, "release.key")), PASSWORD);
            });
        });
    }

    it("are not written through a symbolic link that leads nowhere", async () => {
        await inTemporaryFolder(async (folder) => {
            symlinkSync(join(folder, "elsewhere"), join(folder, "release.key"));
            const outcome = await runInProcess(["keys", "generate", "--out", join(folder, "release")], WITH_PASSWORD);
            expect(outcome.exitCode).to.equal(2);
            expect(readdirSync(folder)).to.deep.equal(["release.key"]);
        });
    });

    it("are both absent when the second appears while they are written", async () => {
        await inTemporaryFolder(async (folder) => {
            const files = keyFiles(join(folder, "release"));
            writeFileSync(files.publicKey, "of somebody else");
            const error = await writeKeyFiles(files, PAIR, false).catch((reason: unknown) => reason);
            expect(String(error)).to.include("release.pub is there already");
            expect(readdirSync(folder)).to.deep.equal(["release.pub"]);
            expect(readFileSync(files.publicKey, "utf8")).to.equal("of somebody else");
        });
    });

    it("are both the old ones when the second cannot be replaced", async () => {
        await inTemporaryFolder(async (folder) => {
            const files = keyFiles(join(folder, "release"));
            writeFileSync(files.privateKey, "old private");
            mkdirSync(files.publicKey);
            const error = await writeKeyFiles(files, PAIR, true).catch((reason: unknown) => reason);
            expect(String(error)).to.include("release.pub is a folder");
            expect(readdirSync(folder)).to.deep.equal(["release.key", "release.pub"]);
            expect(readFileSync(files.privateKey, "utf8")).to.equal("old private");
        });
    });

    it("have their modes whatever the umask", async () => {
        await inTemporaryFolder(async (folder) => {
            const files = keyFiles(join(folder, "release"));
            const before = process.umask(0o077);
            try {
                await writeKeyFiles(files, PAIR, false);
            } finally {
                process.umask(before);
            }
            expect([modeOf(files.privateKey), modeOf(files.publicKey)]).to.deep.equal(["600", "644"]);
        });
    });

    it("are refused where a name is too long for them, or for what stands there while they are written", async () => {
        await inTemporaryFolder(async (folder) => {
            for (const length of [240, 300, 5_000]) {
                const args = ["keys", "generate", "--out", join(folder, "x".repeat(length))];
                const { exitCode, stderr } = await runInProcess(args, WITH_PASSWORD);
                expect(exitCode).to.equal(2);
                expect(stderr).to.match(/cannot be written: the name is too long/);
            }
        });
    });

    it("are refused where the folder is missing", async () => {
        const { exitCode, stderr } = await runInProcess(["keys", "generate", "--out", "/nowhere/x"], WITH_PASSWORD);
        expect(exitCode).to.equal(2);
        expect(stderr).to.include("there is no such file or folder");
    });

    it("say so when they cannot be read", async () => {
        await inTemporaryFolder(async (folder) => {
            for (const file of [join(folder, "missing.key"), folder]) {
                const { exitCode, stderr } = await runInProcess(["keys", "inspect", file]);
                expect(exitCode).to.equal(2);
                expect(stderr).to.include("cannot be read");
            }
            const locked = join(folder, "locked.key");
            writeFileSync(locked, "x");
            chmodSync(locked, 0);
            const isRoot = process.getuid?.() === 0;
            expect((await runInProcess(["keys", "inspect", locked])).exitCode).to.equal(isRoot ? 1 : 2);
            expect(existsSync(locked)).to.equal(true);
        });
    });

    const WRONG_ARGUMENTS: Readonly<Record<string, [string[], string]>> = {
        "generate without --out": [["generate"], "--out PREFIX is missing"],
        "generate into a folder": [["generate", "--out", "keys/"], "--out"],
        "import without --from": [["import", "--out", "x"], "--from FILE is missing"],
        "import with a file as an argument": [["import", "x.pem"], "--from FILE"],
        "inspect without a file": [["inspect"], "FILE is missing"],
        "inspect of two files": [["inspect", "a", "b"], "2 times"],
        "a password on the command line": [["generate", "--out", "x", "--password", "secret-word"], "--password"],
        "a descriptor that is none": [["generate", "--out", "x", "--password-fd", "secret-word"], "--password-fd"],
        "one stream for key and password": [["public", "-", "--password-fd", "0"], "--password-fd 0"],
    };
    for (const [name, [args, message]] of Object.entries(WRONG_ARGUMENTS)) {
        it(`end with 2 for ${name}`, async () => {
            const { exitCode, stdout, stderr } = await runInProcess(["keys", ...args]);
            expect({ exitCode, stdout }).to.deep.equal({ exitCode: 2, stdout: "" });
            expect(stderr).to.include(message).and.not.include("secret-word");
        });
    }
});

describe("the terminal of signed-images keys", () => {
    it("is asked twice for a new password, and shows nothing of it", async () => {
        await inTemporaryFolder(async (folder) => {
            const prefix = join(folder, "typed");
            const outcome = await runOnTerminal(
                ["keys", "generate", "--out", prefix],
                [`${PASSWORD}\r`, `${PASSWORD}\r`],
            );
            expect(outcome.exitCode).to.equal(0);
            expect(outcome.rawModes).to.deep.equal([true, false]);
            expect(outcome.stderr).to.equal("New password of the private key: \nThe same password again: \n");
            await openPrivateKey(readFileSync(`${prefix}.key`), PASSWORD);
        });
    });
});
