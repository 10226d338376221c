import { expect } from "chai";
import fc from "fast-check";

import { AnswerCache } from "../../../core/registry/answer-cache";
import { chooseChallenge, parseChallenges } from "../../../core/registry/auth/challenge";
import { descriptorOf } from "../../../core/registry/descriptors";
import { hasDigest, isDigest } from "../../../core/registry/digest";
import { RegistryError } from "../../../core/registry/errors";
import { isInternalHost } from "../../../core/registry/http/addresses";
import { GrowingBuffer } from "../../../core/registry/http/growing-buffer";
import { Limiter } from "../../../core/registry/http/limiter";
import { retryAfterMs } from "../../../core/registry/http/retry";
import { schemesOf } from "../../../core/registry/http/schemes";
import { parseObject } from "../../../core/registry/json";
import { mirrorsOf } from "../../../core/registry/mirrors";
import { settingsOf } from "../../../core/registry/settings";

describe("plain HTTP", () => {
    it("is tried first on the ports of this machine", () => {
        for (const registry of ["localhost:5000", "127.0.0.1:5000", "[::1]:5000", "registry.localhost:5000"]) {
            expect(schemesOf(registry), registry).to.deep.equal(["http", "https"]);
        }
    });

    it("is tried after HTTPS where go-containerregistry allows it otherwise", () => {
        for (const registry of [
            ...["10.1.2.3", "10.1.2.3:5000", "172.16.0.1:5000", "192.168.1.1:5000", "registry.local:5000"],
            ...["127.0.0.1", "localhost:443", "registry.localhost"],
        ]) {
            expect(schemesOf(registry), registry).to.deep.equal(["https", "http"]);
        }
    });

    it("is never tried elsewhere", () => {
        for (const registry of [
            ...[
                "ghcr.io",
                "index.docker.io",
                "example.com:80",
                "localhost",
                "127.0.0.1.example.com",
                "localhost.example",
            ],
            ...[
                "172.32.0.1:5000",
                "11.0.0.1",
                "169.254.169.254",
                "notlocal:5000",
                "registry.internal:5000",
                "[fd00::1]:5000",
                "10.0.1",
                "0x7f.1:5000",
                "2130706433:5000",
            ],
        ]) {
            expect(schemesOf(registry), registry).to.deep.equal(["https"]);
        }
    });
});

describe("internal addresses", () => {
    const hostOf = (address: string): string => new URL(`http://${address}/`).hostname;

    it("are known in every form that a URL takes", () => {
        for (const address of [
            ...[
                "127.0.0.1",
                "127.1",
                "2130706433",
                "0x7f000001",
                "0177.0.0.1",
                "10.0.0.1",
                "172.31.255.255",
                "192.168.0.1",
            ],
            ...["169.254.169.254", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[fe80::1]"],
            ...["[fd00:ec2::254]", "metadata.google.internal", "metadata.google.internal.", "100.100.100.200"],
        ]) {
            expect(isInternalHost(hostOf(address)), address).to.equal(true);
        }
    });

    it("are no others", () => {
        for (const address of ["8.8.8.8", "172.32.0.1", "192.169.0.1", "[2001:db8::1]", "ghcr.io", "localhost"]) {
            expect(isInternalHost(hostOf(address)), address).to.equal(false);
        }
    });
});

describe("a challenge", () => {
    it("has parameters, quoted or not, in any order and case", () => {
        expect(parseChallenges('bearer Service=x , realm="https://a/?b=\\"c\\",d"')).to.deep.equal([
            { scheme: "bearer", parameters: { service: "x", realm: 'https://a/?b="c",d' } },
        ]);
    });

    it("may be one of several, of which a token's is answered", () => {
        const header = 'Negotiate, Basic realm="b", Bearer realm="t",scope="repository:a/b:pull,push"';
        const challenges = parseChallenges(header);
        expect(challenges.map(({ scheme }) => scheme)).to.deep.equal(["negotiate", "basic", "bearer"]);
        expect(chooseChallenge(challenges)?.parameters).to.deep.equal({
            realm: "t",
            scope: "repository:a/b:pull,push",
        });
        expect(chooseChallenge(parseChallenges(["Digest x=1", 'Basic realm="b"']))?.scheme).to.equal("basic");
        expect(chooseChallenge(parseChallenges("Negotiate"))).to.equal(undefined);
    });

    it("may be anything, and takes no time to read", () => {
        fc.assert(
            fc.property(fc.string({ maxLength: 200 }), (header) => {
                expect(parseChallenges(header)).to.be.an("array");
            }),
        );
        const started = Date.now();
        for (const hostile of [
            'Bearer realm="' + "\\".repeat(16_000),
            "a ".repeat(8000),
            "a=".repeat(8000),
            " ".repeat(16_000),
        ]) {
            parseChallenges(hostile);
        }
        expect(Date.now() - started).to.be.below(500);
    });
});

describe("what a registry sends", () => {
    it("is a digest of one of three algorithms", () => {
        expect(isDigest(`sha256:${"a".repeat(64)}`)).to.equal(true);
        expect(isDigest(`sha512:${"a".repeat(128)}`)).to.equal(true);
        for (const none of [
            "",
            "sha256:",
            `sha256:${"A".repeat(64)}`,
            `md5:${"a".repeat(32)}`,
            `sha512:${"a".repeat(64)}`,
        ]) {
            expect(isDigest(none), none).to.equal(false);
            expect(hasDigest(Buffer.alloc(0), none), none).to.equal(false);
        }
    });

    it("is a descriptor only with a type, a digest and a size", () => {
        const digest = `sha256:${"a".repeat(64)}`;
        const whole = {
            mediaType: "a/b",
            digest,
            size: 1,
            annotations: { a: "b" },
            platform: { os: "l", architecture: "a" },
        };
        expect(descriptorOf(whole)).to.deep.equal(whole);
        expect(descriptorOf({ ...whole, annotations: { a: "b", c: 1 }, platform: [] })).to.deep.equal({
            mediaType: "a/b",
            digest,
            size: 1,
            annotations: { a: "b" },
        });
        for (const part of [{ digest: "x" }, { size: -1 }, { size: "1" }, { size: 1.5 }, { mediaType: 1 }]) {
            expect(descriptorOf({ ...whole, ...part })).to.equal(undefined);
        }
        expect(descriptorOf(null)).to.equal(undefined);
    });

    it("is JSON as deep as a manifest, and quoted brackets are no depth", () => {
        const text = { text: "[{".repeat(1000), escaped: '"[\\' };
        expect(parseObject(Buffer.from(JSON.stringify(text)))).to.deep.equal(text);
        expect(parseObject(Buffer.from(`{"a":${"[".repeat(31)}${"]".repeat(31)}}`))).to.be.an("object");
        expect(parseObject(Buffer.from(`{"a":${"[".repeat(32)}${"]".repeat(32)}}`))).to.equal(undefined);
    });

    it("is collected whatever its pieces are", () => {
        fc.assert(
            fc.property(fc.array(fc.uint8Array({ maxLength: 40_000 }), { maxLength: 10 }), (pieces) => {
                const buffer = new GrowingBuffer();
                pieces.forEach((piece) => {
                    buffer.append(Buffer.from(piece));
                });
                expect(buffer.bytes().equals(Buffer.concat(pieces))).to.equal(true);
            }),
            { numRuns: 20 },
        );
    });

    it("is a wait in seconds or until a date", () => {
        expect(retryAfterMs("2")).to.equal(2000);
        expect(retryAfterMs(new Date(Date.now() + 10_000).toUTCString())).to.be.within(8000, 10_000);
        expect(retryAfterMs(new Date(0).toUTCString())).to.equal(0);
        expect(retryAfterMs("soon")).to.equal(undefined);
        expect(retryAfterMs(undefined)).to.equal(undefined);
    });
});

describe("the limiter", () => {
    it("runs so many at a time, in order, also after a failure", async () => {
        const limiter = new Limiter(3);
        const started: number[] = [];
        let running = 0;
        let most = 0;
        const work = Array.from({ length: 20 }, (_, index) =>
            limiter
                .run(async () => {
                    started.push(index);
                    most = Math.max(most, ++running);
                    await new Promise((resolve) => setImmediate(resolve));
                    running--;
                    if (index % 2 === 0) {
                        throw new Error("even");
                    }
                })
                .catch(() => undefined),
        );
        await Promise.all(work);
        expect(most).to.equal(3);
        expect(started).to.deep.equal(Array.from({ length: 20 }, (_, index) => index));
    });
});

describe("the cache", () => {
    const missing = new RegistryError("gone", { code: "not-found", registry: "r" });
    const down = new RegistryError("down", { code: "unreachable", registry: "r" });

    /** How often two questions in a row are asked. */
    async function asked(answer: () => Promise<string>): Promise<number> {
        const cache = new AnswerCache(100);
        let times = 0;
        for (let turn = 0; turn < 2; turn++) {
            await cache
                .get(
                    ["q"],
                    (text: string) => text.length,
                    () => {
                        times++;
                        return answer();
                    },
                )
                .catch(() => undefined);
        }
        return times;
    }

    it("keeps answers, and that there is none", async () => {
        expect(await asked(() => Promise.resolve("answer"))).to.equal(1);
        expect(await asked(() => Promise.reject(missing))).to.equal(1);
    });

    it("keeps no other failure, and nothing that is larger than it", async () => {
        expect(await asked(() => Promise.reject(down))).to.equal(2);
        expect(await asked(() => Promise.resolve("x".repeat(101)))).to.equal(2);
    });

    it("asks once for those who ask together", async () => {
        const cache = new AnswerCache(100);
        const ask = (): Promise<object> => Promise.resolve({});
        const [one, two] = await Promise.all([cache.get(["q"], () => 1, ask), cache.get(["q"], () => 1, ask)]);
        expect(one).to.equal(two);
    });

    it("forgets the oldest first", async () => {
        const cache = new AnswerCache(100);
        const questions: string[] = [];
        const ask = (name: string): Promise<string> =>
            cache.get(
                [name],
                () => 40,
                () => {
                    questions.push(name);
                    return Promise.resolve(name);
                },
            );
        for (const name of ["a", "b", "c", "b", "c", "a"]) {
            await ask(name);
        }
        expect(questions).to.deep.equal(["a", "b", "c", "a"]);
    });

    it("forgets what is told, and not what begins alike", async () => {
        const cache = new AnswerCache(100);
        let times = 0;
        const ask = (repository: string): Promise<number> =>
            cache.get(
                ["r", repository, "manifest", "v1"],
                () => 1,
                () => Promise.resolve(++times),
            );
        await ask("acme/app");
        await ask("acme/app2");
        cache.forgetAll(["r", "acme/app"]);
        expect(await ask("acme/app2")).to.equal(2);
        expect(await ask("acme/app")).to.equal(3);
    });
});

describe("mirrors", () => {
    it("keep a repository below their own path", () => {
        const mirrors = { "index.docker.io": ["mirror.example.com/hub/", "localhost:5000"] };
        expect(mirrorsOf({ registry: "index.docker.io", repository: "library/nginx" }, mirrors)).to.deep.equal([
            { registry: "mirror.example.com", repository: "hub/library/nginx" },
            { registry: "localhost:5000", repository: "library/nginx" },
        ]);
        expect(mirrorsOf({ registry: "ghcr.io", repository: "a/b" }, mirrors)).to.deep.equal([]);
    });

    it("of Docker Hub are found by the name that people write", () => {
        const { mirrors } = settingsOf({ mirrors: { "docker.io": ["a.example"], "index.docker.io": ["b.example"] } });
        expect(mirrors).to.deep.equal({ "index.docker.io": ["a.example", "b.example"] });
    });
});
