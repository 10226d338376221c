import { gzipSync } from "node:zlib";

import { expect } from "chai";

import {
    answerError,
    answerManifest,
    INDEX_TYPE,
    MANIFEST_TYPE,
    manifestNamed,
    sha256,
    StandIn,
    type Handler,
} from "./support/stand-in";
import { closeClients, codeOf, failureOf, impatient, repositoryAt } from "./support/registry";

const MIB = 1024 * 1024;
const HONEST = manifestNamed("honest");
const DIGEST = sha256(HONEST);

describe("a registry that", () => {
    const standIns: StandIn[] = [];

    async function registryThat(handler: Handler): Promise<StandIn> {
        const standIn = await StandIn.start(handler);
        standIns.push(standIn);
        return standIn;
    }

    afterEach(async () => {
        await closeClients();
        await Promise.all(standIns.splice(0).map((standIn) => standIn.stop()));
    });

    it("is down is unreachable, and is not asked again for each image", async () => {
        const { host } = await registryThat(() => undefined);
        await standIns.splice(0)[0]?.stop();
        const reader = impatient({ retries: 2 });
        const images = Array.from({ length: 100 }, (_, index) => repositoryAt(host, `acme/${index}`));
        const codes = await Promise.all(images.map((image) => codeOf(reader.manifest(image, "latest"))));
        expect(new Set(codes)).to.deep.equal(new Set(["unreachable"]));
        // Two schemes, three times, for each of those that were under way, and for those that came while the first failed.
        expect(reader.requestCount).to.be.at.most(2 * 3 * (32 + 4));
        const later = await reader.manifest(repositoryAt(host, "acme/later"), "latest").catch(String);
        expect(later).to.include(
            `${host}/acme/later: is not asked for now, as the registry is taken as down: ${host}/acme/`,
        );
    });

    it("has a name that nobody knows is unreachable", async () => {
        expect(await codeOf(impatient().manifest(repositoryAt("registry.invalid", "acme/app"), "latest"))).to.equal(
            "unreachable",
        );
    });

    it("never answers times out, a hundred images together", async () => {
        const { host } = await registryThat(() => undefined);
        const reader = impatient();
        const started = Date.now();
        const images = Array.from({ length: 100 }, (_, index) => repositoryAt(host, `acme/${index}`));
        const codes = await Promise.all(images.map((image) => codeOf(reader.manifest(image, "latest"))));
        expect(new Set(codes)).to.deep.equal(new Set(["timeout"]));
        expect(Date.now() - started).to.be.below(2000);
    });

    it("sends a byte now and then times out", async () => {
        const { host } = await registryThat((_request, response) => {
            response.writeHead(200, { "content-type": MANIFEST_TYPE });
            const timer = setInterval(() => response.write(" "), 20);
            response.on("close", () => {
                clearInterval(timer);
            });
        });
        const failure = await failureOf(impatient().manifest(repositoryAt(host), "latest"));
        expect(failure).to.include({ code: "timeout", registry: host, repository: "acme/app" });
        expect(failure.message).to.equal(`${host}/acme/app: did not send the whole answer within 600 ms`);
    });

    it("sends another manifest than the digest's is found out", async () => {
        const { host } = await registryThat((_request, response) => {
            answerManifest(response, manifestNamed("another"));
        });
        expect(await codeOf(impatient().manifest(repositoryAt(host), DIGEST))).to.equal("digest-mismatch");
    });

    it("announces another digest for a tag than that of its bytes is found out", async () => {
        const { host } = await registryThat((_request, response) => {
            response.writeHead(200, { "content-type": MANIFEST_TYPE, "docker-content-digest": DIGEST });
            response.end(manifestNamed("another"));
        });
        const failures = await Promise.all([
            codeOf(impatient().manifest(repositoryAt(host), "latest")),
            codeOf(impatient().resolve({ ...repositoryAt(host), tag: "latest" })),
        ]);
        expect(failures).to.deep.equal(["protocol-error", "protocol-error"]);
    });

    it("says of a tag by HEAD what is not so is not asked by HEAD", async () => {
        const { host } = await registryThat(({ method }, response) => {
            answerManifest(response, method === "HEAD" ? manifestNamed("another") : HONEST);
        });
        expect(await impatient().resolve({ ...repositoryAt(host), tag: "latest" })).to.deep.equal({
            mediaType: MANIFEST_TYPE,
            digest: DIGEST,
            size: HONEST.length,
        });
    });

    it("has something under a tag that is no JSON has a digest for it, as for the webhook", async () => {
        const bytes = Buffer.from("no JSON");
        const { host } = await registryThat((_request, response) => {
            answerManifest(response, bytes);
        });
        expect(await impatient().resolve({ ...repositoryAt(host), tag: "latest" })).to.include({
            digest: sha256(bytes),
        });
    });

    it("packs its answers, though nobody asked for it, is not unpacked", async () => {
        const packed = gzipSync(Buffer.alloc(100 * MIB, " "));
        const { host } = await registryThat((_request, response) => {
            response.writeHead(200, { "content-type": MANIFEST_TYPE, "content-encoding": "gzip" });
            response.end(packed);
        });
        expect(await codeOf(impatient().manifest(repositoryAt(host), "latest"))).to.equal("protocol-error");
    });

    for (const [what, sent] of [
        ["fewer", "hell"],
        ["more", "hello, world"],
        ["other", "hullo"],
    ] as const) {
        for (const how of ["announced", "unannounced"] as const) {
            it(`sends ${what} bytes than the descriptor says, ${how}, is found out`, async () => {
                const { host } = await registryThat((_request, response) => {
                    response.writeHead(200, how === "announced" ? { "content-length": sent.length } : {});
                    response.end(sent);
                });
                const descriptor = { mediaType: "text/plain", digest: sha256(Buffer.from("hello")), size: 5 };
                expect(await codeOf(impatient().blob(repositoryAt(host), descriptor))).to.equal(
                    what === "other" ? "digest-mismatch" : "size-mismatch",
                );
            });
        }
    }

    it("ends in the middle of an answer is asked again, and is then unreachable", async () => {
        const standIn = await registryThat((_request, response) => {
            response.writeHead(200, { "content-length": HONEST.length });
            response.write(HONEST.subarray(0, 10), () => response.destroy());
        });
        const failure = await failureOf(impatient().manifest(repositoryAt(standIn.host), "latest"));
        expect(failure.code).to.equal("unreachable");
        expect(failure.message).to.contain("in the middle of the answer");
        expect(standIn.received).to.have.length(3);
    });

    it("never ends a manifest is stopped at the limit", async () => {
        let sent = 0;
        const { host } = await registryThat((_request, response) => {
            response.writeHead(200, { "content-type": MANIFEST_TYPE });
            const piece = Buffer.alloc(64 * 1024, " ");
            const send = (): void => {
                while (!response.destroyed && response.write(piece)) {
                    sent += piece.length;
                }
                sent += piece.length;
            };
            response.on("drain", send);
            send();
        });
        const before = process.memoryUsage().rss;
        const reader = impatient({ timeouts: { responseMs: 5000, exchangeMs: 5000, questionMs: 10_000 } });
        expect(await codeOf(reader.manifest(repositoryAt(host), "latest"))).to.equal("too-large");
        expect(sent).to.be.below(32 * MIB);
        expect(process.memoryUsage().rss - before).to.be.below(128 * MIB);
    });

    it("announces a manifest of 100 MB is not read", async () => {
        const { host } = await registryThat((_request, response) => {
            response.writeHead(200, { "content-type": MANIFEST_TYPE, "content-length": 100 * MIB });
            response.write("{");
        });
        const failure = await failureOf(impatient().manifest(repositoryAt(host), "latest"));
        expect(failure.code).to.equal("too-large");
        expect(failure.message).to.contain(`${4 * MIB} bytes`);
    });

    it("never ends an error is not read to its end", async () => {
        const { host } = await registryThat((_request, response) => {
            response.writeHead(403);
            const timer = setInterval(() => response.write(Buffer.alloc(256 * 1024, "x")), 1);
            response.on("close", () => {
                clearInterval(timer);
            });
        });
        expect(await codeOf(impatient().manifest(repositoryAt(host), "latest"))).to.equal("denied");
    });

    it("redirects to itself is a loop", async () => {
        const { host } = await registryThat((request, response) => {
            response.writeHead(307, { location: request.url });
            response.end();
        });
        expect(await codeOf(impatient().manifest(repositoryAt(host), "latest"))).to.equal("redirect-loop");
    });

    it("redirects ever further is left after ten redirects", async () => {
        const standIn = await registryThat((request, response) => {
            response.writeHead(302, { location: `${request.url}x` });
            response.end();
        });
        expect(await codeOf(impatient().manifest(repositoryAt(standIn.host), "latest"))).to.equal("redirect-loop");
        expect(standIn.received).to.have.length(11);
    });

    for (const location of [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.2:1/",
        "http://[::ffff:10.0.0.1]/",
        "http://2130706434/",
        "file:///etc/passwd",
        "http://name:password@example.com/",
        "http://metadata.google.internal/",
        "//",
    ]) {
        it(`redirects to ${location} is not followed`, async () => {
            const { host } = await registryThat((_request, response) => {
                response.writeHead(307, { location });
                response.end();
            });
            expect(await codeOf(impatient().manifest(repositoryAt(host), "latest"))).to.equal("insecure-redirect");
        });
    }

    it("fails once is asked again", async () => {
        const standIn = await registryThat((_request, response) => {
            if (standIn.received.length === 1) {
                answerError(response, 500, "UNKNOWN");
            } else {
                answerManifest(response, HONEST);
            }
        });
        const manifest = await impatient().manifest(repositoryAt(standIn.host), DIGEST);
        expect(manifest).to.include({ digest: DIGEST, mediaType: MANIFEST_TYPE, size: HONEST.length });
        expect(standIn.received).to.have.length(2);
    });

    it("fails for ever is left after two repetitions", async () => {
        const standIn = await registryThat((_request, response) => {
            answerError(response, 503, "UNAVAILABLE", "down for\u001b[2J repair");
        });
        const failure = await failureOf(impatient().manifest(repositoryAt(standIn.host), "latest"));
        expect(failure).to.include({ code: "server-error", status: 503 });
        expect(failure.message).to.contain("UNAVAILABLE, down for?[2J repair");
        expect(standIn.received).to.have.length(3);
    });

    it("allows no more requests is asked again after the wait that it wants", async () => {
        const times: number[] = [];
        const { host } = await registryThat((_request, response) => {
            times.push(Date.now());
            if (times.length === 1) {
                response.setHeader("retry-after", "1");
                answerError(response, 429, "TOOMANYREQUESTS");
            } else {
                answerManifest(response, HONEST);
            }
        });
        const reader = impatient({ timeouts: { responseMs: 500, exchangeMs: 500, questionMs: 5000 } });
        expect(await reader.manifest(repositoryAt(host), "latest")).to.include({ digest: DIGEST });
        expect((times[1] ?? 0) - (times[0] ?? 0)).to.be.at.least(950);
    });

    it("wants a longer wait than there is time for is not waited for, and after four images not asked for the next", async () => {
        const standIn = await registryThat((_request, response) => {
            response.setHeader("retry-after", new Date(Date.now() + 3_600_000).toUTCString());
            answerError(response, 429, "TOOMANYREQUESTS");
        });
        const reader = impatient();
        const failure = await failureOf(reader.manifest(repositoryAt(standIn.host), "latest"));
        expect(failure).to.include({ code: "rate-limited", status: 429 });
        expect(failure.retryAfterMs).to.be.within(3_500_000, 3_600_000);
        for (const name of ["two", "three", "four", "five", "six"]) {
            expect(await codeOf(reader.manifest(repositoryAt(standIn.host, `acme/${name}`), "latest"))).to.equal(
                "rate-limited",
            );
        }
        expect(standIn.received).to.have.length(4);
    });

    it("has an index of 1,000 manifests is read", async () => {
        const manifests = Array.from({ length: 1000 }, (_, index) => ({
            mediaType: MANIFEST_TYPE,
            digest: sha256(Buffer.from(String(index))),
            size: 500,
            platform: { os: "linux", architecture: `made-up-${index}` },
        }));
        const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests }));
        const { host } = await registryThat((_request, response) => {
            answerManifest(response, index, INDEX_TYPE);
        });
        const read = await impatient().manifest(repositoryAt(host), sha256(index));
        expect(read.content).to.deep.include({ manifests });
    });

    const bombs: Record<string, Buffer> = {
        "a million brackets": Buffer.alloc(MIB, "["),
        "a thousand objects in another": Buffer.from(`${'{"a":'.repeat(1000)}1${"}".repeat(1000)}`),
        "a million lists beside each other": Buffer.from(`{"layers":[${"[],".repeat(MIB)}[]]}`),
    };
    for (const [what, bytes] of Object.entries(bombs)) {
        it(`sends ${what} is not read`, async () => {
            const { host } = await registryThat((_request, response) => {
                answerManifest(response, bytes);
            });
            expect(await codeOf(impatient().manifest(repositoryAt(host), "latest"))).to.equal("too-large");
        });

        it(`sends ${what} for referrers is not read, and not called broken`, async () => {
            const { host } = await registryThat((_request, response) => {
                answerManifest(response, bytes, INDEX_TYPE);
            });
            expect(await codeOf(impatient().referrers(repositoryAt(host), DIGEST))).to.equal("too-large");
        });
    }

    const others: Record<string, Buffer> = {
        "a list": Buffer.from("[]"),
        nothing: Buffer.alloc(0),
        "half a manifest": HONEST.subarray(0, 20),
        "bytes that are no text": Buffer.from([0xff, 0xfe, 0x00]),
    };
    for (const [what, bytes] of Object.entries(others)) {
        it(`sends ${what} as a manifest sends none`, async () => {
            const { host } = await registryThat((_request, response) => {
                answerManifest(response, bytes);
            });
            expect(await codeOf(impatient().manifest(repositoryAt(host), "latest"))).to.equal("malformed");
        });
    }

    it("pages referrers without an end is left after sixteen", async () => {
        const standIn = await registryThat((_request, response) => {
            response.writeHead(200, {
                "content-type": INDEX_TYPE,
                link: `</v2/acme/app/referrers/${DIGEST}?page=${standIn.received.length}>; rel="next"`,
            });
            response.end('{"manifests":[]}');
        });
        expect(await codeOf(impatient().referrers(repositoryAt(standIn.host), DIGEST))).to.equal("too-large");
        expect(standIn.received).to.have.length(16);
    });

    it("takes its time for each page of referrers is not asked for all of them", async () => {
        const standIn = await registryThat((_request, response) => {
            response.writeHead(200, {
                "content-type": INDEX_TYPE,
                link: `</v2/acme/app/referrers/${DIGEST}?page=${standIn.received.length}>; rel="next"`,
            });
            setTimeout(() => response.end('{"manifests":[]}'), 150);
        });
        const reader = impatient({ timeouts: { responseMs: 300, exchangeMs: 300, questionMs: 400 } });
        expect(await codeOf(reader.referrers(repositoryAt(standIn.host), DIGEST))).to.equal("timeout");
        expect(standIn.received.length).to.be.below(5);
    });

    it("takes its time for everything in a repository is asked no more for that one", async () => {
        const standIn = await registryThat(({ url }, response) => {
            setTimeout(
                () => {
                    answerManifest(response, HONEST);
                },
                url.includes("slow") ? 150 : 0,
            );
        });
        const reader = impatient({ timeouts: { repositoryMs: 100 } });
        const slow = repositoryAt(standIn.host, "acme/slow");
        await reader.manifest(slow, "one");
        const failure = await failureOf(reader.manifest(slow, "two"));
        expect(failure.code).to.equal("timeout");
        expect(failure.message).to.contain("kept its readers waiting for more than 100 ms in all");
        expect(await reader.manifest(repositoryAt(standIn.host, "acme/quick"), "one")).to.include({ digest: DIGEST });
    });

    it("speaks no HTTP is named so", async () => {
        const { host } = await registryThat((_request, response) => {
            response.socket?.end("SSH-2.0-OpenSSH_9.9\r\n");
        });
        expect(await codeOf(impatient().manifest(repositoryAt(host), "latest"))).to.equal("protocol-error");
    });

    it("misbehaves in many repositories is read in the others", async () => {
        const misdeeds: Record<string, Handler> = {
            silent: () => undefined,
            "cut-off": (_request, response) => {
                response.destroy();
            },
            broken: (_request, response) => {
                answerError(response, 500, "UNKNOWN");
            },
            limited: (_request, response) => {
                response.setHeader("retry-after", "100000");
                answerError(response, 429, "TOOMANYREQUESTS");
            },
            astray: (_request, response) => {
                response.writeHead(302, { location: "http://nowhere.invalid/" });
                response.end();
            },
            nameless: (_request, response) => {
                response.setHeader("www-authenticate", "Bearer");
                answerError(response, 401, "UNAUTHORIZED");
            },
            greedy: (_request, response) => {
                response.setHeader("www-authenticate", 'Bearer realm="http://169.254.169.254/"');
                answerError(response, 401, "UNAUTHORIZED");
            },
        };
        const { host } = await registryThat((request, response) => {
            const [, misdeed = ""] = /acme\/([a-z-]+)\d*\//.exec(request.url) ?? [];
            const misbehave = misdeeds[misdeed];
            if (misbehave === undefined) {
                answerManifest(response, HONEST);
            } else {
                misbehave(request, response);
            }
        });
        // The silent one is waited for once for all; the others answer at once, on a busy machine too.
        const reader = impatient({ timeouts: { responseMs: 2000, exchangeMs: 4000, questionMs: 6000 } });
        const names = Object.keys(misdeeds).flatMap((misdeed) => Array.from({ length: 6 }, (_, i) => `${misdeed}${i}`));
        const bad = names.map((name) => codeOf(reader.manifest(repositoryAt(host, `acme/${name}`), "latest")));
        const good = Array.from({ length: 20 }, (_, index) =>
            reader.manifest(repositoryAt(host, `acme/good${index}`), "latest"),
        );
        expect(new Set((await Promise.all(good)).map(({ digest }) => digest))).to.deep.equal(new Set([DIGEST]));
        const codes = await Promise.all(bad);
        const expected = ["timeout", "unreachable", "server-error", "rate-limited", "unreachable", "protocol-error"];
        expect(codes.filter((_, index) => index % 6 === 0)).to.deep.equal([...expected, "insecure-realm"]);
    });

    it("misbehaves does not keep others from being read", async () => {
        const silent = await registryThat(() => undefined);
        const endless = await registryThat((_request, response) => {
            const timer = setInterval(() => response.write(Buffer.alloc(MIB, " ")), 1);
            response.on("close", () => {
                clearInterval(timer);
            });
        });
        const honest = await registryThat((_request, response) => {
            answerManifest(response, HONEST);
        });
        const reader = impatient({ timeouts: { responseMs: 1000, exchangeMs: 2000, questionMs: 3000 } });
        const bad = [silent, endless].map(({ host }) => codeOf(reader.manifest(repositoryAt(host), "latest")));
        const first = await Promise.race([bad[0], reader.manifest(repositoryAt(honest.host), "latest")]);
        expect(first).to.include({ digest: DIGEST });
        expect(await Promise.all(bad)).to.deep.equal(["timeout", "too-large"]);
    });
});
