import { generateKeyPairSync } from "node:crypto";

import { expect } from "chai";

import { RegistryClient } from "../../../core/registry";
import { checkSignatures, readSimpleSignatures, type SignedImage } from "../../../core/signatures";
import { signImage } from "../../../core/signatures/sign/sign-image";
import { keySigner } from "../../../core/signatures/sign/signer";
import { pushImage } from "../../support/images";
import { RegistryProcess } from "../../support/registry-process";
import { keyCheck } from "./support";

const SIGNERS = Array.from({ length: 20 }, () => generateKeyPairSync("ec", { namedCurve: "P-256" }));

/** SIGNED_IMAGES_SOAK=1 repeats it until chance has had its say. */
const ROUNDS = process.env.SIGNED_IMAGES_SOAK === "1" ? 50 : 1;

describe("signing one image with 20 keys at once", function () {
    this.timeout(60_000 * ROUNDS);

    let server: RegistryProcess;

    before(async function () {
        // Where the registry is not there yet, it is built.
        this.timeout(1_800_000);
        server = await RegistryProcess.start();
    });

    after(() => server.stop());

    it(`loses no signature in ${ROUNDS} rounds`, async () => {
        const attempts: number[] = [];
        let lost = 0;
        for (let round = 0; round < ROUNDS; round++) {
            const repository = { registry: server.host, repository: `acme/round-${round}` };
            const pusher = new RegistryClient();
            const image = await pushImage(pusher, repository, "app");
            await pusher.close();
            const added = await Promise.all(SIGNERS.map(({ privateKey }) => signAlone(image, privateKey)));
            attempts.push(...added);
            lost += SIGNERS.length - (await countVerified(image));
        }
        const mean = attempts.reduce((sum, each) => sum + each, 0) / attempts.length;
        console.log(`      ${attempts.length} signatures, ${lost} lost, ${mean.toFixed(1)} attempts each`);
        expect(lost).to.equal(0);
    });

    /** Signs as a process of its own would; says how often the list was stored. */
    async function signAlone(image: SignedImage, key: (typeof SIGNERS)[number]["privateKey"]): Promise<number> {
        const registry = new RegistryClient();
        try {
            return (await signImage(registry, image, keySigner(key))).attempts;
        } finally {
            await registry.close();
        }
    }

    async function countVerified(image: SignedImage): Promise<number> {
        const registry = new RegistryClient();
        const signatures = await readSimpleSignatures(registry, image);
        await registry.close();
        const outcomes = await Promise.all(
            SIGNERS.map(({ publicKey }) => checkSignatures(signatures, image.digest, keyCheck(publicKey))),
        );
        return outcomes.filter(({ verdict }) => verdict === "verified").length;
    }
});
