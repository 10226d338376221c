import * as fs from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { KubeConfig } from "@kubernetes/client-node";
import { ensureEngine, engineToolNames, ensureTools } from "../../tools";
import { locateChart } from "../chart";
import { CASES, pushImages, signImage } from "./images";
import { leftovers, listObjects } from "./inventory";
import type { DemoOptions } from "./options";
import { openPlace, type Place } from "./place";
import { changesInPreview, chartSettings, createStack, type DemoStack, NAMESPACE } from "./stack";
import { type Chapter, type Story, table } from "./story";
import { deploy, type Verdict } from "./verdicts";

/** How long an engine is waited for whose cluster is gone. */
const ENGINE_GIVES_UP_MS = 20_000;

/** What a sandbox runs. */
export const SANDBOX_TOOLS = [
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "policy-controller",
    "registry",
] as const;

/** What pushes and signs. */
const IMAGE_TOOLS = ["cosign", "crane"] as const;

/** What the demo found: the object that `--json` prints. */
export interface DemoResult {
    images: Verdict[];
    /** URNs of what a preview would change after a refresh. */
    drift: string[];
    /** `kind/namespace/name` of what is left after `pulumi destroy`. */
    leftovers: string[];
    seconds: Record<Chapter, number>;
}

/** The demo succeeded when the cluster admitted the signed image and nothing else, and nothing drifted or was left. */
export function succeeded(result: DemoResult): boolean {
    const admitted = result.images.filter((image) => image.admitted).map((image) => image.case);
    const answered = result.images.length === CASES.length;
    return answered && admitted.join() === "signed" && result.drift.length === 0 && result.leftovers.length === 0;
}

/** From an empty machine to a refused unsigned image. */
export async function runDemo(options: DemoOptions, story: Story, interruption: AbortController): Promise<DemoResult> {
    const { signal } = interruption;
    const tools = await story.chapter("tools", "The tools: Kubernetes, policy-controller, cosign, Pulumi", async () => {
        const sandboxTools = options.cluster ? [] : SANDBOX_TOOLS;
        // All at once, so that what is built is counted once.
        await ensureTools([...IMAGE_TOOLS, ...sandboxTools, ...(await engineToolNames())], {
            report: story.tell,
            signal,
        });
        const sandbox = options.cluster ? undefined : await ensureTools(SANDBOX_TOOLS);
        return { ...(await ensureTools(IMAGE_TOOLS)), sandbox };
    });
    const place = await story.chapter(
        "sandbox",
        options.cluster ? `Your cluster: ${options.cluster.context}` : "The sandbox: a real control plane on loopback",
        () =>
            openPlace({
                cluster: options.cluster,
                binaries: tools.sandbox,
                report: story.tell,
                onFailure: (failure) => {
                    interruption.abort(failure);
                },
                signal,
            }),
    );
    const work = runInPlace({ options, story, signal, place, tools });
    try {
        // A sandbox goes as a whole, so nobody has to wait for what still runs on it. A stack in the user's own cluster
        // has to be taken down first.
        return await (options.cluster ? work : Promise.race([work, rejectedOnAbort(signal)]));
    } finally {
        if (!options.keep || signal.aborted) {
            await place.close();
            await removeBehind(work, place.directory);
        }
    }
}

/** Without its cluster an engine gives up soon, and writes its state once more: into a folder that was gone already. */
async function removeBehind(work: Promise<unknown>, directory: string): Promise<void> {
    await Promise.race([work.catch(() => undefined), delay(ENGINE_GIVES_UP_MS, undefined, { ref: false })]);
    await fs.rm(directory, { recursive: true, force: true });
}

function rejectedOnAbort(signal: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
            reject(signal.reason as Error);
        });
    });
}

interface Scene {
    options: DemoOptions;
    story: Story;
    signal: AbortSignal;
    place: Place;
    tools: Readonly<Record<"cosign" | "crane", string>>;
}

async function runInPlace(scene: Scene): Promise<DemoResult> {
    const { options, story, signal, place } = scene;
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromFile(place.kubeconfig);
    const chart = await locateChart({ given: options.chart, directory: place.directory, signal });
    story.tell(`The chart: ${chart.description}`);
    const engine = await ensureEngine({ home: `${place.directory}/pulumi`, report: story.tell, signal });
    const demo = await createStack({
        engine,
        directory: place.directory,
        kubeconfig: place.kubeconfig,
        settings: {
            "images[0]": `${place.registry}/**`,
            "namespaces[0]": NAMESPACE,
            createNamespaces: "true",
            ...chartSettings(chart),
        },
    });

    const before = await listObjects(kubeConfig);
    await story.chapter("preview", "pulumi preview: what would be created", async () => {
        await demo.stack.preview({ onOutput: story.quote, signal, color: "never", suppressProgress: true });
    });
    let verdicts: Verdict[];
    let drift: string[];
    try {
        await story.chapter("up", "pulumi up: the same, for real", async () => {
            await demo.stack.up({ onOutput: story.quote, signal, color: "never", suppressOutputs: true });
        });
        verdicts = await story.chapter("verdicts", "Four images, signed in four ways, and the cluster's answers", () =>
            askForVerdicts(scene, demo, kubeConfig),
        );
        drift = await checkDrift(scene, demo);
    } catch (problem) {
        await tidyUp(scene, demo);
        throw problem;
    }
    if (options.keep) {
        story.print(verdictTable(verdicts));
        story.print(await place.keep(demo));
        return { images: verdicts, drift, leftovers: [], seconds: story.seconds() };
    }
    const left = await story.chapter("destroy", "pulumi destroy, and a look at what is left", async () => {
        await demo.stack.destroy({ onOutput: story.quote, signal, color: "never" });
        return leftovers(before, await listObjects(kubeConfig));
    });
    story.tell(left.length === 0 ? "Nothing was left in the cluster." : `Left in the cluster: ${left.join(", ")}`);
    story.print(verdictTable(verdicts));
    return { images: verdicts, drift, leftovers: left, seconds: story.seconds() };
}

async function askForVerdicts(scene: Scene, demo: DemoStack, kubeConfig: KubeConfig): Promise<Verdict[]> {
    const { place, story, signal, tools } = scene;
    const { secretName } = await demo.stack.outputs();
    const workshop = {
        tools,
        directory: place.directory,
        prefix: `${place.registry}/signed-images-demo`,
        kubeconfig: place.kubeconfig,
        signingKey: `k8s://cosign-system/${String(secretName?.value)}`,
        signal,
    };
    const verdicts: Verdict[] = [];
    for (const image of await pushImages(workshop)) {
        signal.throwIfAborted();
        await signImage(workshop, image);
        const verdict = await deploy(kubeConfig, NAMESPACE, image);
        story.tell(`${image.case}: ${verdict.admitted ? "admitted" : "refused"}`);
        verdicts.push(verdict);
    }
    return verdicts;
}

/** The live controller rewrites its webhooks and certificates; a stack that sees that as drift would undo it. */
async function checkDrift({ story, signal }: Scene, demo: DemoStack): Promise<string[]> {
    story.tell("pulumi refresh, then preview: has anything drifted?");
    await demo.stack.refresh({ signal, color: "never" });
    const drift = await changesInPreview(demo.stack, signal);
    story.tell(drift.length === 0 ? "Nothing has drifted." : `Drifted: ${drift.join(", ")}`);
    return drift;
}

/** Takes down what is in the user's own cluster. */
async function tidyUp({ options, story }: Scene, demo: DemoStack): Promise<void> {
    if (options.cluster === undefined) {
        return;
    }
    story.tell("Taking down what was created");
    await demo.stack.cancel().catch(() => undefined);
    await demo.stack.destroy({ color: "never" });
}

function verdictTable(verdicts: readonly Verdict[]): string {
    const rows = verdicts.map(({ image, admitted, message }) => [
        shortReference(image),
        admitted ? "admitted" : "refused",
        message.replaceAll(/\s+/g, " "),
    ]);
    return `\n${table(["image", "the cluster", "in its own words"], rows)}\n`;
}

/** The repository's last part and the digest's first digits. */
function shortReference(reference: string): string {
    return /[^/]+@sha256:[0-9a-f]{12}/.exec(reference)?.[0] ?? reference;
}
