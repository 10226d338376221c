import { expect } from "chai";
import { readYaml } from "../../core/policy/yaml-file";
import { lintManifests } from "../../core/policy";

describe("large input", () => {
    it("reads a mapping of many keys, and still sees a doubled one", () => {
        const entries = Array.from({ length: 50_000 }, (_, index) => `  key${index}: x`);
        const map = ["data:", ...entries].join("\n");
        expect(readYaml(map)).to.have.length(1);
        expect(() => readYaml(`${map}\n  key7: y`)).to.throw("The same key stands twice");
    });

    it("compares some hundred policies with each other", () => {
        const policies = Array.from({ length: 400 }, (_, index) => ({
            apiVersion: "policy.sigstore.dev/v1alpha1",
            kind: "ClusterImagePolicy",
            metadata: { name: `team-${index}` },
            spec: {
                images: [{ glob: `ghcr.io/acme/team-${index}/**` }],
                authorities: [{ static: { action: "fail" } }],
            },
        }));
        expect(lintManifests(policies)).to.deep.equal([]);
    });

    it("compares globs that begin with wildcards without looking at every name anew", () => {
        const policies = Array.from({ length: 30 }, (_, index) => ({
            apiVersion: "policy.sigstore.dev/v1alpha1",
            kind: "ClusterImagePolicy",
            metadata: { name: `team-${index}` },
            spec: {
                images: ["a", "b", "c"].map((name) => ({ glob: `**/team-${index}/${name}@*` })),
                authorities: [{ static: { action: "fail" } }],
            },
        }));
        const before = process.cpuUsage();
        expect(lintManifests(policies)).to.deep.equal([]);
        const { user, system } = process.cpuUsage(before);
        expect((user + system) / 1_000_000, "seconds").to.be.lessThan(5);
    });
});
