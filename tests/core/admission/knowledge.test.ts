import { expect } from "chai";

import { exemption } from "../../../core/admission";
import { newlyEnforced } from "../../../core/admission/change";
import { Knowledge } from "../../../core/admission/knowledge";
import { sortObjects } from "../../../core/admission/objects";
import { UNKNOWN } from "../../../core/policy";
import { FAIL, PASS, policy, workshop } from "./support";

const SOME = `registry.example.com/app@sha256:${"a".repeat(64)}`;
const INCLUDE = "policy.sigstore.dev/include";
const EXCLUDE = "webhooks.knative.dev/exclude";
const SETTINGS = { controllerNamespace: "cosign-system" };

/** Labels of one namespace as a source has them, or what else its metadata has. */
type Metadata = Record<string, unknown>;

function namespaceOf(metadata: Metadata, kind = "Namespace"): object {
    return { apiVersion: "v1", kind, metadata: { name: "shop", ...metadata } };
}

function knowledgeOf(...sources: object[][]): Knowledge {
    return new Knowledge(
        sources.map((objects) => sortObjects(objects.map((value) => ({ value })))),
        SETTINGS,
    );
}

/** What a cluster has written out. */
const live = (labels: Metadata) => namespaceOf({ uid: "5d1f", labels });

describe("what several sources say together", () => {
    const { registry } = workshop();

    /** `enforced`, `exempt`, or `not known`, which is taken for enforced. */
    function stateOf(known: Knowledge): string {
        const state = known.namespaceOf({ metadata: { namespace: "shop" } });
        return state.labels === undefined ? "not known" : exemption(state) === undefined ? "enforced" : "exempt";
    }

    for (const [what, sources, expected] of [
        ["nobody", [], "not known"],
        ["a Namespace without labels", [[namespaceOf({})]], "exempt"],
        ["a Namespace with the label of somebody else", [[namespaceOf({ labels: { team: "x" } })]], "exempt"],
        ["a cluster, of a namespace without the label", [[live({})]], "exempt"],
        ["a label that says no", [[namespaceOf({ labels: { [INCLUDE]: "false" } })]], "exempt"],
        ["a label that the API server drops", [[namespaceOf({ labels: { [EXCLUDE]: null } })]], "exempt"],
        [
            "a cluster, and a stack that says nothing of it",
            [[live({ [INCLUDE]: "true" })], [namespaceOf({ labels: { team: "x" } })]],
            "enforced",
        ],
        ["a cluster, and a stack with the plain Namespace", [[live({})], [namespaceOf({})]], "exempt"],
        ["a later source that enforces", [[live({})], [namespaceOf({ labels: { [INCLUDE]: "true" } })]], "enforced"],
        [
            "a later source that does so no more",
            [[live({ [INCLUDE]: "true" })], [namespaceOf({ labels: { [INCLUDE]: "false" } })]],
            "exempt",
        ],
        [
            "two sources, of which one takes the namespace out",
            [[live({ [EXCLUDE]: "" })], [namespaceOf({ labels: { [INCLUDE]: "true" } })]],
            "exempt",
        ],
        [
            "a later source whose label is not known yet",
            [[live({})], [namespaceOf({ labels: { [INCLUDE]: UNKNOWN } })]],
            "not known",
        ],
        [
            "one source, of which a patch follows the Namespace",
            [[namespaceOf({}), namespaceOf({ labels: { [INCLUDE]: "true" } }, "NamespacePatch")]],
            "enforced",
        ],
    ] as [string, object[][], string][]) {
        it(`makes of a namespace, by ${what}: ${expected}`, () => {
            expect(stateOf(knowledgeOf(...sources))).to.equal(expected);
        });
    }

    it("takes an object that names no namespace for one in default, and does not guess at a name that is not known", () => {
        const known = knowledgeOf([namespaceOf({ name: "default", labels: { [INCLUDE]: "false" } })]);
        for (const metadata of [{}, { namespace: "" }, { namespace: "default" }]) {
            expect(exemption(known.namespaceOf({ metadata }))).to.include("default");
        }
        expect(known.namespaceOf({ metadata: { namespace: UNKNOWN } })).to.deep.equal({ name: "(not known yet)" });
    });

    it("has a policy from the last source that has it", async () => {
        for (const [first, last, verdict] of [
            [FAIL, PASS, "admitted"],
            [PASS, FAIL, "refused"],
        ] as const) {
            const known = knowledgeOf([policy("p", [first])], [policy("p", [last])]);
            expect((await known.admission(registry).judge({ image: SOME })).verdict).to.equal(verdict);
        }
    });

    it("has a Secret from the last source that has it, also where its content is not known yet", () => {
        const secretOf = (content: unknown, namespace?: string) => ({
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "release", namespace },
            stringData: { "cosign.pub": content },
        });
        const inSecret = policy("p", [{ key: { secretRef: { name: "release" } } }]);
        const reasonOf = (...sources: object[][]) =>
            knowledgeOf([inSecret], ...sources).admission(registry).absentPolicies[0]?.reason;
        expect(reasonOf([secretOf("no key")])).to.include("is no public key");
        expect(reasonOf([secretOf("no key")], [secretOf(UNKNOWN)])).to.equal(undefined);
        expect(reasonOf([secretOf(UNKNOWN)], [secretOf("no key")])).to.include("is no public key");
        expect(reasonOf([secretOf("no key")], [secretOf(UNKNOWN, "elsewhere")])).to.include("is no public key");
    });

    it("knows the namespaces that are enforced only from then on", () => {
        const enforcing = namespaceOf({ labels: { [INCLUDE]: "true" } });
        const namesOf = (before: object[], stack: object[]) =>
            newlyEnforced(["shop", "shop"], { before: knowledgeOf(before), after: knowledgeOf(before, stack) });
        expect(namesOf([live({})], [enforcing])).to.deep.equal(["shop"]);
        expect(namesOf([live({})], [namespaceOf({ labels: UNKNOWN })])).to.deep.equal(["shop"]);
        expect(namesOf([live({ [INCLUDE]: "true" })], [enforcing])).to.deep.equal([]);
        expect(namesOf([live({})], [namespaceOf({})])).to.deep.equal([]);
        // There is none yet, and so nothing that runs in it.
        expect(namesOf([], [enforcing])).to.deep.equal([]);
    });
});
