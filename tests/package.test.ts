import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { COMMANDS } from "../cli/commands";
import { installTarball } from "./support/installed-package";
import { inTemporaryFolder, PROJECT_FOLDER, run } from "./support/project";
import { record } from "./support/recorder";

const TIMEOUT_MS = 5 * 60_000;

/** Admits what nobody signed, so that no registry is asked. */
const POLICY = `apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata: { name: all }
spec:
  images: [{ glob: "registry.invalid/**" }]
  authorities: [{ static: { action: pass } }]
`;

/** The stack of README.md, word for word. */
function readmeProgram(): string {
    const readme = fs.readFileSync(path.join(PROJECT_FOLDER, "README.md"), "utf8");
    const blocks = [...readme.matchAll(/^```ts\n([^]*?)^```$/gm)].map((match) => match[1] ?? "");
    const program = blocks.find((block) => block.includes('from "signed-images"'));
    if (program === undefined) {
        throw new Error("README.md has no program any more");
    }
    return program;
}

function compile(folder: string, options: readonly string[]): Promise<unknown> {
    const compiler = path.join(PROJECT_FOLDER, "node_modules", ".bin", "tsc");
    const flags = ["--strict", "--skipLibCheck", "--target", "es2022", "--types", "node", ...options];
    return run(compiler, [...flags, "index.ts"], { cwd: folder }).catch((problem: unknown) => {
        throw new Error(`the program does not compile:\n${String((problem as { stdout?: string }).stdout)}`);
    });
}

describe("the npm package", function () {
    this.timeout(TIMEOUT_MS);

    it("serves the README's program in somebody else's stack", async () => {
        await inTemporaryFolder(async (folder) => {
            await installTarball(folder);
            fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "their-stack" }));
            fs.writeFileSync(path.join(folder, "index.ts"), readmeProgram());
            await compile(folder, ["--module", "nodenext", "--noEmit"]);
            await compile(folder, ["--module", "commonjs", "--moduleResolution", "node10"]);

            const { registrations } = await record(() => import(path.join(folder, "index.js")) as Promise<unknown>);
            const components = registrations.filter((it) => it.type.startsWith("signed-images:"));
            expect(components.map((it) => `${it.type.split(":")[2] ?? ""} ${it.name}`)).to.have.members([
                "PolicyController policy-controller",
                "CosignKeyPair release",
                "ClusterImagePolicy acme",
                "EnforcedNamespace shop",
            ]);
        });
    });

    it("brings the command-line program, whole", async () => {
        await inTemporaryFolder(async (folder) => {
            await installTarball(folder);
            const program = path.join(folder, "node_modules", "signed-images", "dist", "cli", "main.js");
            const { stdout } = await run(process.execPath, [program, "--version"], { cwd: folder });
            expect(stdout).to.match(/^\d+\.\d+\.\d+\n$/);
            for (const command of COMMANDS.keys()) {
                const { stdout: help } = await run(process.execPath, [program, ...command.split(" "), "--help"]);
                expect(help).to.match(new RegExp(`^Usage: signed-images ${command} `));
            }

            // It is in the program.
            fs.unlinkSync(path.join(folder, "node_modules", "yaml"));
            fs.writeFileSync(path.join(folder, "policy.yaml"), POLICY);
            const args = [
                "check",
                "--policy",
                "policy.yaml",
                "--output",
                "json",
                `registry.invalid/app@sha256:${"a".repeat(64)}`,
            ];
            const { stdout: report } = await run(process.execPath, [program, ...args], { cwd: folder });
            expect(JSON.parse(report)).to.have.nested.property("images[0].verdict", "admitted");
        });
    });

    it("holds what a stack loads, and nothing else", async () => {
        await inTemporaryFolder(async (folder) => {
            const files = await installTarball(folder);
            const others = files.filter((file) => !file.startsWith("dist/"));
            expect(others).to.have.members([
                "CHANGELOG.md",
                "LICENSE",
                "package.json",
                "policy-pack/PulumiPolicy.yaml",
                "policy-pack/package.json",
                "PulumiPlugin.yaml",
                "README.md",
                "SECURITY.md",
            ]);
            expect(files).to.include.members(["dist/cli/main.js", "dist/cli/program.js", "dist/cli/yaml.LICENSE"]);
            expect(files.filter((file) => /tests|sandbox|tools|\.tsbuildinfo/.test(file))).to.deep.equal([]);
        });
    });
});
