import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";

import { expect } from "chai";

import { Keychain } from "../../../core/registry/credentials/keychain";
import { failureOf, repositoryAt } from "./support/registry";

import type { Credential } from "../../../core/registry";

const SECRET = "never-to-be-quoted";
const AUTH = Buffer.from(`ci:${SECRET}`).toString("base64");
const HUB = repositoryAt("index.docker.io", "library/nginx");

describe("credentials", () => {
    let home: string;
    let environment: Record<string, string>;

    beforeEach(async () => {
        home = await fs.mkdtemp(path.join(os.tmpdir(), "signed-images-credentials-"));
        environment = { HOME: home, PATH: `${home}:${process.env.PATH ?? ""}` };
    });

    afterEach(() => fs.rm(home, { recursive: true, force: true }));

    async function write(file: string, content: unknown): Promise<string> {
        const target = path.join(home, file);
        await fs.mkdir(path.dirname(target), { recursive: true });
        await fs.writeFile(target, typeof content === "string" ? content : JSON.stringify(content));
        return target;
    }

    /** A real program as docker, ECR and GCR install them, found on the PATH. */
    async function helper(name: string, script: string): Promise<void> {
        await fs.chmod(await write(`docker-credential-${name}`, `#!/bin/sh\n${script}\n`), 0o700);
    }

    function keychain(credentials: readonly Credential[] = []): Keychain {
        return new Keychain({ credentials, environment, helperMs: 2000 });
    }

    const userOf = async (registry = "ghcr.io", repository = "acme/app"): Promise<string | undefined> =>
        (await keychain().find(repositoryAt(registry, repository)))?.username;

    it("are none where there is nothing", async () => {
        expect(await keychain().find(repositoryAt("ghcr.io"))).to.equal(undefined);
    });

    it("come from ~/.docker/config.json, as auth or as name and password", async () => {
        await write(".docker/config.json", {
            auths: { "ghcr.io": { auth: AUTH }, "quay.io": { username: "me", password: SECRET }, "empty.example": {} },
        });
        expect(await keychain().find(repositoryAt("ghcr.io"))).to.include({ username: "ci", password: SECRET });
        expect(await keychain().find(repositoryAt("quay.io"))).to.include({ username: "me", password: SECRET });
        expect(await userOf("empty.example")).to.equal(undefined);
        expect(await userOf("other.example")).to.equal(undefined);
    });

    it("come from DOCKER_CONFIG rather than from the home", async () => {
        await write(".docker/config.json", { auths: { "ghcr.io": { username: "home", password: SECRET } } });
        await write("elsewhere/config.json", { auths: { "ghcr.io": { username: "elsewhere", password: SECRET } } });
        environment.DOCKER_CONFIG = path.join(home, "elsewhere");
        expect(await userOf()).to.equal("elsewhere");
    });

    it("come from DOCKER_AUTH_CONFIG itself before any file", async () => {
        await write(".docker/config.json", { auths: { "ghcr.io": { username: "home", password: SECRET } } });
        environment.DOCKER_AUTH_CONFIG = JSON.stringify({ auths: { "ghcr.io": { auth: AUTH } } });
        expect(await userOf()).to.equal("ci");
    });

    it("come from podman's file after Docker's, for a namespace too", async () => {
        await write(".docker/config.json", { auths: { "ghcr.io": { username: "docker", password: SECRET } } });
        await write("run/containers/auth.json", {
            auths: { "ghcr.io": { username: "podman", password: SECRET }, "quay.io/acme": { auth: AUTH } },
        });
        environment.XDG_RUNTIME_DIR = path.join(home, "run");
        expect(await userOf()).to.equal("docker");
        expect(await userOf("quay.io")).to.equal("ci");
        expect(await userOf("quay.io", "others/app")).to.equal(undefined);
        environment.REGISTRY_AUTH_FILE = await write("auth.json", { auths: { "quay.io": { username: "x" } } });
        expect(await userOf("quay.io", "others/app")).to.equal("x");
    });

    it("come from options first of all", async () => {
        await write(".docker/config.json", { auths: { "ghcr.io/acme/app": { auth: AUTH } } });
        const given = [{ for: "ghcr.io", username: "given", password: SECRET }];
        expect(await keychain(given).find(repositoryAt("ghcr.io"))).to.include({ username: "given" });
    });

    it("are found under the names that Docker Hub and old versions use", async () => {
        await write(".docker/config.json", {
            auths: { "https://index.docker.io/v1/": { auth: AUTH }, "https://ghcr.io/v2/": { auth: AUTH } },
        });
        expect(await keychain().find(HUB)).to.include({ username: "ci" });
        expect(await userOf()).to.equal("ci");
        await write(".docker/config.json", { auths: { "docker.io": { auth: AUTH } } });
        expect(await keychain().find(HUB)).to.include({ username: "ci" });
    });

    it("may be identity tokens and registry tokens", async () => {
        await write(".docker/config.json", {
            auths: { "a.example": { auth: AUTH, identitytoken: "identity" }, "b.example": { registrytoken: "bearer" } },
        });
        expect(await keychain().find(repositoryAt("a.example"))).to.include({ identityToken: "identity" });
        expect(await keychain().find(repositoryAt("b.example"))).to.include({ registryToken: "bearer" });
    });

    it("come from a registry's helper, which is told the registry on stdin, once", async () => {
        await helper(
            "test",
            `[ "$1" = get ] && read -r server && echo "$server" >> "${home}/asked" &&
            echo '{"ServerURL":"x","Username":"helped","Secret":"${SECRET}"}'`,
        );
        await write(".docker/config.json", {
            credHelpers: { "ghcr.io": "test" },
            auths: { "ghcr.io": { auth: AUTH } },
        });
        const chain = keychain();
        const found = await Promise.all(["acme/a", "acme/b"].map((name) => chain.find(repositoryAt("ghcr.io", name))));
        expect(found.map((credential) => credential?.username)).to.deep.equal(["helped", "helped"]);
        expect(await fs.readFile(path.join(home, "asked"), "utf8")).to.equal("ghcr.io\n");
    });

    it("come from the store for all others, and Docker Hub is asked for by its old name", async () => {
        await helper("store", `read -r server; echo '{"Username":"<token>","Secret":"'"$server"'"}'`);
        await write(".docker/config.json", { credsStore: "store", auths: { "ghcr.io": {} } });
        expect(await keychain().find(repositoryAt("ghcr.io"))).to.include({ identityToken: "ghcr.io" });
        expect(await keychain().find(HUB)).to.include({ identityToken: "https://index.docker.io/v1/" });
    });

    it("come from elsewhere where the store has none", async () => {
        await helper("store", "echo 'credentials not found in native keychain'; exit 1");
        await write(".docker/config.json", { credsStore: "store", auths: { "ghcr.io": { auth: AUTH } } });
        expect(await userOf()).to.equal("ci");
        expect(await userOf("other.example")).to.equal(undefined);
    });

    it("are none where a helper has empty ones", async () => {
        await helper("empty", `echo '{"ServerURL":"","Username":"","Secret":""}'`);
        await write(".docker/config.json", { credHelpers: { "ghcr.io": "empty" } });
        expect(await keychain().find(repositoryAt("ghcr.io"))).to.equal(undefined);
    });

    it("may have an empty name", async () => {
        await helper("nameless", `echo '{"Username":"","Secret":"${SECRET}"}'`);
        await write(".docker/config.json", { credHelpers: { "ghcr.io": "nameless" } });
        expect(await keychain().find(repositoryAt("ghcr.io"))).to.include({ username: "", password: SECRET });
    });

    it("are none in a file that is empty", async () => {
        for (const content of ["", "\n", "null\n"]) {
            await write(".docker/config.json", content);
            expect(await keychain().find(repositoryAt("ghcr.io")), JSON.stringify(content)).to.equal(undefined);
        }
    });

    const broken: Record<string, { script?: string; says: RegExp }> = {
        "is not there": { says: /docker-credential-broken is not on the PATH/ },
        fails: { script: `echo ${SECRET}; echo ${SECRET} >&2; exit 3`, says: /failed for ghcr\.io \(exit status 3\)/ },
        "prints no JSON": { script: `echo ${SECRET}`, says: /printed no credentials for ghcr\.io/ },
        "prints no secret": { script: `echo '{"Username":"${SECRET}"}'`, says: /printed no credentials/ },
        "prints too much": { script: `yes ${SECRET}`, says: /printed more than 65536 bytes/ },
        "never ends": { script: "exec sleep 60", says: /did not answer within 2000 ms/ },
        "leaves a child that never ends": { script: "sleep 3 & echo '{}'", says: /did not answer within 2000 ms/ },
    };
    for (const [what, { script, says }] of Object.entries(broken)) {
        it(`of a helper that ${what} are an error, and quote nothing`, async () => {
            if (script !== undefined) {
                await helper("broken", script);
            }
            await write(".docker/config.json", { credHelpers: { "ghcr.io": "broken" } });
            const failure = await failureOf(keychain().find(repositoryAt("ghcr.io")));
            expect(failure).to.include({ code: "credentials", registry: "ghcr.io" });
            expect(failure.message).to.match(says);
            expect(failure.message).to.not.contain(SECRET);
        });
    }

    it("of a helper whose name is a path are an error", async () => {
        await write(".docker/config.json", { credHelpers: { "ghcr.io": "x/../../../bin/sh" } });
        expect((await failureOf(keychain().find(repositoryAt("ghcr.io")))).code).to.equal("credentials");
    });

    for (const [what, content] of Object.entries({
        "no JSON": `{"auths": ${SECRET}`,
        "a list": "[]",
        "an auth that is no base64 of a name and a password": { auths: { "ghcr.io": { auth: SECRET } } },
    })) {
        it(`in a file with ${what} are an error that names the file, and quotes nothing`, async () => {
            const file = await write(".docker/config.json", content);
            const failure = await failureOf(keychain().find(repositoryAt("ghcr.io")));
            expect(failure.code).to.equal("credentials");
            expect(failure.message).to.contain(file);
            expect(failure.message).to.not.contain(SECRET);
        });
    }
});
