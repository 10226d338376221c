import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { inTemporaryFolder } from "../support/project";
import { lintedPolicies, runInProcess, runOnTerminal, spawnProgram } from "./support";

const STATIC_FAIL = "spec: {images: [{glob: 'ghcr.io/acme/none@*'}], authorities: [{static: {action: fail}}]}";
const CLEAN = policy("clean", STATIC_FAIL);

/** Comments, other kinds, an empty document and two policies; every line that matters says which it is. */
const SEVERAL = `# line 1, before everything
---
apiVersion: v1
kind: ConfigMap
metadata: { name: other }
---
# line 7
apiVersion: policy.sigstore.dev/v1alpha1
kind: ClusterImagePolicy
metadata:
  name: first
spec:
  images:
    # line 14
    - glob: "ghcr.io/acme/app*"

    - glob: "["
  authorities:
    - static:
        action: fail
---
---
apiVersion: policy.sigstore.dev/v1alpha1
kind: TrustRoot
metadata:
  name: roots
spec: {}
`;

function policy(name: string, spec: string): string {
    return `apiVersion: policy.sigstore.dev/v1alpha1\nkind: ClusterImagePolicy\nmetadata: { name: ${name} }\n${spec}\n`;
}

async function lintJson(text: string | Buffer, ...options: string[]) {
    return lintedPolicies(await runInProcess(["lint", "--output", "json", ...options, "-"], { stdin: text }));
}

/** Code and line of each finding. */
async function codesAndLines(text: string): Promise<string[]> {
    const policies = await lintJson(text);
    return policies.flatMap(({ findings }) => findings.map(({ code, line }) => `${code} ${line}`));
}

describe("signed-images lint", () => {
    it("ends with 1 for errors, and groups them by file and policy", async () => {
        await inTemporaryFolder(async (folder) => {
            const file = join(folder, "several.yaml");
            writeFileSync(file, SEVERAL);
            const { exitCode, stdout, stderr } = await spawnProgram(["lint", file]);
            expect(exitCode).to.equal(1);
            expect(stderr).to.equal("");
            expect(stdout.split("\n").slice(0, 3)).to.deep.equal([
                file,
                "  ClusterImagePolicy first (document 1, line 8)",
                '    line 15: warning: spec.images[0].glob: the glob goes on with the name (found "ghcr.io/acme/app*").',
            ]);
            expect(stdout).to.include("  TrustRoot roots (document 3, line 23)\n    line 27: error: spec: ");
            expect(stdout).to.match(/\n2 errors and \d warnings? in 2 documents\.\n$/);
        });
    });

    it("ends with 0 for a policy with warnings only, from standard input", async () => {
        const warned = CLEAN.replace("none@*", "app*");
        const { exitCode, stdout, stderr } = await spawnProgram(["lint", "--output", "json", "-"], { stdin: warned });
        expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: "" });
        const [linted] = lintedPolicies({ exitCode, stdout, stderr });
        expect(linted).to.include({ file: "-", document: 0, name: "clean" });
        const finding = linted?.findings.find(({ code }) => code === "glob-matches-siblings");
        expect(finding).to.have.all.keys("severity", "code", "path", "message", "line");
        expect(finding).to.include({ severity: "warning", path: "spec.images[0].glob", line: 4 });
        expect(finding?.message).to.match(/^the glob goes on with the name \(found .*what lies below it\.$/);
    });

    it("ends with 2 for a file that cannot be read, and checks the others all the same", async () => {
        const { exitCode, stdout, stderr } = await spawnProgram(["lint", "--output", "json", "-", "/nowhere/x.yaml"], {
            stdin: SEVERAL,
        });
        expect(exitCode).to.equal(2);
        expect(lintedPolicies({ exitCode, stdout, stderr })).to.have.length(2);
        expect(stderr).to.equal("/nowhere/x.yaml cannot be read: there is no such file or folder.\n");
    });

    it("counts documents from 0, the empty ones and other kinds too", async () => {
        expect((await lintJson(SEVERAL)).map(({ document, name }) => [document, name])).to.deep.equal([
            [1, "first"],
            [3, "roots"],
        ]);
    });

    it("gives the same lines for Windows line ends and with a byte order mark", async () => {
        const lines = await codesAndLines(SEVERAL);
        expect(lines).to.include.members(["glob-matches-siblings 15", "glob-invalid 17", "trust-root-kind-count 27"]);
        expect(await codesAndLines(SEVERAL.replaceAll("\n", "\r\n"))).to.deep.equal(lines);
        expect(await codesAndLines(`\uFEFF${SEVERAL}`)).to.deep.equal(lines);
    });

    it("gives the line of the anchor for what an alias or a merge brings in", async () => {
        const text = `x: &glob "["\ny: &rest\n  images: [{ glob: "]" }]\n${policy(
            "aliased",
            "spec:\n  <<: *rest\n  authorities: [{ static: { action: fail } }]",
        )}---\n${policy("direct", "x: &g\n  - glob: '['\nspec:\n  images: *g\n  authorities: [{static: {action: fail}}]")}`;
        const places = (await lintJson(text)).map(({ findings }) =>
            findings.filter(({ code }) => code === "glob-invalid").map(({ line }) => line),
        );
        expect(places).to.deep.equal([[3], [15]]);
    });

    it("gives the nearest line for a field that is missing", async () => {
        const text = policy("bare", "spec:\n  authorities:\n    - static: { action: fail }");
        const [linted] = await lintJson(text);
        expect(linted?.findings.filter(({ severity }) => severity === "error").map(({ line }) => line)).to.deep.equal([
            4,
        ]);
    });

    it("looks into a List, and names the place in it", async () => {
        const items = [CLEAN, policy("broken", STATIC_FAIL.replace("ghcr.io/acme/none@*", "["))].map(
            (text) => `- ${text.trim().replaceAll("\n", "\n  ")}\n`,
        );
        const linted = await lintJson(`apiVersion: v1\nkind: List\nitems:\n${items.join("")}`);
        expect(linted.map(({ document, name }) => [document, name])).to.deep.equal([
            [0, "clean"],
            [0, "broken"],
        ]);
        expect(linted[1]?.findings.map(({ path, line }) => `${path} ${line}`)).to.include(
            "items[1].spec.images[0].glob 11",
        );
    });

    it("attaches what policies of several files do to each other to the policy that it names", async () => {
        await inTemporaryFolder(async (folder) => {
            const [keys, pass] = [join(folder, "keys.yaml"), join(folder, "pass.yaml")];
            writeFileSync(
                keys,
                policy(
                    "signed",
                    "spec:\n  images: [{glob: 'ghcr.io/acme/app@*'}]\n  authorities: [{keyless: {identities: [{issuer: 'https://a.example', subject: s}]}}]",
                ),
            );
            writeFileSync(
                pass,
                policy(
                    "exempt",
                    "spec:\n  images: [{glob: 'ghcr.io/acme/app@*'}]\n  authorities: [{static: {action: pass}}]",
                ),
            );
            const found = async (...options: string[]) =>
                lintedPolicies(await runInProcess(["lint", "--output", "json", ...options, keys, pass])).flatMap(
                    ({ name, findings }) =>
                        findings
                            .filter(({ code }) => code === "policies-no-exemption")
                            .map(({ path, line }) => `${name ?? ""} ${path} ${line}`),
                );
            expect(await found()).to.deep.equal(["exempt spec.images 5"]);
            expect(await found("--ignore", "policies-no-exemption")).to.deep.equal([]);
        });
    });

    it("leaves out the lints that are ignored, and nothing that the cluster refuses", async () => {
        const [first] = await lintJson(SEVERAL, "--ignore", "glob-matches-siblings", "--ignore=static-pass");
        expect(first?.findings.map(({ code }) => code))
            .to.include("glob-invalid")
            .and.not.include("glob-matches-siblings");
        const refused = await runInProcess(["lint", "--ignore", "glob-invalid", "-"]);
        expect(refused).to.include({ exitCode: 2 });
        expect(refused.stderr).to.include("--ignore glob-invalid: this is no lint");
        const unknown = await runInProcess(["lint", "--ignore", "toString", "-"]);
        expect(unknown.stderr).to.include("--ignore toString: there is no lint of this code");
    });

    it("says where there is no policy, which is no error", async () => {
        for (const text of ["", "# nothing\n", "kind: ConfigMap\napiVersion: v1\n", "just some words"]) {
            expect(await runInProcess(["lint", "-"], { stdin: text })).to.deep.equal({
                exitCode: 0,
                stdout: "",
                stderr: "standard input: there is no ClusterImagePolicy and no TrustRoot in it.\n",
            });
        }
        const json = await runInProcess(["lint", "--output=json", "-"], { stdin: "" });
        expect(json).to.deep.equal({ exitCode: 0, stdout: "[]\n", stderr: "" });
    });

    it("checks a policy of another version or group, which the cluster would not know", async () => {
        for (const version of ["policy.sigstore.dev/v1", "policy.sigstore.io/v1alpha1"]) {
            const [linted] = await lintJson(CLEAN.replace("policy.sigstore.dev/v1alpha1", version));
            expect(linted?.findings.map(({ code }) => code)).to.deep.equal(["api-version-unknown"]);
        }
    });

    it("reads yes as a boolean, and neither times nor dates, as kubectl does", async () => {
        const named = async (name: string) => (await lintJson(CLEAN.replace("clean", name)))[0]?.name;
        expect([await named("yes"), await named("2026-11-01"), await named("'12:30'")]).to.deep.equal([
            null,
            "2026-11-01",
            "12:30",
        ]);
    });

    it("colours on a terminal, unless NO_COLOR is set", async () => {
        await inTemporaryFolder(async (folder) => {
            const file = join(folder, "several.yaml");
            writeFileSync(file, SEVERAL);
            const escape = "\u001B[";
            expect((await runOnTerminal(["lint", file], [])).stdout).to.include(`${escape}31merror${escape}39m`);
            expect((await runOnTerminal(["lint", file], [], { NO_COLOR: "1" })).stdout).not.to.include(escape);
            expect((await runInProcess(["lint", file])).stdout).not.to.include(escape);
        });
    });

    it("obeys no control characters of the file", async () => {
        const text = policy('"a\\e[31mb"', STATIC_FAIL);
        expect((await runInProcess(["lint", "-"], { stdin: text })).stdout).to.include("a\\u{1b}[31mb");
    });

    /** Each level names the one below nine times. */
    const BOMB = Array.from({ length: 9 }, (_, level) => {
        const below = level === 0 ? "x" : `*level${level - 1}`;
        return `level${level}: &level${level} [${Array<string>(9).fill(below).join(", ")}]`;
    }).join("\n");

    const UNREADABLE: Readonly<Record<string, [string | Buffer, RegExp]>> = {
        "a bracket that is not closed": ["a: [1\nb: 2\n", /line \d: .*YAML/],
        "a key that stands twice": ["a: 1\nb: 2\na: 3\n", /line 3: .*The same key stands twice/],
        "a tab as indentation": ["a:\n\tb: 1\n", /line 2: .*tab/],
        "an alias without an anchor": ["a: 1\nb: *nothing\n", /anchor/],
        "an anchor that contains itself": ["a: &a [*a]\n", /contains itself|anchor/],
        "an alias bomb": [BOMB, /more than 100 times/],
        "endless nesting": ["[".repeat(20_000), /YAML/],
        "bytes that are not UTF-8": [Buffer.from([0x61, 0xff, 0xfe]), /not UTF-8/],
        "bytes that are no text": ["a\0b", /no text/],
        "more than 10 MB": [Buffer.alloc(10 * 1024 * 1024 + 1, "#"), /larger than 10 MB/],
    };
    for (const [name, [stdin, message]] of Object.entries(UNREADABLE)) {
        it(`ends with 2 for ${name}`, async () => {
            const { exitCode, stdout, stderr } = await runInProcess(["lint", "-"], { stdin });
            expect({ exitCode, stdout }).to.deep.equal({ exitCode: 2, stdout: "" });
            expect(stderr)
                .to.match(message)
                .and.match(/^standard input/);
        });
    }

    it("quotes nothing of a private key that was put into YAML without indentation", async () => {
        const key =
            "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\nAgEGCCqGSM49AwEHBG0w\n-----END PRIVATE KEY-----";
        const { exitCode, stdout, stderr } = await runInProcess(["lint", "-"], {
            stdin: policy("leaky", `spec:\n  authorities:\n  - key:\n      data: |\n${key}`),
        });
        expect(exitCode).to.equal(2);
        expect(stdout + stderr).not.to.match(/MIGH|AgEG/);
    });

    it("explains a code", async () => {
        const { exitCode, stdout } = await runInProcess(["lint", "--explain", "glob-one-level"]);
        expect(exitCode).to.equal(0);
        expect(stdout).to.match(
            /^glob-one-level \(warning\): .*\n.*\n.*\nIt can be left out: --ignore glob-one-level\.\n$/,
        );
    });

    const WRONG_ARGUMENTS: Readonly<Record<string, [string[], string]>> = {
        "no file": [[], "FILE is missing"],
        "an unknown option": [["--fix", "x.yaml"], "--fix"],
        "a code to explain that there is not": [["--explain", "constructor"], "--explain constructor"],
        "an unknown format": [["--output", "xml", "x.yaml"], "--output xml"],
        "an option without its value": [["x.yaml", "--output"], "--output"],
        "an option that is given twice": [["--output", "text", "--output", "json", "x.yaml"], "--output"],
        "standard input twice": [["-", "-"], "- is given twice"],
    };
    for (const [name, [args, message]] of Object.entries(WRONG_ARGUMENTS)) {
        it(`ends with 2 for ${name}, and names it`, async () => {
            const { exitCode, stderr } = await runInProcess(["lint", ...args]);
            expect(exitCode).to.equal(2);
            expect(stderr).to.include(message).and.include("signed-images lint --help");
        });
    }

    it("says of a folder that it is none of its files", async () => {
        await inTemporaryFolder(async (folder) => {
            const { exitCode, stderr } = await runInProcess(["lint", folder]);
            expect(exitCode).to.equal(2);
            expect(stderr).to.include("it is a folder");
        });
    });
});
