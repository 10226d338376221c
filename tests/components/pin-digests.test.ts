import { expect } from "chai";

import { pinDigests } from "../../index";

/** Nobody listens there: whatever is looked at is not resolved. */
const IMAGE = "localhost:1/acme/app:1";

function transformed(type: string, props: object) {
    const args = { custom: true, type, name: "web", props, opts: {} };
    return pinDigests({ images: ["localhost:1/**"] })(args);
}

async function problemOf(type: string, props: object): Promise<string> {
    return Promise.resolve(transformed(type, props)).then(
        () => "none",
        (problem: unknown) => String(problem),
    );
}

describe("pinDigests", () => {
    const template = { spec: { containers: [{ name: "main", image: IMAGE }] } };

    for (const [type, props] of [
        ["core/v1:Pod", template],
        ["apps/v1:Deployment", { spec: { template } }],
        ["apps/v1:DeploymentPatch", { spec: { template } }],
        ["batch/v1:Job", { spec: { template } }],
        ["batch/v1:CronJob", { spec: { jobTemplate: { spec: { template } } } }],
    ] as const) {
        it(`looks at the images of ${type}`, async () => {
            expect(await problemOf(`kubernetes:${type}`, props)).to.include(`the digest of ${IMAGE} is not known`);
        });
    }

    it("leaves alone what runs no pods, and what is pinned or not asked for", async () => {
        expect(await problemOf("kubernetes:core/v1:ConfigMap", { data: { image: IMAGE } })).to.equal("none");
        for (const image of [`${IMAGE}@sha256:${"a".repeat(64)}`, "localhost:2/acme/app:1"]) {
            const props = { spec: { containers: [{ name: "main", image }] } };
            expect(await transformed("kubernetes:core/v1:Pod", props)).to.deep.equal({ props, opts: {} });
        }
    });
});
