import * as path from "node:path";
import type { Stack } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { Authority, ClusterImagePolicy, EnforcedNamespace, PolicyController, StaticAction } from "../../index";
import { leftovers, listObjects } from "../../sandbox/demo/inventory";
import { changesInPreview } from "../../sandbox/demo/stack";
import { mendStateFile } from "../support/torn-state";
import { drawn, SEED } from "./support/draw";
import { killEngineAt } from "./support/interruption";
import { BUILD_TIMEOUT_MS, Stage } from "./support/stage";

const TIMEOUT_MS = 8 * 60_000;

type Operation = "up" | "update" | "destroy";

/** Ten moments of an engine's work: before the first object, in the chart, at the gates, in the deletions. */
const MOMENTS: readonly [Operation, string][] = [
    ["up", "pulumi:pulumi:Stack::"],
    ["up", "ClusterRole::controller:policy-controller-webhook"],
    ["up", "MutatingWebhookConfigurationPatch::controller-mutates-workloads"],
    ["up", "ClusterImagePolicy::controller-canary"],
    ["up", "NamespacePatch::shop"],
    ["update", "PodDisruptionBudget::controller:cosign-system/policy-controller-webhook"],
    ["update", "Deployment::controller:cosign-system/policy-controller-webhook"],
    ["destroy", "NamespacePatch::shop"],
    ["destroy", "CustomResourceDefinition::controller-policies"],
    ["destroy", "Deployment::controller:cosign-system/policy-controller-webhook"],
];

/** Where docs/recovery.md looks for what a `destroy` did not know of, and what goes with a definition or a Service. */
const LOOKED_AT =
    /^(CustomResourceDefinition|MutatingWebhookConfiguration|ValidatingWebhookConfiguration|ClusterRole|ClusterRoleBinding|PriorityClass)\/\/.*(sigstore|policy-controller)/;
const GOES_WITH_ANOTHER = /^(APIService|ClusterImagePolicy|TrustRoot|IPAddress)\/\//;

/** Two of them in an ordinary run, by a seed that the test names. */
const DRAWN = [...drawn(MOMENTS.slice(0, 7)), ...drawn(MOMENTS.slice(7))];
/** From before the object is sent until after it is there. */
const DELAY_MS = SEED % 400;

describe(`an engine that is killed (SIGNED_IMAGES_SEED=${SEED})`, function () {
    this.timeout(TIMEOUT_MS);
    let stage: Stage;
    let objectsBefore: ReadonlySet<string>;
    let replicas = 3;

    before(async function () {
        this.timeout(BUILD_TIMEOUT_MS);
        stage = await Stage.open();
        objectsBefore = await listObjects(stage.kubeConfig);
    });

    after(() => stage.sandbox.stop());

    function stackOf(name: string): Promise<Stack> {
        return stage.stack(name, () => {
            const controller = new PolicyController("controller", { replicas, chart: { path: stage.chart } });
            const policy = new ClusterImagePolicy(
                "policy",
                {
                    images: ["registry.example.com/trusted/**"],
                    authorities: [Authority.static({ action: StaticAction.Fail })],
                },
                { dependsOn: controller },
            );
            new EnforcedNamespace("shop", { name: "shop", create: true }, { dependsOn: policy });
        });
    }

    DRAWN.forEach(([operation, resource], index) => {
        it(`finishes after a kill of ${operation} at ${resource}, and leaves nothing`, async () => {
            const name = `killed-${index}`;
            replicas = 3;
            const stack = await stackOf(name);
            if (operation !== "up") {
                await stack.up();
            }
            replicas = operation === "update" ? 2 : 3;
            await killEngineAt(
                { resource: resource.replace(/::$/, `::tests-${name}`), delayMs: DELAY_MS },
                name,
                (onEvent) => (operation === "destroy" ? stack.destroy({ onEvent }) : stack.up({ onEvent })),
            );

            // What docs/recovery.md says: a state that was cut off, the lock, then the same again.
            mendStateFile(path.join(stage.sandbox.directory, ".pulumi", "stacks", "tests", `${name}.json`));
            await stack.cancel().catch(() => undefined);
            if (operation !== "destroy") {
                await stack.up();
                expect(await changesInPreview(stack)).to.deep.equal([]);
                const made = leftovers(objectsBefore, await listObjects(stage.kubeConfig));
                const ofTheCluster = made.filter((object) => object.includes("//") && !object.startsWith("Namespace/"));
                const overlooked = ofTheCluster.filter((object) => !LOOKED_AT.test(object));
                expect(overlooked.filter((object) => !GOES_WITH_ANOTHER.test(object))).to.deep.equal([]);
            }
            await stack.destroy();
            expect(leftovers(objectsBefore, await listObjects(stage.kubeConfig))).to.deep.equal([]);
        });
    });
});
