import { expect } from "chai";
import { EnforcedNamespace, type EnforcedNamespaceArgs } from "../../index";
import { record, type Registration } from "../support/recorder";

async function make(args: EnforcedNamespaceArgs): Promise<Registration[]> {
    const { registrations } = await record(() => new EnforcedNamespace("shop", args));
    return registrations.slice(1);
}

describe("EnforcedNamespace", () => {
    it("only labels a namespace that is not the stack's", async () => {
        const [label, ...others] = await make({ name: "shop" });
        expect(others).to.be.empty;
        expect(label).to.deep.include({ type: "kubernetes:core/v1:NamespacePatch" });
        expect(label?.inputs.metadata).to.deep.equal({
            name: "shop",
            labels: { "policy.sigstore.dev/include": "true" },
        });
    });

    it("makes the namespace first where it is told to", async () => {
        const registrations = await make({ name: "shop", create: true });
        expect(registrations.map((it) => it.type)).to.deep.equal([
            "kubernetes:core/v1:Namespace",
            "kubernetes:core/v1:NamespacePatch",
        ]);
        expect(registrations[1]?.dependencies).to.deep.equal(["Namespace.shop"]);
    });

    for (const name of ["cosign-system", "kube-system", "kube-node-lease", "kube-public"]) {
        it(`refuses ${name}`, () => {
            expect(() => new EnforcedNamespace("locked-out", { name })).to.throw(/\[namespace-never-enforced\]/);
        });
    }

    it("refuses a name that no namespace can have", () => {
        expect(() => new EnforcedNamespace("shop", { name: "Shop" })).to.throw(/\[label-invalid\]/);
    });
});
