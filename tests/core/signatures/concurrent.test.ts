import { generateKeyPairSync, type KeyObject } from "node:crypto";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";

import { expect } from "chai";

import { RegistryClient } from "../../../core/registry";
import { checkSignatures, readSimpleSignatures, type SignedImage } from "../../../core/signatures";
import { signImage } from "../../../core/signatures/sign/sign-image";
import { keySigner } from "../../../core/signatures/sign/signer";
import { ensureTools } from "../../../tools";
import { startDistribution } from "../registry/support/distribution";
import { Cosign } from "../../support/cosign";
import { pushImage, referenceOf } from "../../support/images";
import { RegistryProcess } from "../../support/registry-process";
import { keyCheck } from "./support";

const SIGNERS = Array.from({ length: 20 }, () => generateKeyPairSync("ec", { namedCurve: "P-256" }));

/** SIGNED_IMAGES_SOAK=1 repeats it until chance has had its say. */
const IS_SOAK = process.env.SIGNED_IMAGES_SOAK === "1";
const ROUNDS = IS_SOAK ? 50 : 1;
/** Each starts a process for every signer. */
const MIXED_ROUNDS = 10;

/** A registry that was started for these tests. */
interface Started {
    readonly host: string;
    stop(): Promise<void>;
}

const REGISTRIES: Readonly<Record<string, (folder: string) => Promise<Started>>> = {
    "go-containerregistry's registry": () => RegistryProcess.start(),
    distribution: (folder) => startDistribution(folder, {}),
};

for (const [name, start] of Object.entries(REGISTRIES)) {
    describe(`signing one image with 20 keys at once, in ${name}`, function () {
        this.timeout(60_000 * ROUNDS);

        let folder: string;
        let server: Started;
        let round = 0;

        before(async function () {
            // Where the registry is not there yet, it is built.
            this.timeout(1_800_000);
            folder = await fs.mkdtemp(path.join(os.tmpdir(), "signers-"));
            server = await start(folder);
        });

        after(async () => {
            await server.stop();
            await fs.rm(folder, { recursive: true });
        });

        it(`loses no signature in ${ROUNDS} rounds`, async () => {
            const attempts: number[] = [];
            let lost = 0;
            for (let count = 0; count < ROUNDS; count++) {
                const image = await push();
                attempts.push(...(await Promise.all(SIGNERS.map(({ privateKey }) => signAlone(image, privateKey)))));
                lost += await lostOf(image, SIGNERS);
            }
            const mean = attempts.reduce((sum, each) => sum + each, 0) / attempts.length;
            console.log(`      ${attempts.length} signatures, ${lost} lost, ${mean.toFixed(1)} attempts each`);
            expect(lost).to.equal(0);
        });

        (IS_SOAK ? it : it.skip)(
            `in ${MIXED_ROUNDS} rounds beside cosign, which never looks back, says what is lost`,
            async () => {
                const { cosign: binary } = await ensureTools(["cosign"]);
                const cosign = new Cosign(binary, folder);
                const [ours, theirs] = [SIGNERS.slice(0, 10), SIGNERS.slice(10)];
                const files = await Promise.all(
                    theirs.map(({ privateKey }, index) => cosign.keyFiles(`cosign-${index}`, privateKey)),
                );
                const lost = { ours: 0, theirs: 0 };
                for (let count = 0; count < MIXED_ROUNDS; count++) {
                    const image = await push();
                    await Promise.all([
                        ...ours.map(({ privateKey }) => signAlone(image, privateKey)),
                        ...files.map((key) => cosign.sign(referenceOf(image), key)),
                    ]);
                    lost.ours += await lostOf(image, ours);
                    lost.theirs += await lostOf(image, theirs);
                }
                console.log(
                    `      lost of ${10 * MIXED_ROUNDS} each: ${lost.ours} of ours, ${lost.theirs} of cosign's`,
                );
                expect(lost.ours).to.be.below(lost.theirs);
            },
        );

        async function push(): Promise<SignedImage> {
            const pusher = new RegistryClient();
            const repository = { registry: server.host, repository: `acme/round-${round++}` };
            const image = await pushImage(pusher, repository, "app");
            await pusher.close();
            return image;
        }
    });
}

/** Signs as a process of its own would; says how often the list was stored. */
async function signAlone(image: SignedImage, key: KeyObject): Promise<number> {
    const registry = new RegistryClient();
    try {
        return (await signImage(registry, image, keySigner(key))).attempts;
    } finally {
        await registry.close();
    }
}

/** How many of the keys have no signature in the list. */
async function lostOf(image: SignedImage, keys: readonly { publicKey: KeyObject }[]): Promise<number> {
    const registry = new RegistryClient();
    const signatures = await readSimpleSignatures(registry, image);
    await registry.close();
    const outcomes = await Promise.all(
        keys.map(({ publicKey }) => checkSignatures(signatures, image.digest, keyCheck(publicKey))),
    );
    return outcomes.filter(({ verdict }) => verdict !== "verified").length;
}
