import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { ApiextensionsV1Api, ApiException, CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { POLICY_DEFINITION } from "../../core/admission/names";
import { HostedSandbox } from "../host";
import type { SandboxBinaries } from "../sandbox";
import { type DemoStack, NAMESPACE, STACK_NAME } from "./stack";

/** The cluster that the demo runs on, and a private folder beside it. */
export interface Place {
    kubeconfig: string;
    /** Where images are pushed, `HOST[:PORT]` or `HOST/PREFIX`. */
    registry: string;
    /** A private folder, gone when the place is closed. */
    directory: string;
    /** Lets everything stay; @returns how to reach it and how to be rid of it. */
    keep: (demo: DemoStack) => Promise<string>;
    /** Stops what the place started; leaves no process and no folder. */
    close: () => Promise<void>;
}

export interface PlaceOptions {
    /** The user's own cluster. */
    cluster: { context: string; registry: string } | undefined;
    /** What a sandbox runs; not needed for the user's own cluster. */
    binaries: SandboxBinaries | undefined;
    report: (line: string) => void;
    /** Hears that the cluster is of no use any more. */
    onFailure: (failure: Error) => void;
    signal: AbortSignal;
}

export function openPlace({ cluster, binaries, ...options }: PlaceOptions): Promise<Place> {
    if (cluster !== undefined) {
        return openCluster(cluster);
    }
    if (binaries === undefined) {
        throw new Error("a sandbox needs binaries");
    }
    return openSandbox({ binaries, ...options });
}

async function openSandbox(
    options: Omit<PlaceOptions, "cluster" | "binaries"> & { binaries: SandboxBinaries },
): Promise<Place> {
    const sandbox = await HostedSandbox.start(options);
    const { kubeconfig, registry, directory, logs } = sandbox.facts;
    return {
        kubeconfig,
        registry,
        directory,
        keep: async (demo) => {
            const environment = await writeEnvironment(directory, demo);
            sandbox.release();
            return [
                "The sandbox runs on.",
                `  export KUBECONFIG=${kubeconfig}`,
                `  registry: ${registry}   logs: ${logs}`,
                `  the stack: source ${environment} && pulumi -C ${demo.project} stack --stack ${STACK_NAME}`,
                `  to stop it and remove everything: kill ${sandbox.pid ?? "(it has ended)"}`,
            ].join("\n");
        },
        close: () => sandbox.stop(),
    };
}

async function openCluster({ context, registry }: { context: string; registry: string }): Promise<Place> {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromDefault();
    if (kubeConfig.getContextObject(context) === null) {
        const known = kubeConfig.getContexts().map(({ name }) => name);
        throw new Error(`your kubeconfig has no context ${context}; it has ${known.join(", ") || "none"}`);
    }
    kubeConfig.setCurrentContext(context);
    await refuseToTakeOver(kubeConfig);

    const directory = await fs.mkdtemp(path.join(os.tmpdir(), "signed-images-demo-"));
    const kubeconfig = path.join(directory, "kubeconfig");
    await fs.writeFile(kubeconfig, kubeConfig.exportConfig(), { mode: 0o600 });
    return {
        kubeconfig,
        registry: registry.replace(/\/+$/, ""),
        directory,
        keep: async (demo) => {
            const environment = await writeEnvironment(directory, demo);
            return [
                `The stack stays in ${context}.`,
                `  to take it down: source ${environment} && pulumi -C ${demo.project} destroy --stack ${STACK_NAME}`,
                `  then: rm -r ${directory}`,
            ].join("\n");
        },
        close: () => fs.rm(directory, { recursive: true, force: true }),
    };
}

/** Server-side apply takes over what exists, and the demo deletes what it made: it must not find anything there. */
async function refuseToTakeOver(kubeConfig: KubeConfig): Promise<void> {
    const core = kubeConfig.makeApiClient(CoreV1Api);
    const definitions = kubeConfig.makeApiClient(ApiextensionsV1Api);
    const name = POLICY_DEFINITION;
    const found = [
        ...((await exists(() => core.readNamespace({ name: "cosign-system" }))) ? ["the namespace cosign-system"] : []),
        ...((await exists(() => core.readNamespace({ name: NAMESPACE }))) ? [`the namespace ${NAMESPACE}`] : []),
        ...((await exists(() => definitions.readCustomResourceDefinition({ name }))) ? [`the CRD ${name}`] : []),
    ];
    if (found.length > 0) {
        throw new Error(
            `the cluster already has ${found.join(" and ")}; the demo would take it over and delete it at the end`,
        );
    }
}

async function exists(read: () => Promise<unknown>): Promise<boolean> {
    try {
        await read();
        return true;
    } catch (problem) {
        if (problem instanceof ApiException && problem.code === 404) {
            return false;
        }
        throw problem;
    }
}

/** A file to source: the passphrase of the stack is in it, and belongs neither on a terminal nor into a log. */
async function writeEnvironment(directory: string, { environment }: DemoStack): Promise<string> {
    const file = path.join(directory, "environment.sh");
    const lines = Object.entries(environment).map(
        ([key, value]) => `export ${key}='${value.replaceAll("'", "'\\''")}'`,
    );
    await fs.writeFile(file, `${lines.join("\n")}\n`, { mode: 0o600 });
    return file;
}
