import { expect } from "chai";

import { TrustRoots } from "../../../core/admission/trust-roots";

const OURS = { apiVersion: "policy.sigstore.dev/v1alpha1", kind: "TrustRoot", metadata: { name: "ours" }, spec: {} };

describe("a TrustRoot that is not among those that are known", () => {
    it("is none in a cluster of which all are known", async () => {
        expect(await new TrustRoots([OURS], false).material("theirs")).to.deep.include({
            verdict: "refused",
            reason: "trustRootRef theirs not found.",
        });
    });

    it("is not known where nobody has asked the cluster, whatever others are", async () => {
        for (const known of [[], [OURS]]) {
            expect(await new TrustRoots(known, true).material("theirs")).to.deep.include({ verdict: "unknown" });
        }
    });
});
