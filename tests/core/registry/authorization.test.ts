import { expect } from "chai";

import { client, closeClients, codeOf, failureOf, repositoryAt } from "./support/registry";
import { answerError, answerManifest, manifestNamed, sha256, StandIn, type Handler } from "./support/stand-in";

import type { ServerResponse } from "node:http";

const PASSWORD = "pass:wörd";
const TOKEN = "token-of-the-stand-in";
const MANIFEST = manifestNamed("private");

/** A stand-in's 401. */
function challenge(response: ServerResponse, header: string | string[]): void {
    response.setHeader("www-authenticate", header);
    answerError(response, 401, "UNAUTHORIZED", "authentication required");
}

describe("authorization", () => {
    const standIns: StandIn[] = [];

    async function standIn(handler: Handler): Promise<StandIn> {
        const started = await StandIn.start(handler);
        standIns.push(started);
        return started;
    }

    /** A registry with a token server in it, that gives everybody a token. */
    async function registryWithTokens(parameters: (host: string) => string, life = {}): Promise<StandIn> {
        const registry = await standIn((request, response) => {
            if (request.url.startsWith("/token")) {
                response.end(JSON.stringify({ token: TOKEN, ...life }));
            } else if (request.authorization === `Bearer ${TOKEN}`) {
                answerManifest(response, MANIFEST);
            } else {
                challenge(response, `Bearer ${parameters(registry.host)}`);
            }
        });
        return registry;
    }

    const own = (host: string): string => `realm="http://${host}/token",service="stand-in"`;

    afterEach(async () => {
        await closeClients();
        await Promise.all(standIns.splice(0).map((started) => started.stop()));
    });

    it("asks for one token for a repository, however many questions wait for it", async () => {
        const registry = await registryWithTokens(own);
        const reader = client();
        await Promise.all(
            Array.from({ length: 20 }, (_, tag) => reader.manifest(repositoryAt(registry.host), `v${tag}`)),
        );
        const asked = registry.received.filter(({ url }) => url.startsWith("/token"));
        expect(asked.map(({ url }) => url)).to.deep.equal([
            "/token?scope=repository%3Aacme%2Fapp%3Apull&service=stand-in",
        ]);
    });

    it("asks for a token for each repository, and does not wait to be told so again", async () => {
        const registry = await registryWithTokens(own);
        const reader = client();
        await reader.manifest(repositoryAt(registry.host, "acme/one"), "latest");
        await reader.manifest(repositoryAt(registry.host, "acme/two"), "latest");
        expect(
            registry.received.map(({ url, authorization }) => `${url.slice(0, 30)} ${authorization ?? "-"}`),
        ).to.deep.equal([
            "/v2/acme/one/manifests/latest -",
            "/token?scope=repository%3Aacme -",
            `/v2/acme/one/manifests/latest Bearer ${TOKEN}`,
            "/token?scope=repository%3Aacme -",
            `/v2/acme/two/manifests/latest Bearer ${TOKEN}`,
        ]);
    });

    it("asks for another token when the first is not taken any more", async () => {
        let valid = "first";
        const registry = await standIn((request, response) => {
            if (request.url.startsWith("/token")) {
                response.end(JSON.stringify({ access_token: valid, expires_in: 300 }));
            } else if (request.authorization === `Bearer ${valid}`) {
                answerManifest(response, MANIFEST);
            } else {
                challenge(response, `Bearer ${own(registry.host)}`);
            }
        });
        const reader = client();
        await reader.manifest(repositoryAt(registry.host), "one");
        valid = "second";
        await reader.manifest(repositoryAt(registry.host), "two");
        expect(registry.received.filter(({ url }) => url.startsWith("/token"))).to.have.length(2);
    });

    it("asks for another token when the first has lived long enough", async () => {
        const registry = await registryWithTokens(own, { expires_in: 5 });
        const reader = client();
        await reader.manifest(repositoryAt(registry.host), "one");
        await new Promise((resolve) => setTimeout(resolve, 5));
        await reader.manifest(repositoryAt(registry.host), "two");
        expect(registry.received.filter(({ url }) => url.startsWith("/token"))).to.have.length(2);
    });

    it("asks for no second token where the first suffices for less, in whatever order the registry names it", async () => {
        const registry = await standIn((request, response) => {
            if (request.url.startsWith("/token")) {
                response.end(JSON.stringify({ token: TOKEN }));
            } else {
                const scope = `scope="repository:acme/app:push,pull"`;
                const error = request.authorization === undefined ? "" : `,error="insufficient_scope"`;
                challenge(response, `Bearer ${own(registry.host)},${scope}${error}`);
            }
        });
        expect(await codeOf(client().putBlob(repositoryAt(registry.host), MANIFEST))).to.equal("unauthorized");
        const asked = registry.received.filter(({ url }) => url.startsWith("/token"));
        expect(asked.map(({ url }) => new URL(url, "http://x").searchParams.get("scope"))).to.deep.equal([
            "repository:acme/app:pull,push",
        ]);
    });

    it("keeps what one repository asks for from the others, which may ask for something else", async () => {
        const registry = await standIn((request, response) => {
            if (request.url.startsWith("/token")) {
                response.end(JSON.stringify({ token: TOKEN }));
            } else if (request.url.includes("open")) {
                answerManifest(response, MANIFEST);
            } else if (request.url.includes("nowhere")) {
                challenge(response, "Bearer");
            } else if (request.url.includes("astray")) {
                challenge(response, 'Bearer realm="https://10.0.0.1/token"');
            } else if (request.authorization === `Bearer ${TOKEN}`) {
                answerManifest(response, MANIFEST);
            } else {
                challenge(response, `Bearer ${own(registry.host)}`);
            }
        });
        const reader = client();
        const ask = (name: string): Promise<unknown> => reader.manifest(repositoryAt(registry.host, name), "latest");
        expect(await codeOf(ask("nowhere"))).to.equal("protocol-error");
        await ask("open");
        await ask("private");
        expect(await codeOf(ask("astray"))).to.equal("insecure-realm");
        await ask("private/other");
        await ask("open/other");
    });

    it("asks as if nothing were wanted where what others want cannot be had", async () => {
        let tokens = 0;
        const registry = await standIn((request, response) => {
            if (request.url.startsWith("/token")) {
                tokens++;
                if (tokens === 1) {
                    response.end(JSON.stringify({ token: TOKEN }));
                } else {
                    answerError(response, 403, "DENIED");
                }
            } else if (request.url.includes("open") || request.authorization === `Bearer ${TOKEN}`) {
                answerManifest(response, MANIFEST);
            } else {
                challenge(response, `Bearer ${own(registry.host)}`);
            }
        });
        const reader = client();
        await reader.manifest(repositoryAt(registry.host, "private"), "latest");
        await reader.manifest(repositoryAt(registry.host, "open"), "latest");
        expect(await codeOf(reader.manifest(repositoryAt(registry.host, "other"), "latest"))).to.equal("denied");
    });

    it("waits for a token with all redirects only so long", async () => {
        const registry = await standIn((request, response) => {
            if (request.url.startsWith("/token")) {
                setTimeout(() => {
                    response.writeHead(302, { location: `${request.url}x` });
                    response.end();
                }, 100);
            } else {
                challenge(response, `Bearer ${own(registry.host)}`);
            }
        });
        const reader = client({ timeouts: { responseMs: 200, exchangeMs: 250 } });
        const started = Date.now();
        expect(await codeOf(reader.manifest(repositoryAt(registry.host), "latest"))).to.equal("timeout");
        expect(Date.now() - started).to.be.below(900);
    });

    it("gives up where no token is ever taken", async () => {
        const registry = await standIn((request, response) => {
            if (request.url.startsWith("/token")) {
                response.end(JSON.stringify({ token: TOKEN }));
            } else {
                challenge(response, `Bearer ${own(registry.host)}`);
            }
        });
        const failure = await failureOf(client().manifest(repositoryAt(registry.host), "latest"));
        expect(failure).to.include({ code: "unauthorized", status: 401 });
        expect(registry.received.length).to.be.below(6);
    });

    it("sends the password to the token server alone, and quotes neither, whatever is answered", async () => {
        const registry = await standIn((request, response) => {
            if (request.url.startsWith("/token")) {
                response.end(JSON.stringify({ token: TOKEN }));
            } else if (request.authorization === undefined) {
                challenge(response, `Bearer ${own(registry.host)}`);
            } else {
                answerError(response, 403, "DENIED", `${request.authorization} is not enough`);
            }
        });
        const reader = client({ credentials: [{ for: registry.host, username: "ci", password: PASSWORD }] });
        const failure = await failureOf(reader.manifest(repositoryAt(registry.host), "latest"));
        expect(failure).to.include({ code: "denied", status: 403 });
        expect(failure.message).to.not.contain(TOKEN);
        const basic = `Basic ${Buffer.from(`ci:${PASSWORD}`).toString("base64")}`;
        expect(registry.received.map(({ authorization }) => authorization)).to.deep.equal([
            undefined,
            basic,
            `Bearer ${TOKEN}`,
        ]);
    });

    it("does not quote a token server, which could repeat the password", async () => {
        const registry = await standIn((request, response) => {
            if (request.url.startsWith("/token")) {
                answerError(response, 401, "UNAUTHORIZED", `wrong password ${PASSWORD}`);
            } else {
                challenge(response, `Bearer ${own(registry.host)}`);
            }
        });
        const reader = client({ credentials: [{ for: registry.host, username: "ci", password: PASSWORD }] });
        const failure = await failureOf(reader.manifest(repositoryAt(registry.host), "latest"));
        expect(failure.code).to.equal("unauthorized");
        expect(failure.message).to.not.contain(PASSWORD);
    });

    it("sends name and password where those are asked for", async () => {
        const registry = await standIn((request, response) => {
            const [, sent = ""] = request.authorization?.split("Basic ") ?? [];
            if (Buffer.from(sent, "base64").toString() === `ci:${PASSWORD}`) {
                answerManifest(response, MANIFEST);
            } else {
                challenge(response, ["Negotiate", 'Basic realm="a, \\"quoted\\" realm"']);
            }
        });
        const credentials = [{ for: registry.host, username: "ci", password: PASSWORD }];
        expect(await client({ credentials }).manifest(repositoryAt(registry.host), "latest")).to.include({
            digest: sha256(MANIFEST),
        });
        expect(await codeOf(client().manifest(repositoryAt(registry.host), "latest"))).to.equal("unauthorized");
    });

    it("prefers credentials for a part of the registry", async () => {
        const registry = await standIn((request, response) => {
            const [, sent = ""] = request.authorization?.split("Basic ") ?? [];
            if (Buffer.from(sent, "base64").toString() === "narrow:x") {
                answerManifest(response, MANIFEST);
            } else {
                challenge(response, 'Basic realm="x"');
            }
        });
        const credentials = [
            { for: registry.host, username: "wide", password: "x" },
            { for: `${registry.host}/acme`, username: "narrow", password: "x" },
        ];
        const reader = client({ credentials });
        await reader.manifest(repositoryAt(registry.host), "latest");
        expect(await codeOf(reader.manifest(repositoryAt(registry.host, "other/app"), "latest"))).to.equal(
            "unauthorized",
        );
    });

    it("turns an identity token into a token by POST, and by GET where there is no POST", async () => {
        for (const takesPost of [true, false]) {
            const registry = await standIn((request, response) => {
                if (request.url.startsWith("/token") && request.method === "POST" && !takesPost) {
                    answerError(response, 404, "UNSUPPORTED");
                } else if (request.url.startsWith("/token")) {
                    response.end(JSON.stringify({ token: TOKEN }));
                } else if (request.authorization === `Bearer ${TOKEN}`) {
                    answerManifest(response, MANIFEST);
                } else {
                    challenge(response, `Bearer ${own(registry.host)}`);
                }
            });
            const reader = client({ credentials: [{ for: registry.host, identityToken: "refresh" }] });
            await reader.manifest(repositoryAt(registry.host), "latest");
            const [, asked] = registry.received;
            expect(Object.fromEntries(new URLSearchParams(asked?.body))).to.deep.equal({
                grant_type: "refresh_token",
                client_id: "signed-images",
                scope: "repository:acme/app:pull",
                refresh_token: "refresh",
                service: "stand-in",
            });
        }
    });

    it("sends a registry token as it is", async () => {
        const registry = await registryWithTokens(own);
        const reader = client({ credentials: [{ for: registry.host, registryToken: TOKEN }] });
        await reader.manifest(repositoryAt(registry.host), "latest");
        expect(registry.received).to.have.length(2);
    });

    it("does not send a registry token that would be more than a token", async () => {
        const registry = await registryWithTokens(own);
        const reader = client({ credentials: [{ for: registry.host, registryToken: "x\r\nX-Evil: 1" }] });
        const failure = await failureOf(reader.manifest(repositoryAt(registry.host), "latest"));
        expect(failure.code).to.equal("credentials");
        expect(failure.message).to.not.contain("Evil");
    });

    it("takes nothing with it when a registry redirects to another place", async () => {
        const storage = await standIn((_request, response) => {
            answerManifest(response, MANIFEST);
        });
        const registry = await standIn((request, response) => {
            if (request.authorization === undefined) {
                challenge(response, 'Basic realm="x"');
            } else {
                response.writeHead(307, { location: `http://${storage.host}/stored` });
                response.end();
            }
        });
        const reader = client({ credentials: [{ for: registry.host, username: "ci", password: PASSWORD }] });
        await reader.manifest(repositoryAt(registry.host), "latest");
        expect(storage.received).to.deep.equal([{ method: "GET", url: "/stored", authorization: undefined, body: "" }]);
    });

    it("gives no credentials to the place that a registry redirects to, also where that asks for them", async () => {
        const thief = await standIn((request, response) => {
            if (request.url.startsWith("/token")) {
                response.end(JSON.stringify({ token: TOKEN }));
            } else {
                challenge(response, request.url.endsWith("basic") ? 'Basic realm="x"' : `Bearer ${own(thief.host)}`);
            }
        });
        for (const scheme of ["basic", "bearer"]) {
            const registry = await standIn((_request, response) => {
                response.writeHead(307, { location: `http://${thief.host}/${scheme}` });
                response.end();
            });
            const credentials = [registry, thief].map(({ host }) => ({
                for: host,
                username: "ci",
                password: PASSWORD,
            }));
            const question = client({ credentials }).manifest(repositoryAt(registry.host), "latest");
            expect(await codeOf(question)).to.equal("unauthorized");
        }
        expect(thief.received.filter(({ authorization }) => authorization?.startsWith("Basic"))).to.deep.equal([]);
    });

    it("sends no credentials to a realm that nobody should trust", async () => {
        const thief = await standIn((_request, response) => {
            response.end(JSON.stringify({ token: TOKEN }));
        });
        const [, port = ""] = thief.host.split(":");
        const realms = [
            `http://127.0.0.1:${port}/token`,
            `http://[::1]:${port}/token`,
            `http://thief.localhost:${port}/token`,
            "http://169.254.169.254/latest/api/token",
            "https://169.254.169.254/latest/api/token",
            "https://10.0.0.1/token",
            "https://metadata.google.internal/token",
            "file:///etc/passwd",
            "ftp://example.com/",
            "/token",
            "",
            `http://ci:x@localhost:${port}/token`,
        ];
        for (const realm of realms) {
            const registry = await standIn((_request, response) => {
                challenge(response, `Bearer realm="${realm}",service="x"`);
            });
            const credentials = [{ for: registry.host, username: "ci", password: PASSWORD }];
            const failure = await failureOf(client({ credentials }).manifest(repositoryAt(registry.host), "latest"));
            expect(failure.code, realm).to.equal("insecure-realm");
            expect(failure.message, realm).to.contain("no credentials");
        }
        expect(thief.received).to.deep.equal([]);
    });

    it("does not follow a token server to where its realm may not be", async () => {
        const registry = await standIn((request, response) => {
            if (request.url.startsWith("/token")) {
                response.writeHead(302, { location: "http://169.254.169.254/" });
                response.end();
            } else {
                challenge(response, `Bearer ${own(registry.host)}`);
            }
        });
        expect(await codeOf(client().manifest(repositoryAt(registry.host), "latest"))).to.equal("insecure-redirect");
    });

    it("names a token server's nonsense", async () => {
        for (const answer of ["", "[]", '{"token":""}', '{"token":"a\\r\\nb: c"}', "{".repeat(1000)]) {
            const registry = await standIn((request, response) => {
                if (request.url.startsWith("/token")) {
                    response.end(answer);
                } else {
                    challenge(response, `Bearer ${own(registry.host)}`);
                }
            });
            expect(await codeOf(client().manifest(repositoryAt(registry.host), "latest")), answer).to.equal(
                "protocol-error",
            );
        }
    });
});
