import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as path from "node:path";

import { ensureFrom } from "../../tools/ensure";
import { explainFailure } from "../../tools/failure";
import { ModuleProxy, type ProxyAnswer } from "./support/module-proxy";
import { rejection } from "./support/rejection";
import { TinyWorkshop } from "./support/tiny-workshop";

describe("tools: what cannot be built", () => {
    let workshop: TinyWorkshop;
    let proxy: ModuleProxy | undefined;

    async function withProxy(answer: (path: string) => ProxyAnswer): Promise<void> {
        proxy = await ModuleProxy.start(answer);
        workshop = await TinyWorkshop.create({ GOPROXY: proxy.url });
    }

    afterEach(async () => {
        await proxy?.stop();
        proxy = undefined;
        expect(await workshop.cachedFiles(), "left in the cache").to.deep.equal([]);
        await workshop.remove();
    });

    it("says that there is no Go, and which is needed", async () => {
        workshop = await TinyWorkshop.create({ PATH: "/nowhere" });
        await workshop.addHello("hello");
        const refused = await rejection(ensureFrom(workshop, ["hello"]));
        expect(refused.code).to.equal("go-missing");
        expect(refused.message).to.equal(
            "There is no Go on PATH. Go 1.26.0 or newer builds the tools of this project.\n" +
                "  Install it from https://go.dev/dl/, or put its bin folder on PATH, and run this again.",
        );
    });

    it("says that Go is too old", async () => {
        workshop = await TinyWorkshop.create();
        await workshop.addHello("hello");
        await workshop.write("hello/go.mod", "module hello\n\ngo 1.99.0\n");
        const refused = await rejection(ensureFrom(workshop, ["hello"]));
        expect(refused.code).to.equal("go-too-old");
        expect(refused.message).to.match(
            /^The Go on PATH is 1\.\d+\.\d+; Go 1\.99\.0 or newer builds .*\n.* GOTOOLCHAIN=auto \(it is local\)\.$/,
        );
    });

    it("says that Go could not fetch a newer Go", async () => {
        await withProxy(() => ({ status: 403, body: "not here" }));
        Object.assign(workshop.environment, { GOTOOLCHAIN: "auto" });
        await workshop.addHello("hello");
        await workshop.write("hello/go.mod", "module hello\n\ngo 1.99.0\n");
        const refused = await rejection(ensureFrom(workshop, ["hello"]));
        expect(refused.code).to.equal("go-too-old");
        expect(refused.message).to.match(/could not fetch go1\.99\.0 itself: .*403 Forbidden.*\n.*Install Go 1\.99\.0/);
    });

    it("says which module and version a registry refuses, and in which of the tools", async () => {
        await withProxy(() => ({ status: 403, body: "This module version is not available." }));
        await workshop.addWanting("wanting");
        const refused = await rejection(ensureFrom(workshop, ["wanting"]));
        expect(refused.code).to.equal("module-refused");
        expect(refused.message).to.match(
            /^127\.0\.0\.1:\d+ refuses example\.com\/wanted v1\.2\.3, which wanting is pinned to: 403 Forbidden \(This module/,
        );
        expect(refused.message).to.include(`${path.join(workshop.modules, "wanting")}/go.mod`);
    });

    it("says which module a registry refuses that a file is to be copied from", async () => {
        await withProxy(() => ({ status: 404, body: "" }));
        await workshop.addWanting("wanting");
        workshop.define("wanting", { embeds: { module: "example.com/wanted", file: "schema.json" } });
        const refused = await rejection(ensureFrom(workshop, ["wanting"]));
        expect(refused.code).to.equal("module-refused");
        expect(refused.message).to.match(/refuses example\.com\/wanted v1\.2\.3, .* 404 Not Found/);
    });

    it("says that a module is not what go.sum says", async () => {
        await withProxy((asked) =>
            asked.endsWith(".mod")
                ? { status: 200, body: "module example.com/wanted\n" }
                : { status: 403, body: "only the go.mod" },
        );
        // A module cache of its own: Go keeps what was served.
        Object.assign(workshop.environment, { GOMODCACHE: path.join(workshop.folder, "modcache") });
        await workshop.addWanting("wanting");
        const refused = await rejection(ensureFrom(workshop, ["wanting"]));
        expect(refused.code).to.equal("module-changed");
        expect(refused.message).to.include("verifying example.com/wanted@v1.2.3/go.mod: checksum mismatch");
    });

    it("says that a registry does not answer", async () => {
        workshop = await TinyWorkshop.create({ GOPROXY: "http://127.0.0.1:1" });
        await workshop.addWanting("wanting");
        const refused = await rejection(ensureFrom(workshop, ["wanting"]));
        expect(refused.code).to.equal("module-unreachable");
        expect(refused.message).to.match(/127\.0\.0\.1:1 does not answer \(dial tcp .*connection refused\)/);
    });

    it("says that GOPROXY is off", async () => {
        workshop = await TinyWorkshop.create({ GOPROXY: "off" });
        await workshop.addWanting("wanting");
        const refused = await rejection(ensureFrom(workshop, ["wanting"]));
        expect(refused.code).to.equal("module-unreachable");
        expect(refused.message).to.include("module lookup disabled by GOPROXY=off");
    });

    it("shows what the compiler said, in which folder", async () => {
        workshop = await TinyWorkshop.create();
        await workshop.addHello("hello");
        await workshop.write("hello/main.go", "package main\n\nfunc main() { undefinedName() }\n");
        const refused = await rejection(ensureFrom(workshop, ["hello"]));
        expect(refused.code).to.equal("build-failed");
        expect(refused.message).to.include(`Building hello failed in ${path.join(workshop.modules, "hello")}:\n`);
        expect(refused.message).to.include("main.go:3:15: undefined: undefinedName");
    });

    it("says that the cache cannot be written", async () => {
        workshop = await TinyWorkshop.create();
        await workshop.addHello("hello");
        await fs.writeFile(workshop.cache, "a file where a folder should be");
        const refused = await rejection(ensureFrom(workshop, ["hello"]));
        expect(refused.code).to.equal("cache-unusable");
        expect(refused.message).to.include(workshop.cache).and.include("SIGNED_IMAGES_CACHE");
        await fs.rm(workshop.cache);
    });
});

describe("tools: what the machine lacks", () => {
    // Lines as cmd/link and cmd/go print them: a full disk and a full memory are not to be had in a test.
    const failure = { tool: "pulumi", module: "tools/pulumi", ending: "exit status 1" };

    it("says that the disk is full", () => {
        const explained = explainFailure({ ...failure, lines: ["link: writing out: no space left on device"] });
        expect(explained.code).to.equal("disk-full");
    });

    for (const [who, how] of [
        ["the compiler", { lines: ["k8s.io/api: compile: signal: killed"] }],
        ["go", { lines: ["go: downloading example.com/wanted v1.2.3"], ending: "signal SIGKILL" }],
    ] as const) {
        it(`says that memory was short where ${who} was killed`, () => {
            const explained = explainFailure({ ...failure, ...how });
            expect(explained.code).to.equal("build-failed");
            expect(explained.message)
                .to.match(/killed|SIGKILL/)
                .and.include("too little memory");
        });
    }
});
