import * as fs from "node:fs/promises";
import * as path from "node:path";
import { randomBytes } from "node:crypto";
import { type EngineEvent, LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import type { Engine } from "../../tools";
import type { Chart } from "../chart";

export const STACK_NAME = "demo";
/** The namespace that the demo opts in. */
export const NAMESPACE = "my-secure-ns";

const PROJECT_FOLDER = path.resolve(__dirname, "../..");

/** The stack of the root Pulumi.yaml, in a project folder of its own: nothing is written into the user's clone. */
export interface DemoStack {
    stack: Stack;
    /** What a shell needs to work with the stack. */
    environment: Readonly<Record<string, string>>;
    /** Where `pulumi` finds the project. */
    project: string;
}

/** What shapes the stack. */
export interface DemoStackOptions {
    engine: Engine;
    /** A private folder, for the project and its state. */
    directory: string;
    kubeconfig: string;
    /** Settings of the stack, paths to values. */
    settings: Readonly<Record<string, string>>;
}

/** Makes the stack, without touching the cluster. */
export async function createStack(options: DemoStackOptions): Promise<DemoStack> {
    const project = path.join(options.directory, "project");
    const state = path.join(options.directory, "state");
    await fs.mkdir(project, { recursive: true, mode: 0o700 });
    await fs.mkdir(state, { recursive: true, mode: 0o700 });
    const definition = await fs.readFile(path.join(PROJECT_FOLDER, "Pulumi.yaml"), "utf8");
    await fs.writeFile(
        path.join(project, "Pulumi.yaml"),
        definition.replace(/^main: /m, (main) => `${main}${PROJECT_FOLDER}${path.sep}`),
    );
    const environment = {
        ...options.engine.environment,
        KUBECONFIG: options.kubeconfig,
        PULUMI_BACKEND_URL: `file://${state}`,
        PULUMI_CONFIG_PASSPHRASE: randomBytes(24).toString("base64url"),
    };
    const stack = await LocalWorkspace.createOrSelectStack(
        { stackName: STACK_NAME, workDir: project },
        { envVars: environment, pulumiCommand: await PulumiCommand.get({ root: options.engine.root }) },
    );
    const settings = Object.entries(options.settings).map(([key, value]) => [key, { value }] as const);
    await stack.setAllConfig(Object.fromEntries(settings), true);
    return { stack, environment, project };
}

/** The settings that make the stack install this chart. */
export function chartSettings(chart: Chart): Record<string, string> {
    return chart.kind === "repository"
        ? { "chart.repository": chart.repository, "chart.version": chart.version }
        : { "chart.path": chart.path };
}

/** URNs of what `pulumi preview --expect-no-changes` complains about; none where it is content. */
export async function changesInPreview(stack: Stack, signal?: AbortSignal): Promise<string[]> {
    const events: EngineEvent[] = [];
    try {
        await stack.preview({ expectNoChanges: true, signal, color: "never", onEvent: (event) => events.push(event) });
        return [];
    } catch (problem) {
        const changes = changesOf(events);
        if (signal?.aborted || changes.length === 0) {
            throw problem;
        }
        return changes;
    }
}

/** The resources that a preview would change, by the events of the engine. */
function changesOf(events: readonly EngineEvent[]): string[] {
    return events
        .flatMap((event) => event.resourcePreEvent?.metadata ?? [])
        .filter(({ op }) => op !== "same" && op !== "read" && op !== "refresh")
        .map(({ urn }) => urn);
}
