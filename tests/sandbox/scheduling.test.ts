import { expect } from "chai";

import { KubernetesNode, Pod } from "../../sandbox/objects";
import { chooseNode } from "../../sandbox/scheduling";

const NODES = [node("a"), node("b"), node("c")];

describe("the choice of a node", () => {
    it("spreads the pods of an owner over the nodes", () => {
        const placed = [pod("web", "a"), pod("web", "c")];
        expect(chooseNode(pod("web"), NODES, placed)).to.equal("b");
    });

    it("evens out what is not of one owner", () => {
        const placed = [pod("web", "a"), pod("shop", "b"), pod("shop", "b")];
        expect(chooseNode(pod("queue"), NODES, placed)).to.equal("c");
    });

    it("leaves cordoned nodes out", () => {
        const nodes = [node("a", { unschedulable: true }), node("b", { unschedulable: true }), node("c")];
        expect(chooseNode(pod("web"), nodes, [pod("web", "c")])).to.equal("c");
    });

    it("finds none for a selector that no node has", () => {
        expect(chooseNode(pod("web", undefined, { nodeSelector: { disk: "ssd" } }), NODES, [])).to.equal(undefined);
    });

    it("takes the node that a DaemonSet names, cordoned or not", () => {
        const terms = [{ matchFields: [{ key: "metadata.name", operator: "In", values: ["b"] }] }];
        const required = { nodeSelectorTerms: terms };
        const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
        const nodes = [node("a"), node("b", { unschedulable: true })];
        expect(chooseNode(pod("agent", undefined, { affinity }), nodes, [])).to.equal("b");
    });
});

function node(name: string, spec: KubernetesNode["spec"] = {}): KubernetesNode {
    return { metadata: { name, uid: name, creationTimestamp: "2026-11-01T00:00:00Z" }, spec };
}

let pods = 0;

function pod(owner: string, nodeName?: string, spec: Partial<Pod["spec"]> = {}): Pod {
    const name = `${owner}-${++pods}`;
    return {
        metadata: {
            name,
            uid: name,
            creationTimestamp: "2026-11-01T00:00:00Z",
            ownerReferences: [{ kind: "ReplicaSet", name: owner, uid: owner, controller: true }],
        },
        spec: { nodeName, containers: [], ...spec },
    };
}
