import { LocalWorkspace, PulumiCommand, type PulumiFn, type Stack } from "@pulumi/pulumi/automation";
import * as random from "@pulumi/random";
import { expect } from "chai";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";

import { ensureEngine, type Engine } from "../../tools/engine";
import "../support/engine-connections";

const COLD_BUILD_MILLISECONDS = 60 * 60 * 1000;

const PROGRAM = `
import { RandomPassword } from "@pulumi/random";
const password = new RandomPassword("password", { length: 24, special: false });
export const result = password.result;
export const node = process.version;
`;

describe("tools: the engine runs programs", () => {
    let engine: Engine;
    let folder: string;
    let environment: Record<string, string>;

    before(async function () {
        this.timeout(COLD_BUILD_MILLISECONDS);
        folder = await fs.mkdtemp(path.join(os.tmpdir(), "signed-images-engine-"));
        engine = await ensureEngine({ home: path.join(folder, "home"), report: console.log });
        await fs.mkdir(path.join(folder, "state"));
        environment = {
            ...engine.environment,
            PULUMI_BACKEND_URL: `file://${folder}/state`,
            PULUMI_CONFIG_PASSPHRASE: "of-a-test",
            // Type checks take longer than the rest, and are not what is tested.
            PULUMI_NODEJS_TRANSPILE_ONLY: "true",
        };
    });

    after(() => fs.rm(folder, { recursive: true, force: true }));

    it("from the command line: a password, secret, that stays as it is", async function () {
        this.timeout(60_000);
        const nodeOfPackageJson = execFileSync(path.resolve("node_modules", ".bin", "node"), ["--version"], {
            encoding: "utf8",
        }).trim();
        const program = path.join(folder, "program");
        await fs.mkdir(program);
        await fs.writeFile(path.join(program, "Pulumi.yaml"), "name: program\nruntime: nodejs\n");
        await fs.writeFile(path.join(program, "package.json"), '{ "main": "index.ts" }\n');
        await fs.writeFile(path.join(program, "index.ts"), PROGRAM);
        await fs.symlink(path.resolve("node_modules"), path.join(program, "node_modules"));
        const pulumi = (...args: string[]) =>
            execFileSync(engine.pulumi, [...args, "--non-interactive"], {
                cwd: program,
                env: { ...process.env, ...environment },
                encoding: "utf8",
                stdio: ["ignore", "pipe", "pipe"],
            });

        pulumi("stack", "init", "test");
        const up = pulumi("up", "--yes", "--skip-preview");
        expect(up)
            .to.include("2 created")
            .and.not.match(/warning|plugin/i);
        const preview = pulumi("preview", "--expect-no-changes");
        expect(preview)
            .to.include("2 unchanged")
            .and.not.match(/warning|plugin/i);
        expect(up).to.match(/result *: \[secret\]/);
        const outputs = JSON.parse(pulumi("stack", "output", "--json", "--show-secrets")) as Record<string, string>;
        expect(outputs.result).to.match(/^[A-Za-z0-9]{24}$/);
        expect(outputs.node).to.equal(nodeOfPackageJson);
        // Neither the password nor its bcrypt hash is in the state in clear.
        const state = pulumi("stack", "export");
        expect(state).to.not.include(outputs.result);
        expect(state).to.not.include("$2a$10$");
        pulumi("destroy", "--yes", "--skip-preview");
    });

    it("from the Automation API", async function () {
        this.timeout(60_000);
        const program: PulumiFn = () => {
            const password = new random.RandomPassword("password", { length: 16 });
            return Promise.resolve({ result: password.result, hash: password.bcryptHash });
        };
        const workDir = path.join(folder, "automation");
        await fs.mkdir(workDir);
        const stack: Stack = await LocalWorkspace.createOrSelectStack(
            { stackName: "test", projectName: "automation", program },
            { workDir, envVars: environment, pulumiCommand: await PulumiCommand.get({ root: engine.root }) },
        );
        const { outputs } = await stack.up({ suppressProgress: true });
        expect(outputs.result).to.have.property("secret", true);
        expect(outputs.hash).to.have.property("secret", true);
        await stack.preview({ expectNoChanges: true, refresh: true });
        await stack.destroy();
    });
});
