import { expect } from "chai";
import { PolicyController, type PolicyControllerArgs } from "../../index";
import { record, type Registration } from "../support/recorder";
import { refusalOf } from "../support/refusals";

/** The chart of the controller; the other one only looks at the cluster. */
function chartOf(registrations: readonly Registration[]): Registration | undefined {
    return registrations.find((it) => it.type === "kubernetes:helm.sh/v4:Chart" && it.name === "controller");
}

async function valuesOf(args: PolicyControllerArgs): Promise<unknown> {
    const { registrations } = await record(() => new PolicyController("controller", args));
    return chartOf(registrations)?.inputs.values;
}

function refusal(args: PolicyControllerArgs): string {
    return refusalOf(() => new PolicyController("controller", args));
}

describe("PolicyController", () => {
    it("merges further values last, key by key", async () => {
        const values = await valuesOf({
            replicas: 2,
            values: { webhook: { replicaCount: 5, podAnnotations: { team: "platform" } }, loglevel: "debug" },
        });
        expect(values).to.deep.include({ loglevel: "debug" });
        expect(values).to.have.deep.nested.include({
            "webhook.replicaCount": 5,
            "webhook.podAnnotations.team": "platform",
            "webhook.podDisruptionBudget.minAvailable": 4,
            "webhook.configData": { "no-match-policy": "deny" },
        });
    });

    it("takes a chart from disk, or from a repository at an exact version", async () => {
        const chart = async (args: PolicyControllerArgs) => {
            const { registrations } = await record(() => new PolicyController("controller", args));
            return chartOf(registrations)?.inputs;
        };
        expect(await chart({ chart: { path: "./chart.tgz" } })).to.include({ chart: "./chart.tgz" });
        expect(await chart({ chart: { version: "0.10.5" } })).to.deep.include({
            chart: "policy-controller",
            version: "0.10.5",
            repositoryOpts: { repo: "https://sigstore.github.io/helm-charts" },
        });
    });

    it("refuses what would leave the webhooks unserved or ambiguous", () => {
        expect(refusal({ replicas: 0 })).to.include("[replicas-out-of-range]");
        expect(refusal({ replicas: 1.5 })).to.include("[replicas-out-of-range]");
        expect(refusal({ webhookTimeoutSeconds: 31 })).to.include("[webhook-timeout-out-of-range]");
        expect(refusal({ namespace: "Cosign_System" })).to.include("[label-invalid]");
        expect(refusal({ chart: { path: "./chart.tgz", version: "0.10.6" } })).to.include("[chart-source-ambiguous]");
    });
});
