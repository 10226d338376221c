import * as fs from "node:fs";
import * as path from "node:path";
import type { CoreV1Api } from "@kubernetes/client-node";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { generateKeyPair, openPrivateKey } from "../../core/keys";
import type { CosignKeyPairArgs } from "../../index";
import { processesWith } from "../support/processes";
import { PulumiProject } from "../support/pulumi-project";
import { drawn, SEED } from "../cluster/support/draw";
import { BUILD_TIMEOUT_MS, Stage } from "../cluster/support/stage";

const TIMEOUT_MS = 3 * 60_000;
const NAMESPACE = "cosign-system";

/** What the stack has, and what it is on the way to when it is killed. */
const STEPS = {
    generate: { from: undefined, to: { generations: [{ id: "1" }] } },
    rotate: {
        from: { generations: [{ id: "1" }] },
        to: { generations: [{ id: "1" }, { id: "2" }], current: "2" },
    },
    retire: {
        from: { generations: [{ id: "1" }, { id: "2" }], current: "2" },
        to: { generations: [{ id: "2" }] },
    },
} as const satisfies Record<string, { from: CosignKeyPairArgs | undefined; to: CosignKeyPairArgs }>;

/** A moment by the engine's own events: when it begins with a resource, or has just been told that it is done. */
interface KillPoint {
    step: keyof typeof STEPS;
    moment: "begins" | "is done";
    /** The end of the child's name. */
    child: string;
}

const POINTS: readonly KillPoint[] = [
    { step: "generate", moment: "is done", child: "-1-password" },
    { step: "generate", moment: "is done", child: "-1-key" },
    { step: "generate", moment: "begins", child: "-1" },
    { step: "generate", moment: "is done", child: "-1" },
    { step: "generate", moment: "begins", child: "-1-pub" },
    { step: "generate", moment: "is done", child: "-1-pub" },
    { step: "rotate", moment: "is done", child: "-2-key" },
    { step: "rotate", moment: "begins", child: "-2" },
    { step: "rotate", moment: "is done", child: "-2-pub" },
    { step: "retire", moment: "begins", child: "-1" },
];
const FIRST_OF_ROTATION = 6;

/** The names of the Secrets to their data. */
type Secrets = Record<string, Record<string, string> | undefined>;

describe(`a key pair whose engine is killed (SIGNED_IMAGES_SEED=${SEED})`, function () {
    this.timeout(TIMEOUT_MS);
    let stage: Stage;
    let core: CoreV1Api;

    before(async function () {
        this.timeout(BUILD_TIMEOUT_MS);
        stage = await Stage.open({ controller: false });
        core = stage.cluster.core;
        await core.createNamespace({ body: { metadata: { name: NAMESPACE } } });
    });

    after(() => stage.sandbox.stop());

    for (const [index, point] of chosen().entries()) {
        it(`during ${point.step}, when NAME${point.child} ${point.moment}: finishes, and loses no key`, async () => {
            const name = `killed-${index}`;
            const project = await projectAt(name);
            const { from, to } = STEPS[point.step];
            if (from !== undefined) {
                project.wish({ keyPairs: { [name]: from } });
                await project.up();
            }
            project.wish({ keyPairs: { [name]: to } });
            expect(await project.upKilledAt((event) => isAt(event, point, name)), "killed").to.equal(true);

            project.mendState();
            const inUse = await secretsOf(name);
            const locked = await project.run(["up", "--yes", "--skip-preview"]);
            expect(locked.exitCode === 0 ? "" : locked.stderr).to.include("the stack is currently locked by");
            await project.expectSuccess(["cancel", "--yes"]);
            await project.up();

            const after = await secretsOf(name);
            const listed = to.generations.flatMap(({ id }) => [`${name}-${id}`, `${name}-${id}-pub`]);
            expect(Object.keys(after).sort()).to.deep.equal(listed.sort());
            for (const secret of listed.filter((it) => it in inUse)) {
                expect(after[secret], secret).to.deep.equal(inUse[secret]);
            }
            for (const { id } of to.generations) {
                await expectToOpen(after[`${name}-${id}`]);
            }
            expect(await project.changes()).to.deep.equal([]);
            expect(processesWith(project.folder)).to.deep.equal([]);
        });
    }

    it("while it writes the state: is found in the copy before it, and loses no key", async () => {
        const name = "torn";
        const project = await projectAt(name);
        project.wish({ keyPairs: { [name]: {} } });
        const point: KillPoint = { step: "generate", moment: "is done", child: "-1" };
        await project.upKilledAt((event) => isAt(event, point, name));
        project.mendState();
        const inUse = await secretsOf(name);
        expect(inUse).to.include.keys(`${name}-1`);

        await project.expectSuccess(["cancel", "--yes"]);
        for (const file of [project.stateFile, `${project.stateFile}.attrs`]) {
            fs.truncateSync(file);
            const torn = await project.run(["stack", "export"]);
            expect(torn.stderr, file).to.include("failed to load checkpoint");
            project.mendState();
        }
        await project.up();
        expect((await secretsOf(name))[`${name}-1`]).to.deep.equal(inUse[`${name}-1`]);
    });

    it("is not overwritten by a stack that has lost its state, and can be imported into it", async () => {
        const name = "stateless";
        const before = await projectAt(name);
        before.wish({ keyPairs: { [name]: {} } });
        await before.up();
        const inUse = await secretsOf(name);

        const after = await projectAt(`${name}-anew`);
        after.wish({ keyPairs: { [name]: {} } });
        const refused = await after.run(["up", "--yes", "--skip-preview"]);
        expect(refused.exitCode).to.not.equal(0);
        expect(refused.stdout + refused.stderr).to.match(/Apply failed with \d+ conflicts[^]*\.data\.cosign\.key/);
        expect(await secretsOf(name)).to.deep.equal(inUse);

        const [privateKey, password] = signerIn(inUse[`${name}-1`]);
        after.wish({ keyPairs: { [name]: { generations: [{ id: "1", privateKey, password }] } } });
        await after.up();
        expect(await secretsOf(name)).to.deep.equal(inUse);
    });

    it("is trusted further where nothing but its public half is left, beside a new one that signs", async () => {
        const name = "lost";
        const { publicKey } = await generateKeyPair("lost with the rest");
        const project = await projectAt(name);
        project.wish({ keyPairs: { [name]: { generations: [{ id: "1", publicKey }, { id: "2" }], current: "2" } } });
        await project.up();
        const { [`${name}-1-pub`]: trusted, [`${name}-2`]: signer, ...rest } = await secretsOf(name);
        expect(decoded(trusted, "cosign.pub")).to.equal(publicKey);
        await expectToOpen(signer);
        expect(Object.keys(rest)).to.deep.equal([`${name}-2-pub`]);
    });

    function projectAt(name: string): Promise<PulumiProject> {
        const place = path.join(stage.sandbox.directory, name);
        return PulumiProject.create("key-pairs", { engine: stage.engine, place, kubeconfig: stage.sandbox.kubeconfig });
    }

    async function secretsOf(name: string): Promise<Secrets> {
        const { items } = await core.listNamespacedSecret({ namespace: NAMESPACE });
        const own = items.filter((it) => it.metadata?.name?.startsWith(`${name}-`));
        return Object.fromEntries(own.map((it) => [it.metadata?.name ?? "", it.data]));
    }
});

/** Everything in a soak, and otherwise one point of the generation and one of the rotation, by the seed. */
function chosen(): KillPoint[] {
    return [...drawn(POINTS.slice(0, FIRST_OF_ROTATION)), ...drawn(POINTS.slice(FIRST_OF_ROTATION))];
}

function isAt(event: EngineEvent, { moment, child }: KillPoint, name: string): boolean {
    const metadata = moment === "begins" ? event.resourcePreEvent?.metadata : event.resOutputsEvent?.metadata;
    return metadata?.urn.endsWith(`::${name}${child}`) === true && metadata.op !== "same";
}

/** The private key and the password that lie beside each other belong together. */
async function expectToOpen(data: Record<string, string> | undefined): Promise<void> {
    await openPrivateKey(...signerIn(data));
}

/** The private key and the password of cosign's Secret. */
function signerIn(data: Record<string, string> | undefined): [privateKey: string, password: string] {
    return [decoded(data, "cosign.key"), decoded(data, "cosign.password")];
}

function decoded(data: Record<string, string> | undefined, entry: string): string {
    return Buffer.from(data?.[entry] ?? "", "base64").toString("utf8");
}
