/**
 * How long `pulumi up` takes for controller, policy and namespace, beside the same objects written by hand.
 *
 * `tsx bench/up.ts [ROUNDS]`; prints one JSON object.
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

async function measure(rounds: number): Promise<void> {
    await using stage = await Stage.open();
    const programs = { components, byHand };
    const seconds: Record<keyof typeof programs, number[]> = { components: [], byHand: [] };
    for (let round = 0; round < rounds; round++) {
        for (const name of ["components", "byHand"] as const) {
            const stack = await stage.stack(`${name.toLowerCase()}-${round}`, () => {
                programs[name](stage.chart);
            });
            const begun = performance.now();
            await stack.up();
            seconds[name].push((performance.now() - begun) / 1000);
            await stack.destroy();
        }
    }
    const result = { components: median(seconds.components), byHand: median(seconds.byHand), rounds };
    console.log(JSON.stringify({ ...result, ratio: result.components / result.byHand }, rounded, 2));
}

function median(values: readonly number[]): number {
    return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function rounded(_key: string, value: unknown): unknown {
    return typeof value === "number" ? Number(value.toFixed(2)) : value;
}

void measure(Number(process.argv[2] ?? DEFAULT_ROUNDS));
