import { expect } from "chai";

import { Knowledge } from "../../core/admission/knowledge";
import { sortObjects } from "../../core/admission/objects";
import { RegistryClient } from "../../core/registry";
import { lostImages } from "../../policy-pack/running";
import { settingsOf } from "../../policy-pack/settings";

const IMAGE = `registry.example.com/app@sha256:${"a".repeat(64)}`;
const SHOP = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "shop", labels: { "policy.sigstore.dev/include": "true" } },
};
const REFUSING = {
    apiVersion: "policy.sigstore.dev/v1alpha1",
    kind: "ClusterImagePolicy",
    metadata: { name: "strict" },
    spec: { images: [{ glob: "**" }], authorities: [{ static: { action: "fail" } }] },
};
const ADMITTING = {
    ...REFUSING,
    spec: { images: [{ glob: "**" }], authorities: [{ static: { action: "pass" } }] },
};
const POD_SPEC = { containers: [{ name: "main", image: IMAGE }] };

/** A pod that runs, made by a Job of this name. */
function podOfJob(job: string): object {
    const ownerReferences = [{ apiVersion: "batch/v1", kind: "Job", name: job, uid: "1", controller: true }];
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: `${job}-x1y2z`, namespace: "shop", ownerReferences },
        spec: POD_SPEC,
    };
}

const CRON_JOB = {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "report", namespace: "shop" },
    spec: { jobTemplate: { spec: { template: { spec: POD_SPEC } } } },
};

/** The makers of what runs and would not come back once a policy of the stack refuses everything. */
async function lostMakers(running: readonly object[], stack: readonly object[]): Promise<(string | undefined)[]> {
    const sorted = (objects: readonly object[]) => sortObjects(objects.map((value) => ({ value })));
    const live = sorted([SHOP, ADMITTING, ...running]);
    const own = sorted([REFUSING, ...stack]);
    const settings = settingsOf({ context: "test" });
    const reader = { list: () => Promise.resolve([]), read: () => Promise.resolve(undefined) };
    const change = {
        cluster: { reader, objects: live },
        stack: own,
        before: new Knowledge([live], settings),
        after: new Knowledge([live, own], settings),
    };
    const registry = new RegistryClient();
    const lost = await lostImages(change, registry);
    await registry.close();
    return lost.map(({ workload }) => workload?.name);
}

describe("what runs and would not come back", () => {
    it("are the pods of a CronJob, by their Jobs", async () => {
        expect(await lostMakers([podOfJob("report-29384756")], [])).to.deep.equal(["of Job/report-29384756"]);
    });

    it("is not what a CronJob of the stack makes", async () => {
        const running = [podOfJob("report-29384756"), podOfJob("other-29384756"), podOfJob("report")];
        expect(await lostMakers(running, [CRON_JOB])).to.deep.equal(["of Job/other-29384756", "of Job/report"]);
    });
});
