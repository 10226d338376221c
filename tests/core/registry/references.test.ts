import { execFile } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

import { expect } from "chai";

import { parseReference } from "../../../core/registry";
import { ensureTools } from "../../../tools";
import { StandIn } from "./support/stand-in";

const run = promisify(execFile);

const SHA256 = `sha256:${"ab".repeat(32)}`;
const SHA512 = `sha512:${"ab".repeat(64)}`;

/** What both read. Names of this machine are left out: Go asks no proxy for them, and the proxy is how the test sees what crane reads. */
const CASES = [
    "nginx",
    "nginx:1.27",
    "library/nginx",
    "docker.io/nginx",
    "docker.io/library/nginx:1.27",
    "index.docker.io/nginx",
    "registry-1.docker.io/nginx",
    "acme/app",
    "acme/team/app:v1",
    "ghcr.io/acme/app",
    "ghcr.io/acme/app:v1",
    "ghcr.io/acme/app:V1.0_rc-1",
    `ghcr.io/acme/app@${SHA256}`,
    `ghcr.io/acme/app:v1@${SHA256}`,
    `nginx@${SHA256}`,
    "example.com:5000/acme/app",
    "example.com:5000/acme/app:v1",
    `example.com:5000/acme/app:v1@${SHA256}`,
    "example.com:5000",
    "10.1.2.3/acme/app",
    "10.1.2.3:5000/acme/app:v1",
    "registry.local/acme/app",
    "EXAMPLE.com/acme/app",
    "example.com./acme/app",
    "example.com/acme//app",
    "example.com/acme/app/",
    "example.com/a_b--c..d/app",
    "example.com/.acme/app",
    `example.com/${"a".repeat(255)}`,
    `example.com/acme/app:${"a".repeat(128)}`,
    "example.com/acme/app:.v1",
    "xn--bcher-kva.example/acme/app",
    // Refused:
    "",
    ":v1",
    "@",
    `@${SHA256}`,
    "Acme/app",
    "acme/App",
    "acme app",
    " nginx",
    "nginx:",
    "nginx:v 1",
    "nginx:v1:v2",
    "nginx@",
    "nginx@sha256:abc",
    `nginx@sha256:${"AB".repeat(32)}`,
    `nginx@md5:${"ab".repeat(16)}`,
    `nginx@${SHA256}@${SHA256}`,
    `nginx:@${SHA256}`,
    "ghcr.io/",
    "ghcr.io:x/acme/app",
    "user@ghcr.io/acme/app",
    "ghcr.io/acme/app?x",
    "ghcr.io/acme/app#x",
    `example.com/${"a".repeat(256)}`,
    `${"a".repeat(250)}:v1@${SHA256}`,
    `example.com/acme/app:${"a".repeat(129)}`,
];

interface Difference {
    ours: string | undefined;
    crane: string | undefined;
    why: string;
}

const NEWER = "crane is built with go-containerregistry 0.22, policy-controller with 0.20 and 0.21 through 0.15.1";
const ON_THE_WIRE = "Go's HTTP client writes the host so";

/** Where crane asks for something else than the webhook reads; the verdict is the webhook's, and so is the reading. */
const DIFFERENCES: Record<string, Difference> = {
    "example.com/a": { ours: undefined, crane: "example.com/a:latest", why: NEWER },
    [`example.com/acme/app@${SHA512}`]: { ours: undefined, crane: `example.com/acme/app@${SHA512}`, why: NEWER },
    "https://ghcr.io/acme/app": { ours: "https://ghcr.io/acme/app:latest", crane: undefined, why: NEWER },
    "ghcr.io:/acme/app": { ours: "ghcr.io:/acme/app:latest", crane: "ghcr.io/acme/app:latest", why: ON_THE_WIRE },
    "bücher.example/acme/app": {
        ours: "bücher.example/acme/app:latest",
        crane: "xn--bcher-kva.example/acme/app:latest",
        why: ON_THE_WIRE,
    },
};

/** Processes at a time: crane mostly waits. */
const AT_A_TIME = 8;

describe("references, beside the real crane", function () {
    this.timeout(60_000);

    let home: string;
    const asCraneReads = new Map<string, string | undefined>();

    before(async function () {
        // Where crane is not there yet, it is built.
        this.timeout(1_800_000);
        const { crane } = await ensureTools(["crane"]);
        home = await fs.mkdtemp(path.join(os.tmpdir(), "signed-images-crane-"));
        const references = [...CASES, ...Object.keys(DIFFERENCES)];
        const work = async (): Promise<void> => {
            for (let next = references.pop(); next !== undefined; next = references.pop()) {
                asCraneReads.set(next, await askedFor(crane, home, next));
            }
        };
        await Promise.all(Array.from({ length: AT_A_TIME }, work));
    });

    after(() => fs.rm(home, { recursive: true, force: true }));

    for (const reference of CASES) {
        it(`reads ${JSON.stringify(reference)} as crane does`, () => {
            expect(asWeRead(reference)).to.equal(asCraneReads.get(reference));
        });
    }

    for (const [reference, { ours, crane, why }] of Object.entries(DIFFERENCES)) {
        it(`reads ${JSON.stringify(reference)} otherwise than crane: ${why}`, () => {
            expect(asWeRead(reference)).to.equal(ours);
            expect(asCraneReads.get(reference)).to.equal(crane);
        });
    }
});

/** What crane asks a registry for; undefined where it asks nobody. */
async function askedFor(crane: string, home: string, reference: string): Promise<string | undefined> {
    // Every registry's answer, by way of a proxy: a registry, and nothing in it.
    const proxy = await StandIn.start((request, response) => {
        response.writeHead(request.url.endsWith("/v2/") ? 200 : 404);
        response.end();
    });
    const address = `http://${proxy.host}`;
    const env = { HOME: home, HTTP_PROXY: address, HTTPS_PROXY: address };
    // --insecure lets it ask by plain HTTP, which a proxy can read.
    await run(crane, ["digest", "--insecure", "--", reference], { env }).catch(() => undefined);
    await proxy.stop();
    const asked = proxy.received.find(({ url }) => url.includes("/manifests/"))?.url ?? "";
    const [, registry, repository, identifier] =
        /^http:\/\/([^/]+)\/v2\/(.*)\/manifests\/([^/]+)$/.exec(decodeURI(asked)) ?? [];
    return registry === undefined ? undefined : nameOf(registry, repository ?? "", identifier ?? "");
}

function asWeRead(reference: string): string | undefined {
    const read = parseReference(reference);
    return read && nameOf(read.registry, read.repository, read.digest ?? read.tag ?? "");
}

function nameOf(registry: string, repository: string, identifier: string): string {
    return `${registry}/${repository}${identifier.includes(":") ? "@" : ":"}${identifier}`;
}
