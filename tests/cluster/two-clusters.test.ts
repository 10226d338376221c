import * as fs from "node:fs";
import * as path from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { Authority, ClusterImagePolicy, EnforcedNamespace, PolicyController, StaticAction } from "../../index";
import { type Cluster } from "../sandbox/support/cluster";
import { IS_SOAK } from "./support/draw";
import { startSecondCluster } from "./support/second-cluster";
import { BUILD_TIMEOUT_MS, Stage } from "./support/stage";

/** Everything under the same names, whichever cluster. */
function install(chart: string, opts: pulumi.ComponentResourceOptions, armingTimeoutSeconds?: number): void {
    const controller = new PolicyController("controller", { chart: { path: chart }, armingTimeoutSeconds }, opts);
    const authorities = [Authority.static({ action: StaticAction.Pass })];
    const policy = new ClusterImagePolicy(
        "anything",
        { images: ["**"], authorities },
        { ...opts, dependsOn: controller },
    );
    new EnforcedNamespace("shop", { name: "shop", create: true }, { ...opts, dependsOn: policy });
}

/** Hands its provider on by `providers`, as their parent. */
class Here extends pulumi.ComponentResource {
    constructor(chart: string, provider: kubernetes.Provider) {
        super("tests:index:Here", "cluster", {}, { providers: [provider] });
        install(chart, { parent: this });
    }
}

/** Hands its provider on by `provider`. Nothing runs there, so the wait for it is in vain. */
class There extends pulumi.ComponentResource {
    constructor(chart: string, provider: kubernetes.Provider) {
        super("tests:index:There", "cluster");
        install(chart, { parent: this, provider }, 5);
    }
}

async function namespacesOf(cluster: Cluster): Promise<Map<string, string | undefined>> {
    const { items } = await cluster.core.listNamespace();
    return new Map(items.map(({ metadata }) => [metadata?.name ?? "", metadata?.annotations?.["signed-images/owner"]]));
}

describe("two clusters in one stack", function () {
    this.timeout(4 * 60_000);

    // The provider is handed on in tests/components; here, for whoever has the time, it is seen that it is used.
    (IS_SOAK ? it : it.skip)(
        "get each its own, by the same names, and one that is never armed holds up nothing in the other",
        async function () {
            this.timeout(BUILD_TIMEOUT_MS);
            await using stage = await Stage.open();
            await using second = await startSecondCluster(path.join(stage.sandbox.directory, "second"));
            const nowhere = path.join(stage.sandbox.directory, "nowhere");
            fs.writeFileSync(nowhere, "apiVersion: v1\nkind: Config\n");
            const stack = await stage.stack(
                "both",
                () => {
                    const provider = (name: string, kubeconfig: string) =>
                        new kubernetes.Provider(name, { kubeconfig: fs.readFileSync(kubeconfig, "utf8") });
                    new Here(stage.chart, provider("here", stage.sandbox.kubeconfig));
                    new There(stage.chart, provider("there", second.kubeconfig));
                },
                // No default provider can stand in.
                { KUBECONFIG: nowhere },
            );
            const said = await stack.up({ continueOnError: true, color: "never" }).then(() => "", String);
            expect(said).to.include("controller-serves");

            const here = await namespacesOf(stage.cluster);
            const there = await namespacesOf(second.cluster);
            expect(here.get("cosign-system")).to.match(/^tests\/both\//);
            expect(there.get("cosign-system"))
                .to.match(/^tests\/both\//)
                .and.not.equal(here.get("cosign-system"));
            expect([...here.keys()]).to.include("shop");
            expect([...there.keys()], "not armed, not enforced").to.not.include("shop");

            await stack.destroy();
            for (const cluster of [stage.cluster, second.cluster]) {
                expect([...(await namespacesOf(cluster)).keys()]).to.not.include.members(["cosign-system", "shop"]);
            }
        },
    );
});
