import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";

import { expect } from "chai";

import { ensureTools } from "../../../tools";
import { makeAuthority, type TestAuthority } from "./support/authority";
import {
    HTPASSWD,
    PASSWORD,
    startDistribution,
    USER,
    type Distribution,
    type DistributionSettings,
} from "./support/distribution";
import { client, closeClients, codeOf, failureOf, repositoryAt } from "./support/registry";
import { MANIFEST_TYPE, sha256 } from "./support/stand-in";
import { startTokenServer, type TokenServer } from "./support/token-server";

import type { Descriptor, RegistryClient, RepositoryName } from "../../../core/registry";

const EMPTY = Buffer.from("{}");

/** Pushes an artifact, as a signature is one. */
async function pushTo(
    writer: RegistryClient,
    repository: RepositoryName,
    tag: string,
    subject?: Descriptor,
): Promise<Descriptor> {
    const config = { ...(await writer.putBlob(repository, EMPTY)), mediaType: "application/vnd.oci.empty.v1+json" };
    const layer = await writer.putBlob(repository, Buffer.from(`what ${tag} holds`));
    const manifest = {
        schemaVersion: 2,
        mediaType: MANIFEST_TYPE,
        artifactType: "application/vnd.test",
        config,
        layers: [layer],
        ...(subject && { subject }),
    };
    return writer.putManifest(repository, tag, MANIFEST_TYPE, Buffer.from(JSON.stringify(manifest)));
}

describe("the real distribution registry", function () {
    this.timeout(60_000);

    let folder: string;
    let authority: TestAuthority;
    let tokenServer: TokenServer;
    const running: Distribution[] = [];

    before(async function () {
        // Where it is not there yet, it is built.
        this.timeout(1_800_000);
        await ensureTools(["distribution"]);
        folder = await fs.mkdtemp(path.join(os.tmpdir(), "signed-images-distribution-"));
        authority = await makeAuthority(folder);
        tokenServer = await startTokenServer(PASSWORD);
    });

    after(async () => {
        await tokenServer.standIn.stop();
        await fs.rm(folder, { recursive: true, force: true });
    });

    afterEach(async () => {
        await closeClients();
        await Promise.all(running.splice(0).map((registry) => registry.stop()));
    });

    async function distribution(name: string, settings: DistributionSettings): Promise<string> {
        const registry = await startDistribution(path.join(folder, name), settings);
        running.push(registry);
        return registry.host;
    }

    async function file(name: string, content: string): Promise<string> {
        await fs.writeFile(path.join(folder, name), content);
        return path.join(folder, name);
    }

    it("speaks TLS on a port of this machine, with an authority that is given", async () => {
        const host = await distribution("tls", { tls: authority });
        const repository = repositoryAt(host);
        const trusting = client({ certificateAuthorities: [authority.ca] });
        const pushed = await pushTo(trusting, repository, "v1");
        const reader = client({ certificateAuthorities: [authority.ca] });
        expect(await reader.resolve({ ...repository, tag: "v1" })).to.deep.equal(pushed);
        const { content, bytes } = await reader.manifest(repository, pushed.digest);
        expect(sha256(bytes)).to.equal(pushed.digest);
        expect(content).to.have.property("artifactType", "application/vnd.test");
    });

    it("is refused where its authority is not trusted", async () => {
        const host = await distribution("untrusted", { tls: authority });
        const failure = await failureOf(client().manifest(repositoryAt(host), "v1"));
        expect(failure.code).to.equal("tls");
        expect(failure.message).to.match(/no trusted TLS \([A-Z_]+\)/);
    });

    it("lets those in who are in its file of users", async () => {
        const auth = { htpasswd: { realm: "test", path: await file("htpasswd", HTPASSWD) } };
        const host = await distribution("users", { tls: authority, auth });
        const options = { certificateAuthorities: [authority.ca] };
        const repository = repositoryAt(host);
        const known = client({ ...options, credentials: [{ for: host, username: USER, password: PASSWORD }] });
        const pushed = await pushTo(known, repository, "v1");
        expect(await known.resolve({ ...repository, tag: "v1" })).to.deep.equal(pushed);
        const wrong = client({ ...options, credentials: [{ for: host, username: USER, password: "wrong" }] });
        expect(await codeOf(wrong.manifest(repository, "v1"))).to.equal("unauthorized");
        expect(await codeOf(client(options).manifest(repository, "v1"))).to.equal("unauthorized");
    });

    it("takes tokens, one for each repository and what is to be done there", async () => {
        const auth = tokenServer.authWith(await file("jwks.json", tokenServer.jwks));
        const host = await distribution("tokens", { auth });
        const repository = repositoryAt(host, "public/app");
        const writer = client({ credentials: [{ for: host, username: USER, password: PASSWORD }] });
        const pushed = await pushTo(writer, repository, "v1");
        tokenServer.standIn.received.length = 0;

        const anonymous = client();
        expect(await anonymous.resolve({ ...repository, tag: "v1" })).to.deep.equal(pushed);
        expect(await anonymous.manifest(repository, pushed.digest)).to.include({ digest: pushed.digest });
        expect(await codeOf(anonymous.manifest(repositoryAt(host, "private/app"), "v1"))).to.equal("unauthorized");
        expect(await codeOf(anonymous.putBlob(repository, Buffer.from("new")))).to.equal("unauthorized");
        const scopes = tokenServer.standIn.received.map(({ url }) =>
            new URL(url, "http://x").searchParams.get("scope"),
        );
        expect(scopes).to.deep.equal([
            "repository:public/app:pull",
            "repository:private/app:pull",
            "repository:public/app:pull,push",
        ]);
    });

    it("takes nothing while it is read-only", async () => {
        const host = await distribution("read-only", { readonly: true });
        const failure = await failureOf(client().putBlob(repositoryAt(host), EMPTY));
        expect(failure).to.include({ code: "unsupported", status: 405 });
    });

    it("says what it does not have", async () => {
        const host = await distribution("empty", {});
        const missing = await failureOf(client().resolve({ ...repositoryAt(host), tag: "v1" }));
        expect(missing).to.include({ code: "not-found", status: 404 });
        expect(missing.message).to.equal(
            `${host}/acme/app: does not have the manifest v1 (status 404: MANIFEST_UNKNOWN, manifest unknown)`,
        );
    });

    it("has no referrers API, and is asked for it once", async () => {
        const host = await distribution("referrers", {});
        const writer = client();
        const repository = repositoryAt(host);
        const image = await pushTo(writer, repository, "v1");
        const attached = await pushTo(writer, repository, "attached", image);
        const index = {
            schemaVersion: 2,
            mediaType: "application/vnd.oci.image.index.v1+json",
            manifests: [
                { ...attached, artifactType: "application/vnd.test" },
                { ...attached, artifactType: "application/vnd.other" },
                attached,
            ],
        };
        const tag = image.digest.replace(":", "-");
        await writer.putManifest(repository, tag, index.mediaType, Buffer.from(JSON.stringify(index)));
        const reader = client();
        expect(await reader.referrers(repository, image.digest, "application/vnd.test")).to.deep.equal([
            index.manifests[0],
            index.manifests[2],
        ]);
        const before = reader.requestCount;
        expect(await reader.referrers(repository, attached.digest)).to.deep.equal([]);
        expect(reader.requestCount - before).to.equal(1);
    });
});
