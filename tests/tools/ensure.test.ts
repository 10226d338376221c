import { expect } from "chai";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";

import { buildTool, type BuildRequest } from "../../tools/build";
import { cachePlace, holds } from "../../tools/cache";
import type { ToolDefinition } from "../../tools/catalogue";
import { ensureFrom } from "../../tools/ensure";
import { findGo } from "../../tools/go";
import { rejection } from "./support/rejection";
import { TinyWorkshop } from "./support/tiny-workshop";

describe("tools: what is up to date", () => {
    let workshop: TinyWorkshop;
    let lines: string[];
    const options = { report: (line: string) => lines.push(line) };
    const buildsOf = (name: string) => lines.filter((line) => line.includes(`building ${name} …`)).length;

    beforeEach(async () => {
        workshop = await TinyWorkshop.create();
        await workshop.addHello("hello");
        lines = [];
    });

    afterEach(() => workshop.remove());

    it("builds a tool that runs, and says which of how many and how long it took", async () => {
        await workshop.addHello("other");
        const tools = await ensureFrom(workshop, ["hello", "other"], options);
        expect(execFileSync(tools.hello, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })).to.equal("");
        expect(tools.hello).to.equal(path.join(workshop.output, "bin", "hello"));
        expect(lines[0]).to.match(/^2 tools are to be built with go1\.\d+.*: some 1 min on two cores the first time/);
        expect(lines.slice(1).map((line) => line.replace(/[\d.]+ s$/, "N s"))).to.deep.equal([
            "[1/2] building hello …",
            "[1/2] hello  built in N s",
            "[2/2] building other …",
            "[2/2] other  built in N s",
        ]);
    });

    it("is skipped without a word, and only what was asked for is built", async () => {
        await workshop.addHello("unwanted");
        const first = await ensureFrom(workshop, ["hello"], options);
        lines = [];
        const second = await ensureFrom(workshop, ["hello", "hello"], options);
        expect(lines).to.deep.equal([]);
        expect(second).to.deep.equal(first);
        expect(await fs.readdir(path.join(workshop.output, "bin"))).to.deep.equal(["hello"]);
    });

    it("is not up to date once its sources, go.mod, flags or package change, and is again once they are as before", async () => {
        await workshop.addHello("other");
        const changes: (() => Promise<void>)[] = [
            () => workshop.write("hello/main.go", 'package main\n\nfunc main() { println("changed") }\n'),
            () => workshop.write("hello/go.mod", "module hello\n\ngo 1.26.1\n"),
            () => workshop.write("hello/nested/shim.go", "package nested\n"),
            () => workshop.addHello("hello", { linkerFlags: ["-X main.greeting=changed"] }),
            () => workshop.addHello("hello", { package: "hello" }),
        ];
        await ensureFrom(workshop, ["hello"], options);
        for (const [index, change] of changes.entries()) {
            await change();
            await ensureFrom(workshop, ["hello"], options);
            expect(buildsOf("hello"), `change ${index}`).to.equal(index + 2);
        }
        await fs.rm(path.join(workshop.modules, "hello"), { recursive: true });
        await workshop.addHello("hello");
        await ensureFrom(workshop, ["hello"], options);
        expect(buildsOf("hello"), "as before").to.equal(changes.length + 1);
    });

    it("passes linker flags on", async () => {
        await workshop.addHello("hello", { linkerFlags: ["-X main.greeting=good-evening"] });
        const { hello } = await ensureFrom(workshop, ["hello"], options);
        // println writes on stderr.
        expect(execFileSync("sh", ["-c", `"${hello}" 2>&1`], { encoding: "utf8" })).to.equal("good-evening\n");
    });

    it("comes from the user's cache in a second clone, as a link", async () => {
        const { hello } = await ensureFrom(workshop, ["hello"], options);
        const again = await ensureFrom(workshop.secondClone(), ["hello"], options);
        expect(buildsOf("hello")).to.equal(1);
        expect(again.hello).not.to.equal(hello);
        expect((await fs.stat(again.hello)).ino).to.equal((await fs.stat(hello)).ino);
    });

    it("survives the loss of the user's cache", async () => {
        await ensureFrom(workshop, ["hello"], options);
        await fs.rm(workshop.cache, { recursive: true });
        await ensureFrom(workshop, ["hello"], options);
        expect(buildsOf("hello")).to.equal(1);
    });

    it("is built again where the project's binary is gone or cut short, and the cache's too", async () => {
        const { hello } = await ensureFrom(workshop, ["hello"], options);
        await fs.rm(hello);
        await ensureFrom(workshop, ["hello"], options);
        expect(buildsOf("hello"), "taken from the cache").to.equal(1);

        await fs.chmod(hello, 0o755);
        await fs.truncate(hello, 100); // A hard link: the cache's binary is the same file.
        await ensureFrom(workshop, ["hello"], options);
        expect(buildsOf("hello"), "built again").to.equal(2);
        expect((await fs.stat(hello)).size).to.be.greaterThan(100_000);
    });

    it("is not taken from a cache whose binary was changed", async () => {
        const { hello } = await ensureFrom(workshop, ["hello"], options);
        const { size } = await fs.stat(hello);
        await fs.chmod(hello, 0o755);
        await fs.writeFile(hello, Buffer.alloc(size));
        const { hello: again } = await ensureFrom(workshop.secondClone(), ["hello"], options);
        expect(buildsOf("hello")).to.equal(2);
        execFileSync(again, { stdio: "ignore" });
    });

    it("is not what a killed build left behind", async () => {
        await ensureFrom(workshop, ["hello"], options);
        const [key = ""] = await fs.readdir(workshop.cache);
        await fs.rm(workshop.output, { recursive: true });
        // Neither a binary without a receipt, nor one in the folder of an unfinished build.
        await fs.rm(path.join(workshop.cache, key, "receipt.json"));
        await fs.mkdir(path.join(workshop.cache, ".building-killed", key), { recursive: true });
        await fs.writeFile(path.join(workshop.cache, ".building-killed", key, "hello"), "half");
        const { hello } = await ensureFrom(workshop, ["hello"], options);
        expect(buildsOf("hello")).to.equal(2);
        execFileSync(hello, { stdio: "ignore" });
    });

    it("removes the folder of a build that was killed days ago, and not that of one that runs", async () => {
        const [old, young] = [".building-old", ".building-young"].map((name) => path.join(workshop.cache, name));
        await fs.mkdir(old ?? "", { recursive: true });
        await fs.mkdir(young ?? "");
        await fs.utimes(old ?? "", new Date(), new Date(Date.now() - 2 * 24 * 60 * 60 * 1000));
        await ensureFrom(workshop, ["hello"], options);
        const left = (await fs.readdir(workshop.cache)).filter((name) => name.startsWith(".building-"));
        expect(left).to.deep.equal([".building-young"]);
    });

    it("is whole where two build it at once, without a lock between them", async () => {
        const go = await findGo({
            folder: path.join(workshop.modules, "hello"),
            required: "1.26",
            environment: workshop.environment,
        });
        const definition: ToolDefinition = { module: "hello", package: ".", folder: "bin", expectedSeconds: 1 };
        const module = path.join(workshop.modules, "hello");
        const { cache, environment } = workshop;
        const request: BuildRequest = { name: "hello", key: "its-key", definition, module, cache, go, environment };
        await fs.mkdir(cache);
        await Promise.all([buildTool(request), buildTool(request), buildTool(request)]);
        expect(await workshop.cachedFiles()).to.deep.equal([["hello", "receipt.json"]]);
        expect(await holds(cachePlace(cache, "its-key", "hello"), "its-key")).to.equal(true);
        execFileSync(path.join(cache, "its-key", "hello"), { stdio: "ignore" });
    });

    it("refuses a tool that there is not, and names those that there are", async () => {
        const refused = await rejection(ensureFrom(workshop, ["helo"], options));
        expect(refused.code).to.equal("unknown-tool");
        expect(refused.message).to.equal('There is no tool "helo". There are: hello.');
    });
});
