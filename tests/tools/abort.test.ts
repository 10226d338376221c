import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs/promises";
import * as path from "node:path";

import { runCommand } from "../../tools/command";
import { ensureFrom } from "../../tools/ensure";
import { PROJECT_FOLDER } from "../../tools/workshop";
import { ModuleProxy } from "./support/module-proxy";
import { canSeeProcesses, livingProcesses } from "./support/processes";
import { rejection } from "./support/rejection";
import { TinyWorkshop } from "./support/tiny-workshop";

describe("tools: stopping a build", () => {
    let proxy: ModuleProxy;
    let workshop: TinyWorkshop;

    before(function () {
        if (!canSeeProcesses()) this.skip();
    });

    beforeEach(async () => {
        proxy = await ModuleProxy.start(() => "nothing");
        workshop = await TinyWorkshop.create({ GOPROXY: proxy.url });
        await workshop.addWanting("wanting");
    });

    afterEach(async () => {
        await proxy.stop();
        await workshop.remove();
    });

    it("stops go, and leaves no process and no folder", async () => {
        const controller = new AbortController();
        const running = rejection(ensureFrom(workshop, ["wanting"], { signal: controller.signal }));
        await proxy.keepsSomebodyWaiting();
        expect(await livingProcesses(workshop.cache), "while it builds").not.to.deep.equal([]);
        controller.abort();
        expect((await running).code).to.equal("aborted");
        expect(await livingProcesses(workshop.cache)).to.deep.equal([]);
        expect(await workshop.cachedFiles()).to.deep.equal([]);
    });

    it("starts nothing where it was stopped before", async () => {
        const refused = await rejection(ensureFrom(workshop, ["wanting"], { signal: AbortSignal.abort() }));
        expect(refused.code).to.equal("aborted");
        expect(await workshop.cachedFiles()).to.deep.equal([]);
    });

    it("stops what the command started, also where that ignores an interrupt", async () => {
        const controller = new AbortController();
        const file = path.join(workshop.folder, "processes");
        // The leader goes at once; one of its children does not care.
        const script = `sleep 600 & echo $! >>"${file}"; sh -c 'trap "" INT; sleep 600' & echo $! >>"${file}"; wait`;
        const running = runCommand("sh", ["-c", script], {
            folder: workshop.folder,
            environment: { ...process.env, TOOLS_TEST: workshop.folder },
            signal: controller.signal,
        });
        await until(async () => (await livingProcesses(workshop.folder)).length >= 4);
        controller.abort();
        expect((await running).succeeded).to.equal(false);
        await until(async () => (await livingProcesses(workshop.folder)).length === 0);
    }).timeout(10_000);

    it("ends `npm run tools` with status 130 on SIGINT, and leaves no process", async () => {
        const child = spawn(
            process.execPath,
            ["--require", "tsx/cjs", path.join(PROJECT_FOLDER, "tools", "main.ts"), "distribution"],
            {
                cwd: PROJECT_FOLDER,
                // An instruction set that nobody builds for, so that the tool is never up to date.
                env: {
                    ...workshop.environment,
                    GOAMD64: "v2",
                    GOARM64: "v9.5",
                    GOMODCACHE: path.join(workshop.folder, "modcache"),
                    SIGNED_IMAGES_CACHE: workshop.cache,
                },
                stdio: ["ignore", "pipe", "pipe"],
            },
        );
        const output = [child.stdout, child.stderr].map(async (stream) => (await stream.toArray()).join(""));
        await proxy.keepsSomebodyWaiting();
        child.kill("SIGINT");
        const [status] = (await once(child, "close")) as [number];
        expect(status).to.equal(130);
        expect(await output[1]).to.equal("Stopped before all tools were built.\n");
        expect(await livingProcesses(workshop.cache)).to.deep.equal([]);
        expect(await fs.readdir(path.join(workshop.cache, "tools"))).to.deep.equal([]);
    });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}
