import { expect } from "chai";

import { readCluster, type ClusterReader } from "../../../core/cluster";

/** A cluster of nothing but these Deployments of the controller's namespace. */
function clusterOf(...deployments: object[]): ClusterReader {
    return {
        list: (_apiVersion, kind) => Promise.resolve(kind === "Deployment" ? deployments : []),
        read: () => Promise.resolve(undefined),
    };
}

function deployment(image: string, labels: Record<string, string> = {}): object {
    return { metadata: { labels }, spec: { template: { spec: { containers: [{ image }] } } } };
}

const CHART = { "app.kubernetes.io/name": "policy-controller", "app.kubernetes.io/version": "0.13.1" };
const DIGEST = `sha256:${"a".repeat(64)}`;

describe("the controller of a live cluster", () => {
    const VERSIONS: [string, string, object[]][] = [
        [
            "the image's tag",
            "0.15.1",
            [deployment("ghcr.io/sigstore/policy-controller/policy-controller:v0.15.1", CHART)],
        ],
        ["the tag in front of a digest", "0.15.1", [deployment(`policy-controller:0.15.0@${DIGEST}`, CHART)]],
        [
            "the chart's label, where the image is a digest",
            "0.13.1",
            [deployment(`policy-controller@${DIGEST}`, CHART)],
        ],
        [
            "the chart's label of a chart for a newer one",
            "0.15.1",
            [deployment(`mirror/policy-controller@${DIGEST}`, { ...CHART, "app.kubernetes.io/version": "v0.14.0" })],
        ],
        [
            "the image, without a label",
            "0.15.1",
            [deployment("other:v9.9.9"), deployment("a/policy-controller:v0.15.1")],
        ],
        ["nothing", "0.13.1", [deployment("my-policy-controller:v0.15.1")]],
    ];
    for (const [what, version, deployments] of VERSIONS) {
        it(`has the version of ${what}`, async () => {
            const { config } = await readCluster(clusterOf(...deployments), "cosign-system");
            expect(config).to.include({ version });
        });
    }
});
