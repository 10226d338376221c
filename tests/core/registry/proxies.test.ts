import * as fs from "node:fs/promises";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";

import { expect } from "chai";

import { proxyFor } from "../../../core/registry/http/proxies";
import { makeAuthority } from "./support/authority";
import { client, closeClients, failureOf, repositoryAt } from "./support/registry";
import { answerManifest, manifestNamed, StandIn } from "./support/stand-in";

describe("the proxy for a registry", () => {
    const environment = { HTTPS_PROXY: "http://proxy.corp:3128", http_proxy: "plain.corp:3128" };
    const of = (url: string, more: Readonly<Record<string, string>> = {}): string | undefined =>
        proxyFor(new URL(url), { ...environment, ...more })?.href;

    it("is that of its scheme", () => {
        expect(of("https://ghcr.io")).to.equal("http://proxy.corp:3128/");
        expect(of("http://registry.local:5000")).to.equal("http://plain.corp:3128/");
        expect(proxyFor(new URL("https://ghcr.io"), { HTTP_PROXY: "http://proxy.corp:3128" })).to.equal(undefined);
    });

    it("is the one in small letters, where both are set", () => {
        expect(of("https://ghcr.io", { https_proxy: "https://small.corp" })).to.equal("https://small.corp/");
        expect(of("https://ghcr.io", { https_proxy: "" })).to.equal("http://proxy.corp:3128/");
    });

    it("is none for this machine", () => {
        for (const url of ["http://localhost:5000", "http://127.0.0.1:5000", "http://127.8.0.1", "http://[::1]:5000"]) {
            expect(of(url), url).to.equal(undefined);
        }
    });

    it("is none for what NO_PROXY names", () => {
        const cases: readonly [noProxy: string, url: string, isDirect: boolean][] = [
            ["*", "https://ghcr.io", true],
            ["example.com", "https://example.com", true],
            ["example.com", "https://registry.example.com", true],
            ["example.com", "https://badexample.com", false],
            [".example.com", "https://registry.example.com", true],
            [".example.com", "https://example.com", false],
            ["*.example.com", "https://registry.example.com", true],
            ["*.example.com", "https://example.com", false],
            ["ghcr.io, Example.COM ", "https://example.com", true],
            ["example.com:5000", "https://example.com:5000", true],
            ["example.com:5000", "https://example.com", false],
            ["example.com:443", "https://example.com", true],
            ["10.0.0.0/8", "https://10.1.2.3", true],
            ["10.0.0.0/8", "https://11.1.2.3", false],
            ["10.0.0.0/33", "https://10.1.2.3", false],
            ["10.1.2.3", "https://10.1.2.3:5000", true],
            ["10.1.2.3:5000", "https://10.1.2.3", false],
            ["fd00::/8", "https://[fd00::1]", true],
            ["fd00::1", "https://[fd00:0::1]", true],
            ["[fd00::1]:5000", "https://[fd00::1]:5000", true],
            ["[fd00::1]:5000", "https://[fd00::1]", false],
            ["1.2.3", "https://10.1.2.3", false],
            ["", "https://ghcr.io", false],
            [":443,", "https://ghcr.io", false],
        ];
        for (const [NO_PROXY, url, isDirect] of cases) {
            expect(of(url, { NO_PROXY }) === undefined, `${NO_PROXY} and ${url}`).to.equal(isDirect);
        }
    });

    it("is none where the setting cannot be read", () => {
        for (const HTTPS_PROXY of ["", "http://", "://", "ftp://proxy.corp", "a b"]) {
            expect(proxyFor(new URL("https://ghcr.io"), { HTTPS_PROXY }), HTTPS_PROXY).to.equal(undefined);
        }
    });
});

/** A stand-in for a company's proxy: real HTTP on loopback, and every name behind it is this machine. */
class ProxyStandIn {
    /** `CONNECT registry.example.com:443`, `GET http://registry.example.com/v2/…`. */
    readonly received: string[] = [];
    readonly authorizations: (string | undefined)[] = [];
    private readonly server: Server;

    private constructor(behind: number, status: number) {
        this.server = createServer((request, response) => {
            this.received.push(`${request.method ?? ""} ${request.url ?? ""}`);
            answerManifest(response, manifestNamed("plain"));
        });
        this.server.on("connect", (request, socket, head) => {
            this.received.push(`CONNECT ${request.url ?? ""}`);
            this.authorizations.push(request.headers["proxy-authorization"]);
            if (status !== 200) {
                socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
                return;
            }
            const target = connect(behind, "localhost", () => {
                socket.write("HTTP/1.1 200 OK\r\n\r\n");
                target.write(head);
                target.pipe(socket).pipe(target);
            });
            socket.on("error", () => target.destroy());
            target.on("error", () => socket.destroy());
        });
    }

    static async start(behind: number, status = 200): Promise<ProxyStandIn> {
        const proxy = new ProxyStandIn(behind, status);
        proxy.server.listen(0, "localhost");
        await once(proxy.server, "listening");
        return proxy;
    }

    get host(): string {
        return `localhost:${(this.server.address() as AddressInfo).port}`;
    }

    async stop(): Promise<void> {
        const closed = once(this.server, "close");
        this.server.close();
        this.server.closeAllConnections();
        await closed;
    }
}

describe("a registry behind a proxy", () => {
    let folder: string;
    let ca: string;
    let registry: Server;
    const proxies: ProxyStandIn[] = [];

    const proxy = async (status?: number): Promise<ProxyStandIn> => {
        const started = await ProxyStandIn.start((registry.address() as AddressInfo).port, status);
        proxies.push(started);
        return started;
    };

    before(async () => {
        folder = await fs.mkdtemp(path.join(os.tmpdir(), "signed-images-proxy-"));
        const authority = await makeAuthority(folder, "registry.example.com");
        ca = authority.ca;
        const [key, cert] = await Promise.all([fs.readFile(authority.key), fs.readFile(authority.certificate)]);
        registry = createTlsServer({ key, cert }, (request, response) => {
            answerManifest(response, manifestNamed(request.url ?? ""));
        });
        registry.listen(0, "localhost");
        await once(registry, "listening");
    });

    after(async () => {
        registry.close();
        registry.closeAllConnections();
        await fs.rm(folder, { recursive: true, force: true });
    });

    afterEach(async () => {
        await closeClients();
        await Promise.all(proxies.splice(0).map((started) => started.stop()));
    });

    it("is read through a tunnel, with the registry's own certificate checked", async () => {
        const { host, received, authorizations } = await proxy();
        const environment = { HTTPS_PROXY: `http://ci:pass%20word@${host}` };
        const reader = client({ environment, certificateAuthorities: [ca] });
        const repository = repositoryAt("registry.example.com");
        const manifests = await Promise.all(["a", "b"].map((tag) => reader.manifest(repository, tag)));
        expect(manifests.map(({ bytes }) => bytes)).to.deep.equal(
            ["a", "b"].map((tag) => manifestNamed(`/v2/acme/app/manifests/${tag}`)),
        );
        expect(new Set(received)).to.deep.equal(new Set(["CONNECT registry.example.com:443"]));
        expect(authorizations[0]).to.equal(`Basic ${Buffer.from("ci:pass word").toString("base64")}`);

        const trusting = client({ environment, retries: 0 });
        expect((await failureOf(trusting.manifest(repository, "a"))).code).to.equal("tls");
    });

    it("is asked for by the proxy itself, where it speaks plain HTTP", async () => {
        const { host, received } = await proxy();
        const environment = { HTTP_PROXY: host, HTTPS_PROXY: "http://localhost:1" };
        const reader = client({ environment, retries: 0 });
        const { bytes } = await reader.manifest(repositoryAt("10.1.2.3:5000"), "a");
        expect(bytes).to.deep.equal(manifestNamed("plain"));
        expect(received).to.deep.equal(["GET http://10.1.2.3:5000/v2/acme/app/manifests/a"]);
    });

    it("is not reached where the proxy refuses, and the error says so without the password", async () => {
        for (const status of [407, 403]) {
            const { host } = await proxy(status);
            const reader = client({ environment: { HTTPS_PROXY: `http://ci:secret@${host}` }, retries: 0 });
            const { code, message } = await failureOf(reader.manifest(repositoryAt("registry.example.com"), "a"));
            expect(code).to.equal("unreachable");
            expect(message).to.contain("the proxy gives no connection").and.not.contain("secret");
        }
    });

    it("is asked directly where NO_PROXY has it, and where it is on this machine", async () => {
        const { received, host } = await proxy();
        const near = await StandIn.start((_, response) => {
            answerManifest(response, manifestNamed("near"));
        });
        try {
            const reader = client({ environment: { HTTP_PROXY: host } });
            await reader.manifest(repositoryAt(near.host), "a");
            expect(received).to.deep.equal([]);
        } finally {
            await near.stop();
        }
    });
});
