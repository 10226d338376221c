import { spawn, type ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import * as os from "node:os";

import { expect } from "chai";

import { ensureTools } from "../../../tools";
import { client, closeClients, codeOf, failureOf, repositoryAt } from "./support/registry";
import { answerError, INDEX_TYPE, MANIFEST_TYPE, manifestNamed, sha256, StandIn } from "./support/stand-in";

import type { ServerResponse } from "node:http";
import type { Descriptor, RegistryClient } from "../../../core/registry";

describe("on the real registry of go-containerregistry", function () {
    this.timeout(60_000);

    let process: ChildProcess;
    let host: string;

    before(async function () {
        // Where it is not there yet, it is built.
        this.timeout(1_800_000);
        const { crane } = await ensureTools(["crane"]);
        process = spawn(crane, ["registry", "serve", "--address", "localhost:0"], {
            cwd: os.tmpdir(),
            env: {},
            stdio: ["ignore", "ignore", "pipe"],
        });
        let log = "";
        process.stderr?.on("data", (piece: Buffer) => {
            log += piece.toString();
        });
        while (!/port \d+/.test(log)) {
            await once(process.stderr ?? process, "data");
        }
        host = `localhost:${/port (\d+)/.exec(log)?.[1] ?? ""}`;
    });

    after(async () => {
        const exited = once(process, "exit");
        process.kill("SIGKILL");
        await exited;
    });

    afterEach(closeClients);

    async function push(repository: string, tag: string): Promise<string> {
        const bytes = manifestNamed(`${repository}:${tag}`);
        const pushed = await client().putManifest(repositoryAt(host, repository), tag, MANIFEST_TYPE, bytes);
        expect(pushed).to.deep.equal({ mediaType: MANIFEST_TYPE, digest: sha256(bytes), size: bytes.length });
        return pushed.digest;
    }

    it("asks once for each digest, each blob and each tag", async () => {
        const digest = await push("once", "v1");
        const writer = client();
        const name = repositoryAt(host, "once");
        const blob = await writer.putBlob(name, Buffer.from("payload"));
        const reader = client();
        for (let turn = 0; turn < 3; turn++) {
            await Promise.all([
                reader.resolve({ ...name, tag: "v1" }),
                reader.manifest(name, digest),
                reader.manifest(name, digest),
                reader.blob(name, blob),
                codeOf(reader.manifest(name, "missing")),
                reader.referrers(name, digest),
            ]);
        }
        // It has no referrers API, so that is one more for the fallback tag.
        expect(reader.requestCount).to.equal(6);
    });

    it("reads what it wrote, and not what was there before", async () => {
        const name = repositoryAt(host, "moved");
        const one = client();
        expect(await codeOf(one.manifest(name, "v1"))).to.equal("not-found");
        const bytes = manifestNamed("new");
        await one.putManifest(name, "v1", MANIFEST_TYPE, bytes);
        expect(await one.manifest(name, "v1")).to.include({ digest: sha256(bytes) });
    });

    describe("given a manifest with a subject, for which it has no API", () => {
        const artifact = (name: string, subject: string, more: object): Buffer =>
            Buffer.from(
                JSON.stringify({
                    ...(JSON.parse(manifestNamed(name).toString()) as object),
                    subject: { mediaType: MANIFEST_TYPE, digest: subject, size: 1 },
                    ...more,
                }),
            );
        const store = (writer: RegistryClient, repository: string, bytes: Buffer): Promise<Descriptor> =>
            writer.putManifest(repositoryAt(host, repository), sha256(bytes), MANIFEST_TYPE, bytes);

        it("lists it under the fallback tag, beside what is there, with its type and its annotations", async () => {
            const subject = await push("attached", "v1");
            const writer = client();
            const name = repositoryAt(host, "attached");
            expect(await writer.referrers(name, subject)).to.deep.equal([]);
            const one = artifact("one", subject, { artifactType: "application/vnd.test.one" });
            const two = artifact("two", subject, { config: { mediaType: "application/vnd.test.two" } });
            await store(writer, "attached", one);
            await store(writer, "attached", two);
            const listed = (name: string, bytes: Buffer) => ({
                mediaType: MANIFEST_TYPE,
                digest: sha256(bytes),
                size: bytes.length,
                artifactType: `application/vnd.test.${name}`,
                annotations: { name },
            });
            expect(await writer.referrers(name, subject)).to.deep.equal([listed("one", one), listed("two", two)]);
            const { mediaType } = await client().manifest(name, subject.replace(":", "-"));
            expect(mediaType).to.equal(INDEX_TYPE);
        });

        it("lists it once, and loses none of those that are stored together", async () => {
            const subject = await push("together", "v1");
            const writer = client();
            const artifacts = Array.from({ length: 20 }, (_, index) => artifact(`${index}`, subject, {}));
            await Promise.all([...artifacts, ...artifacts].map((bytes) => store(writer, "together", bytes)));
            const found = await client().referrers(repositoryAt(host, "together"), subject);
            expect(found.map(({ digest }) => digest)).to.have.members(artifacts.map(sha256));
        });

        it("leaves alone what is no list", async () => {
            const subject = await push("taken", "v1");
            const tag = subject.replace(":", "-");
            await push("taken", tag);
            expect(await codeOf(store(client(), "taken", artifact("one", subject, {})))).to.equal("malformed");
            const { bytes } = await client().manifest(repositoryAt(host, "taken"), tag);
            expect(bytes).to.deep.equal(manifestNamed(`taken:${tag}`));
        });
    });

    it("resolves a tag of an index to the index", async () => {
        const manifests = [{ mediaType: MANIFEST_TYPE, digest: await push("multi", "amd64"), size: 1 }];
        const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests }));
        const name = repositoryAt(host, "multi");
        await client().putManifest(name, "latest", INDEX_TYPE, bytes);
        const expected = { mediaType: INDEX_TYPE, digest: sha256(bytes), size: bytes.length };
        expect(await client().resolve({ ...name, tag: "latest" })).to.deep.equal(expected);
        expect(await client().resolve({ ...name, digest: expected.digest })).to.deep.equal(expected);
        expect(await client().resolve(name)).to.deep.equal(expected);
    });

    it("keeps connections, of which there are as many as may be in flight", async () => {
        const digests = await Promise.all(Array.from({ length: 50 }, (_, index) => push("many", `v${index}`)));
        const reader = client({ concurrency: 8 });
        const read = await Promise.all(digests.map((digest) => reader.manifest(repositoryAt(host, "many"), digest)));
        expect(read.map(({ digest }) => digest)).to.deep.equal(digests);
        expect(reader.requestCount).to.equal(50);
    });

    it("sends what waits before it works on answers that come together", async () => {
        const held: ServerResponse[] = [];
        const atOnce = 8;
        const registry = await StandIn.start((_request, response) => {
            held.push(response);
            if (held.length % atOnce === 0) {
                held.splice(0).forEach((waiting) => waiting.writeHead(404).end());
            }
        });
        const sentBefore: number[] = [];
        let sent = 0;
        const count = (): void => {
            sent++;
        };
        subscribe("undici:client:sendHeaders", count);
        const reader = client({ concurrency: atOnce });
        await Promise.all(
            Array.from({ length: 2 * atOnce }, async (_, index) => {
                await failureOf(reader.manifest(repositoryAt(registry.host, "held"), `v${index}`));
                sentBefore.push(sent);
            }),
        );
        unsubscribe("undici:client:sendHeaders", count);
        await registry.stop();
        expect(sentBefore).to.deep.equal(Array.from(sentBefore, () => 2 * atOnce));
    });

    it("reads from a mirror first, and from the registry what the mirror has not, or lies about", async () => {
        const digest = await push("mirrored", "v1");
        const liar = await StandIn.start((_request, response) => {
            response.writeHead(200, { "content-type": MANIFEST_TYPE });
            response.end(manifestNamed("another"));
        });
        const down = "localhost:1";
        const name = { registry: "localhost:2", repository: "mirrored" };
        const reader = client({ mirrors: { "localhost:2": [down, liar.host, `${host}/`] } });
        expect(await reader.manifest(name, digest)).to.include({ digest });
        expect(liar.received).to.have.length(1);
        const failure = await failureOf(client({ mirrors: { "localhost:2": [down] } }).manifest(name, digest));
        expect(failure).to.include({ code: "unreachable", registry: "localhost:2" });
        await liar.stop();
    });

    it("refuses to store under another digest, and to read what is no digest", async () => {
        const name = repositoryAt(host, "refused");
        const other = sha256(Buffer.from("other"));
        expect(await codeOf(client().putManifest(name, other, MANIFEST_TYPE, manifestNamed("x")))).to.equal(
            "digest-mismatch",
        );
        const descriptor = { mediaType: "a/b", digest: "sha256:../../..", size: 1 };
        expect(await codeOf(client().blob(name, descriptor))).to.equal("malformed");
        expect(await codeOf(client().blob(name, { ...descriptor, digest: other, size: 2 ** 40 }))).to.equal(
            "too-large",
        );
        expect(await codeOf(client().referrers(name, "../x"))).to.equal("malformed");
        for (const reference of ["../../other/manifests/x", "..", ".", "", "a?b", "a#b", "a/b"]) {
            expect(await codeOf(client().manifest(name, reference)), reference).to.equal("malformed");
        }
        for (const repository of ["acme/../other", "../x", "acme/./x", "a?b", "a#b", "a%2f..", "a b", "", "a\\b"]) {
            expect(await codeOf(client().manifest({ ...name, repository }, "v1")), repository).to.equal("malformed");
        }
        for (const registry of ["localhost:x", "", "a b", "localhost:1/x"]) {
            expect(await codeOf(client().manifest({ registry, repository: "a/b" }, "v1")), registry).to.equal(
                "malformed",
            );
        }
    });

    it("says that it is closed", async () => {
        const closed = client();
        await closed.close();
        expect(await codeOf(closed.manifest(repositoryAt(host, "many"), "v1"))).to.equal("closed");
    });
});

describe("a registry with a referrers API, played by a stand-in", () => {
    const digest = sha256(Buffer.from("image"));
    const descriptors = ["one", "two", "three"].map((name) => ({
        mediaType: MANIFEST_TYPE,
        digest: sha256(Buffer.from(name)),
        size: 3,
        artifactType: name === "two" ? "application/vnd.other" : "application/vnd.test",
    }));

    afterEach(closeClients);

    it("is asked page after page, and for a type, which it need not heed", async () => {
        const registry = await StandIn.start((request, response) => {
            const page = new URL(request.url, "http://x").searchParams.get("page");
            const path = `/v2/acme/app/referrers/${digest}`;
            response.writeHead(200, {
                "content-type": INDEX_TYPE,
                ...(page === null && { link: `<${path}?page=2>; rel="next"` }),
            });
            const manifests = page === null ? descriptors.slice(0, 2) : descriptors.slice(2);
            response.end(JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests }));
        });
        const reader = client();
        expect(await reader.referrers(repositoryAt(registry.host), digest)).to.deep.equal(descriptors);
        expect(await reader.referrers(repositoryAt(registry.host), digest, "application/vnd.test")).to.deep.equal([
            descriptors[0],
            descriptors[2],
        ]);
        expect(registry.received[2]?.url).to.equal(
            `/v2/acme/app/referrers/${digest}?artifactType=application%2Fvnd.test`,
        );
        await registry.stop();
    });

    it("is asked after a mirror that lists none, which may keep none", async () => {
        const list = (manifests: unknown) => (_request: unknown, response: ServerResponse) => {
            response.writeHead(200, { "content-type": INDEX_TYPE });
            response.end(JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests }));
        };
        const [mirror, registry] = await Promise.all([StandIn.start(list([])), StandIn.start(list(descriptors))]);
        const reader = client({ mirrors: { [registry.host]: [mirror.host] } });
        expect(await reader.referrers(repositoryAt(registry.host), digest)).to.deep.equal(descriptors);
        expect(mirror.received).to.have.length(1);
        await Promise.all([mirror.stop(), registry.stop()]);
    });

    it("may lack it for one repository, and is asked again for the next", async () => {
        const registry = await StandIn.start((request, response) => {
            if (request.url.startsWith("/v2/acme/two/referrers/")) {
                response.writeHead(200, { "content-type": INDEX_TYPE });
                response.end(JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: descriptors }));
            } else {
                answerError(response, request.url.includes("referrers") ? 405 : 404, "UNSUPPORTED");
            }
        });
        const reader = client();
        const one = repositoryAt(registry.host, "acme/one");
        expect(await reader.referrers(one, digest)).to.deep.equal([]);
        expect(await reader.referrers(one, sha256(Buffer.from("other")))).to.deep.equal([]);
        // The API once, and the fallback tag of each digest.
        expect(registry.received).to.have.length(3);
        expect(await reader.referrers(repositoryAt(registry.host, "acme/two"), digest)).to.deep.equal(descriptors);
        await registry.stop();
    });
});
