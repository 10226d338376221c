import { expect } from "chai";
import { generateKeyPair, type CosignKeyPairPem } from "../../core/keys";
import { RegistryClient } from "../../core/registry";
import { readSimpleSignatures } from "../../core/signatures";
import { pushImage, pushIndex } from "../support/images";
import { RegistryProcess } from "../support/registry-process";
import { runInProcess } from "./support";

import type { SignedImage } from "../../core/signatures";
import type { SigningReport } from "../../core/signatures/sign/signing-report";
import type { Outcome } from "./support";

/** The first run builds the registry. */
const BUILD_TIMEOUT_MS = 10 * 60_000;
const PASSWORD = "the password of the key";

describe("signed-images sign-request", function () {
    this.timeout(60_000);
    let process: RegistryProcess;
    let registry: RegistryClient;
    let pair: CosignKeyPairPem;

    before(async function () {
        this.timeout(BUILD_TIMEOUT_MS);
        process = await RegistryProcess.start();
        registry = new RegistryClient();
        pair = await generateKeyPair(PASSWORD);
    });

    after(async () => {
        await registry.close();
        await process.stop();
    });

    function push(name: string): Promise<SignedImage> {
        return pushImage(registry, { registry: process.host, repository: name }, name);
    }

    function request(image: string, signer: object = {}, options: readonly string[] = []): Promise<Outcome> {
        const line = `${JSON.stringify({ privateKey: pair.privateKey, password: PASSWORD, ...signer })}\n`;
        return runInProcess(["sign-request", ...options, "--", image], { stdin: line });
    }

    async function signatureCount(image: SignedImage): Promise<number> {
        registry.forget(image.repository);
        const found = await readSimpleSignatures(registry, image);
        return "verdict" in found ? -1 : found.length;
    }

    it("signs once, and says what was done and what the cluster would say", async () => {
        const image = await push("once");
        const first = await request(referenceOf(image));
        expect(first).to.include({ exitCode: 0, stderr: "" });
        const report = JSON.parse(first.stdout) as SigningReport;
        expect(report).to.include({ image: referenceOf(image), outcome: "signed", verdict: "admitted" });
        expect(JSON.parse((await request(referenceOf(image))).stdout)).to.include({ outcome: "already-signed" });
        expect(await signatureCount(image)).to.equal(1);
    });

    it("signs an index alone, and its platforms with --recursive", async () => {
        const name = { registry: process.host, repository: "index" };
        const { index, platforms } = await pushIndex(registry, name, "index");
        await request(referenceOf(index));
        expect(await Promise.all([index, ...platforms].map(signatureCount))).to.deep.equal([1, 0, 0]);
        await request(referenceOf(index), {}, ["--recursive"]);
        expect(await Promise.all([index, ...platforms].map(signatureCount))).to.deep.equal([1, 1, 1]);
    });

    it("signs nothing that is not there, and nothing by tag", async () => {
        const missing = await request(`${process.host}/missing@sha256:${"0".repeat(64)}`);
        expect(missing.exitCode).to.equal(1);
        expect(missing.stderr).to.include("[not-found]");
        expect(await request(`${process.host}/missing:1`)).to.include({ exitCode: 2 });
    });

    it("shows nothing of the key, whatever is wrong with it", async () => {
        const image = referenceOf(await push("wrong"));
        const outcomes = [
            await request(image, { password: "a password of somebody else" }),
            await request(image, { privateKey: pair.privateKey.slice(0, -200) }),
            await request(image, { privateKey: undefined }),
            await runInProcess(["sign-request", image], { stdin: pair.privateKey }),
        ];
        expect(outcomes.map(({ exitCode }) => exitCode)).to.deep.equal([1, 1, 2, 2]);
        const said = outcomes.map(({ stdout, stderr }) => stdout + stderr).join("");
        for (const line of pair.privateKey.split("\n").filter((it) => it !== "" && !it.startsWith("-----"))) {
            expect(said).to.not.include(line.slice(0, 24));
        }
        expect(said).to.not.include(PASSWORD).and.not.include("somebody else");
    });
});

function referenceOf({ repository, digest }: SignedImage): string {
    return `${repository.registry}/${repository.repository}@${digest}`;
}
