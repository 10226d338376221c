/**
 * How long `pulumi preview` and `pulumi up` take for controller, policy and namespace, and how many resources they have, beside the
 * chart, a policy and a namespace written by hand.
 *
 * `tsx bench/components.ts [ROUNDS]`; prints one JSON object.
 */
import * as kubernetes from "@pulumi/kubernetes";
import { Authority, ClusterImagePolicy, EnforcedNamespace, PolicyController, StaticAction } from "../index";
import { Stage } from "../tests/cluster/support/stage";

const GLOB = "registry.example.com/acme/**";
const DEFAULT_ROUNDS = 3;

/** What this package registers, gates and all. */
function components(chart: string): void {
    const controller = new PolicyController("controller", { chart: { path: chart } });
    const policy = new ClusterImagePolicy(
        "acme",
        { images: [GLOB], authorities: [Authority.static({ action: StaticAction.Fail })] },
        { dependsOn: controller },
    );
    new EnforcedNamespace("shop", { name: "shop", create: true }, { dependsOn: policy });
}

/** The chart, a policy and a labelled namespace as they are written without it. */
function byHand(chart: string): void {
    const namespace = new kubernetes.core.v1.Namespace("cosign-system", { metadata: { name: "cosign-system" } });
    const controller = new kubernetes.helm.v4.Chart(
        "policy-controller",
        { chart, namespace: "cosign-system", values: { webhook: { replicaCount: 3 } } },
        { dependsOn: namespace },
    );
    const policy = new kubernetes.apiextensions.CustomResource(
        "acme",
        {
            apiVersion: "policy.sigstore.dev/v1alpha1",
            kind: "ClusterImagePolicy",
            metadata: { name: "acme" },
            spec: { images: [{ glob: GLOB }], authorities: [{ static: { action: "fail" } }] },
        },
        { dependsOn: controller },
    );
    const labels = { "policy.sigstore.dev/include": "true" };
    new kubernetes.core.v1.Namespace("shop", { metadata: { name: "shop", labels } }, { dependsOn: policy });
}

/** What a program needs; the medians of the rounds. */
interface Figures {
    previewSeconds: number;
    upSeconds: number;
    /** All that the engine registers: components, and the provider and the stack themselves, too. */
    resources: number;
}

async function measure(rounds: number): Promise<void> {
    await using stage = await Stage.open();
    const programs = { components, byHand };
    const figures: Record<keyof typeof programs, Figures[]> = { components: [], byHand: [] };
    for (let round = 0; round < rounds; round++) {
        for (const name of ["components", "byHand"] as const) {
            const stack = await stage.stack(`${name.toLowerCase()}-${round}`, () => {
                programs[name](stage.chart);
            });
            const preview = await timed(() => stack.preview());
            const up = await timed(() => stack.up());
            await stack.destroy();
            figures[name].push({
                previewSeconds: preview.seconds,
                upSeconds: up.seconds,
                resources: preview.result.changeSummary.create ?? 0,
            });
        }
    }
    const [ours, theirs] = [medians(figures.components), medians(figures.byHand)];
    const ratio = {
        preview: ours.previewSeconds / theirs.previewSeconds,
        up: ours.upSeconds / theirs.upSeconds,
        resources: ours.resources / theirs.resources,
    };
    console.log(JSON.stringify({ components: ours, byHand: theirs, ratio, rounds }, rounded, 2));
}

async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
    const begun = performance.now();
    const result = await work();
    return { seconds: (performance.now() - begun) / 1000, result };
}

function medians(figures: readonly Figures[]): Figures {
    const of = (name: keyof Figures): number => median(figures.map((each) => each[name]));
    return { previewSeconds: of("previewSeconds"), upSeconds: of("upSeconds"), resources: of("resources") };
}

function median(values: readonly number[]): number {
    return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function rounded(_key: string, value: unknown): unknown {
    return typeof value === "number" ? Number(value.toFixed(2)) : value;
}

void measure(Number(process.argv[2] ?? DEFAULT_ROUNDS));
