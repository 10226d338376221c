import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";

import { runInProcess } from "./support";

const IMAGE = `localhost:1/acme/app@sha256:${"a".repeat(64)}`;

const ADMITS_ALL = JSON.stringify({
    apiVersion: "policy.sigstore.dev/v1beta1",
    kind: "ClusterImagePolicy",
    metadata: { name: "all" },
    spec: { images: [{ glob: "**" }], authorities: [{ static: { action: "pass" } }] },
});

/** No command makes sense of any of them. */
const CONTENTS: Readonly<Record<string, string | Buffer>> = {
    "bytes that are no text": Buffer.from([0, 0xff, 0xfe, 0x80, 10]),
    "text that is broken": "a: [1\n b: }",
    "JSON that is cut off": '{"steps": [',
    "nesting without an end": "[".repeat(500),
    "more than 10 MB": Buffer.alloc(11 * 1024 * 1024, "a"),
};

/** The options and arguments that name files. */
const COMMANDS: Readonly<Record<string, (file: string, good: string) => string[]>> = {
    "check --policy": (file) => ["check", "--policy", file, IMAGE],
    "check -f": (file, good) => ["check", "--policy", good, "-f", file],
    "check --preview": (file, good) => ["check", "--policy", good, "--preview", file],
    "check --registry-ca": (file, good) => ["check", "--policy", good, "--registry-ca", file, IMAGE],
    lint: (file) => ["lint", file],
    import: (file) => ["import", file],
    "keys import": (file) => ["keys", "import", "--from", file, "--out", `${file}.out`],
    "keys inspect": (file) => ["keys", "inspect", file],
    "keys public": (file) => ["keys", "public", file],
    "sign --key": (file) => ["sign", "--key", file, IMAGE],
    "attest --predicate": (file) => ["attest", "--key", file, "--type", "spdxjson", "--predicate", file, IMAGE],
};

describe("a file that cannot be used", function () {
    this.timeout(120_000);

    const folder = mkdtempSync(path.join(tmpdir(), "signed-images-unreadable-"));
    const good = path.join(folder, "good.json");
    const files = new Map([
        ["nothing there", path.join(folder, "missing")],
        ["a folder", path.join(folder, "folder")],
        ...Object.entries(CONTENTS).map(([name, content], index): [string, string] => {
            const file = path.join(folder, `bad-${index}`);
            writeFileSync(file, content);
            return [name, file];
        }),
    ]);

    before(() => {
        mkdirSync(path.join(folder, "folder"));
        writeFileSync(good, ADMITS_ALL);
    });

    const { KUBECONFIG } = process.env;
    afterEach(() => {
        if (KUBECONFIG === undefined) {
            delete process.env.KUBECONFIG;
        } else {
            process.env.KUBECONFIG = KUBECONFIG;
        }
    });

    after(() => {
        rmSync(folder, { recursive: true });
    });

    for (const [command, argsOf] of Object.entries(COMMANDS)) {
        it(`ends ${command} with its name and a reason`, async () => {
            for (const [name, file] of files) {
                const { exitCode, stdout, stderr } = await runInProcess(argsOf(file, good), {
                    env: { COSIGN_PASSWORD: "" },
                });
                const what = `${command} ${name}: ${stdout}${stderr}`;
                expect(exitCode, what).to.be.oneOf(argsOf("", "").join(" ").includes("key") ? [1, 2] : [2]);
                expect(`${stdout}${stderr}`, what).to.not.match(/^\s+at /m);
                expect(`${stdout}${stderr}`.length, what).to.be.greaterThan(20);
            }
        });
    }

    it("ends what asks a cluster by it as a kubeconfig, and quotes nothing of it", async () => {
        const secret = path.join(folder, "kubeconfig");
        writeFileSync(secret, "users: [{name: a, user: {token: hunter2}}]\nclusters: }");
        const commands = [
            ["check", "--context", "prod"],
            ["disarm", "--context", "prod", "--yes"],
            ["sign", "--key", "k8s://shop/key", IMAGE],
        ];
        for (const [name, file] of [
            ["nothing there", path.join(folder, "missing")],
            ["no YAML", secret],
        ]) {
            for (const args of commands) {
                process.env.KUBECONFIG = file;
                const { exitCode, stderr } = await runInProcess(args);
                expect(exitCode, `${args[0]} ${name}: ${stderr}`).to.equal(2);
                expect(stderr)
                    .to.match(/^signed-images \w+: .*kubeconfig/)
                    .and.not.match(/^\s+at |hunter2/m);
            }
        }
    });
});
