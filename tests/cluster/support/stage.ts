import * as path from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { Sandbox, type SandboxOptions } from "../../../sandbox";
import { locateChart } from "../../../sandbox/chart";
import { SANDBOX_TOOLS } from "../../../sandbox/demo/run";
import { type Engine, ensureEngine, ensureTools } from "../../../tools";
import { Cluster } from "../../sandbox/support/cluster";
import "../../support/engine-connections";

/** The first run builds every tool. */
export const BUILD_TIMEOUT_MS = 50 * 60_000;

/** A sandbox with an engine beside it, on which the stacks of a test are deployed. */
export class Stage implements AsyncDisposable {
    private constructor(
        readonly sandbox: Sandbox,
        readonly engine: Engine,
        /** The pinned chart, on disk. */
        readonly chart: string,
    ) {}

    static async open(options: Partial<SandboxOptions> = {}): Promise<Stage> {
        const sandbox = await Sandbox.start({ binaries: await ensureTools(SANDBOX_TOOLS), ...options });
        const engine = await ensureEngine({ home: path.join(sandbox.directory, "pulumi") });
        const chart = await locateChart({ directory: sandbox.directory, allowNetwork: false });
        return new Stage(sandbox, engine, "path" in chart ? chart.path : "");
    }

    get cluster(): Cluster {
        return Cluster.fromKubeconfig(this.sandbox.kubeconfig);
    }

    get kubeConfig(): KubeConfig {
        return this.cluster.config;
    }

    /** A stack of a program; its default provider is the sandbox's administrator. */
    async stack(name: string, program: () => void, environment: Record<string, string> = {}): Promise<Stack> {
        return LocalWorkspace.createOrSelectStack(
            {
                stackName: name,
                projectName: "tests",
                program: () => {
                    program();
                    return Promise.resolve();
                },
            },
            {
                envVars: {
                    ...this.engine.environment,
                    KUBECONFIG: this.sandbox.kubeconfig,
                    PULUMI_BACKEND_URL: `file://${this.sandbox.directory}`,
                    PULUMI_CONFIG_PASSPHRASE: "",
                    ...environment,
                },
                pulumiCommand: await PulumiCommand.get({ root: this.engine.root }),
            },
        );
    }

    [Symbol.asyncDispose](): Promise<void> {
        return this.sandbox.stop();
    }
}
