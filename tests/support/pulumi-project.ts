import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { createInterface } from "node:readline";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { Engine } from "../../tools";
import { PROJECT_FOLDER } from "./project";
import { mendStateFile } from "./torn-state";

export const STACK = "test";
const PASSPHRASE = "the passphrase of a test";

/** How a command of the Pulumi CLI ended, and what it wrote. */
export interface PulumiRun {
    exitCode: number | null;
    stdout: string;
    stderr: string;
}

/** A project of a program of these tests, with a backend on disk, worked on with the CLI as a user does. */
export class PulumiProject {
    private constructor(
        private readonly engine: Engine,
        private readonly program: string,
        /** Holds the project, the state, and nothing else. */
        public readonly folder: string,
        private readonly environment: NodeJS.ProcessEnv,
        private readonly wishesFile: string,
    ) {}

    /**
     * @param program The name of a file in tests/cluster/programs.
     * @param place A private folder, to be made.
     */
    public static async create(
        program: string,
        { engine, place, kubeconfig }: { engine: Engine; place: string; kubeconfig: string },
    ): Promise<PulumiProject> {
        const main = path.join(PROJECT_FOLDER, "tests", "cluster", "programs", `${program}.ts`);
        const definition = `name: ${program}\nruntime: nodejs\nmain: ${main}\n`;
        const project = await PulumiProject.define(program, definition, { engine, place, kubeconfig });
        await project.expectSuccess(["config", "set", "wishes", project.wishesFile]);
        return project;
    }

    /**
     * @param definition The text of a Pulumi.yaml that has this name.
     * @param place A private folder, to be made.
     */
    public static async define(
        name: string,
        definition: string,
        { engine, place, kubeconfig }: { engine: Engine; place: string; kubeconfig: string },
    ): Promise<PulumiProject> {
        const folder = path.join(place, "project");
        const state = path.join(place, "project", "state");
        fs.mkdirSync(state, { recursive: true, mode: 0o700 });
        const environment = {
            ...process.env,
            ...engine.environment,
            KUBECONFIG: kubeconfig,
            PULUMI_BACKEND_URL: `file://${state}`,
            PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
        };
        const project = new PulumiProject(engine, name, folder, environment, path.join(place, "wishes.json"));
        project.redefine(definition);
        await project.expectSuccess(["stack", "init", STACK]);
        return project;
    }

    /** Writes another Pulumi.yaml. */
    public redefine(definition: string): void {
        fs.writeFileSync(path.join(this.folder, "Pulumi.yaml"), definition);
    }

    /** As docs/keys.md has it: other names of the project and the stack, and another passphrase. */
    public async rename(projectName: string, stack: string, passphrase: string): Promise<void> {
        await this.expectSuccess(["stack", "change-secrets-provider", "passphrase"], `${passphrase}\n${passphrase}\n`);
        this.environment.PULUMI_CONFIG_PASSPHRASE = passphrase;
        await this.expectSuccess(["stack", "rename", `organization/${projectName}/${stack}`]);
        const definition = fs.readFileSync(path.join(this.folder, "Pulumi.yaml"), "utf8");
        this.redefine(definition.replace(/^name: .*/, `name: ${projectName}`));
        await this.expectSuccess(["stack", "select", stack]);
        await this.expectSuccess(["config", "set", "wishes", this.wishesFile]);
    }

    /** What the program is to make from now on. */
    public wish(wishes: unknown): void {
        fs.writeFileSync(this.wishesFile, JSON.stringify(wishes), { mode: 0o600 });
    }

    public up(...flags: readonly string[]): Promise<PulumiRun> {
        return this.expectSuccess(["up", "--yes", "--skip-preview", ...flags]);
    }

    /** URNs of what a preview would change. */
    public async changes(): Promise<string[]> {
        const events = await this.events(["preview", "--json"], { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" });
        return events
            .flatMap((event) => event.resourcePreEvent?.metadata ?? [])
            .filter(({ op }) => op !== "same" && op !== "read")
            .map(({ op, urn }) => `${op} ${urn}`);
    }

    /** Runs `up` and kills the engine at the first event of this kind. @returns whether there was one. */
    public async upKilledAt(isMoment: (event: EngineEvent) => boolean): Promise<boolean> {
        let killed = false;
        await this.run(["up", "--yes", "--skip-preview", "--json"], {}, (line, kill) => {
            const event = eventOf(line);
            if (!killed && event !== undefined && isMoment(event)) {
                killed = true;
                kill();
            }
        });
        return killed;
    }

    /** The file of the state. Beside it, the backend keeps what the file was before its last change. */
    public get stateFile(): string {
        const stacks = path.join(this.folder, "state", ".pulumi", "stacks");
        return path.join(stacks, this.program, `${STACK}.json`);
    }

    /** As docs/recovery.md has it, where the kill came while the state was written. */
    public mendState(): void {
        mendStateFile(this.stateFile);
    }

    public async outputs(): Promise<Record<string, unknown>> {
        const { stdout } = await this.expectSuccess(["stack", "output", "--json", "--show-secrets"]);
        return JSON.parse(stdout) as Record<string, unknown>;
    }

    /** @param input What is typed. */
    public async expectSuccess(args: readonly string[], input = ""): Promise<PulumiRun> {
        const result = await this.run(args, {}, undefined, input);
        if (result.exitCode !== 0) {
            throw new Error(
                `pulumi ${args.join(" ")} ended with ${result.exitCode}:\n${result.stdout}${result.stderr}`,
            );
        }
        return result;
    }

    /** Runs the CLI to its end, and hands each line that it prints to a listener that may kill it. */
    public async run(
        args: readonly string[],
        environment: NodeJS.ProcessEnv = {},
        onLine?: (line: string, kill: () => void) => void,
        input = "",
    ): Promise<PulumiRun> {
        const child = spawn(this.engine.pulumi, ["--non-interactive", "--color", "never", ...args], {
            cwd: this.folder,
            env: { ...this.environment, ...environment },
            stdio: ["pipe", "pipe", "pipe"],
            // A group of its own, so that the plugins of a killed engine can be ended too.
            detached: true,
        });
        child.stdin.end(input);
        const lines: string[] = [];
        const errors: string[] = [];
        createInterface({ input: child.stdout }).on("line", (line) => {
            lines.push(line);
            onLine?.(line, () => child.kill("SIGKILL"));
        });
        child.stderr.setEncoding("utf8").on("data", (text: string) => errors.push(text));
        const closed = once(child, "close");
        const [exitCode, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
        if (signal !== null) {
            endGroup(child.pid);
        }
        await closed;
        return { exitCode, stdout: lines.join("\n"), stderr: errors.join("") };
    }

    private async events(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<EngineEvent[]> {
        const { exitCode, stdout, stderr } = await this.run(args, environment);
        if (exitCode !== 0) {
            throw new Error(`pulumi ${args.join(" ")} ended with ${exitCode}:\n${stdout}${stderr}`);
        }
        return stdout.split("\n").flatMap((line) => eventOf(line) ?? []);
    }
}

function eventOf(line: string): EngineEvent | undefined {
    try {
        return JSON.parse(line) as EngineEvent;
    } catch {
        return undefined;
    }
}

/** The plugins of a killed engine find out by themselves, some time later. */
function endGroup(leader: number | undefined): void {
    try {
        if (leader !== undefined) {
            process.kill(-leader, "SIGKILL");
        }
    } catch {
        // They were quicker.
    }
}
