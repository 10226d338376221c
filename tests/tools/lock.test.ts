import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";

import { ensureFrom } from "../../tools/ensure";
import { BuildLock, type LockHolder } from "../../tools/lock";
import { TinyWorkshop } from "./support/tiny-workshop";

describe("tools: two processes at once", () => {
    let workshop: TinyWorkshop;
    let file: string;

    beforeEach(async () => {
        workshop = await TinyWorkshop.create();
        await workshop.addHello("hello");
        await fs.mkdir(workshop.cache);
        file = path.join(workshop.cache, "building.lock");
    });

    afterEach(() => workshop.remove());

    const acquire = (waits: LockHolder[] = [], signal?: AbortSignal) =>
        BuildLock.acquire({
            folder: workshop.cache,
            tool: "hello",
            isNeedless: () => Promise.resolve(false),
            onWait: (holder) => waits.push(holder),
            signal,
        });

    it("builds once, the second waits, says for whom, and takes what the first has built", async () => {
        const [lines, others]: string[][] = [[], []];
        await Promise.all([
            ensureFrom(workshop, ["hello"], { report: (line) => lines?.push(line) }),
            ensureFrom(workshop.secondClone(), ["hello"], { report: (line) => others?.push(line) }),
        ]);
        const all = [...(lines ?? []), ...(others ?? [])];
        expect(all.filter((line) => line.includes("building hello"))).to.have.length(1);
        expect(all).to.include(`[1/1] hello  waits for process ${process.pid}, which builds hello`);
        expect(all.filter((line) => line.includes("taken from the cache"))).to.have.length(1);
        expect(await workshop.cachedFiles()).to.have.deep.members([["hello", "receipt.json"]]);
    });

    it("waits no longer than the other builds", async () => {
        const first = await acquire();
        const waits: LockHolder[] = [];
        const second = acquire(waits);
        setTimeout(() => void first?.release(), 100);
        await (await second)?.release();
        expect(waits).to.deep.equal([{ host: os.hostname(), process: process.pid, tool: "hello" }]);
        expect(await fs.readdir(workshop.cache)).to.deep.equal([]);
    });

    it("does not wait for a process that is gone", async () => {
        // Linux gives no process a number this high.
        await fs.writeFile(file, JSON.stringify({ host: os.hostname(), process: 2 ** 30, tool: "hello" }));
        const waits: LockHolder[] = [];
        await (await acquire(waits))?.release();
        expect(waits).to.deep.equal([]);
    });

    it("does not wait for a process of another machine that shows no sign of life", async () => {
        await fs.writeFile(file, JSON.stringify({ host: "elsewhere", process: 1, tool: "hello" }));
        const aMinuteAgo = new Date(Date.now() - 60_000);
        await fs.utimes(file, aMinuteAgo, aMinuteAgo);
        const waits: LockHolder[] = [];
        await (await acquire(waits))?.release();
        expect(waits).to.deep.equal([]);
    });

    it("stops waiting when it is told to", async () => {
        const first = await acquire();
        const controller = new AbortController();
        const second = acquire([], controller.signal);
        controller.abort();
        expect(await second).to.equal(undefined);
        await first?.release();
    });
});
