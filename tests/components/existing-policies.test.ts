import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { Authority, ClusterImagePolicy, StaticAction, TrustRoot } from "../../index";
import { TUF_ROOTS } from "../core/policy/samples";
import { record, type Registration } from "../support/recorder";

const POLICY = "kubernetes:policy.sigstore.dev/v1alpha1:ClusterImagePolicy";
const TRUST_ROOT = "kubernetes:policy.sigstore.dev/v1alpha1:TrustRoot";

const policyArgs = {
    images: ["ghcr.io/acme/**"],
    authorities: [Authority.static({ action: StaticAction.Fail })],
};
const trustRootArgs = { remote: { root: TUF_ROOTS.good[0] ?? "", mirror: "https://tuf.example" } };

interface Recorded {
    object: Registration;
    component: Registration;
    /** The questions to the cluster that come first. */
    checks: Registration[];
}

async function objectAndComponent(make: () => unknown): Promise<Recorded> {
    const { registrations } = await record(make);
    const [object] = registrations.filter(({ type }) => type.startsWith("kubernetes:policy.sigstore.dev/"));
    const checks = registrations.filter(({ type }) => type === "kubernetes:helm.sh/v4:Chart");
    const [component] = registrations.filter(({ type }) => type.startsWith("signed-images:"));
    if (object === undefined || component === undefined) {
        throw new Error("nothing was registered");
    }
    return { object, component, checks };
}

function annotationsOf({ inputs }: Registration): Record<string, unknown> {
    return (inputs.metadata as { annotations: Record<string, unknown> }).annotations;
}

describe("a policy that is in the cluster already", () => {
    const adopted = { "pulumi.com/waitFor": "condition=Ready", "pulumi.com/patchForce": "true" };

    for (const [kind, make] of [
        ["ClusterImagePolicy", () => new ClusterImagePolicy("acme", policyArgs)],
        ["TrustRoot", () => new TrustRoot("acme", trustRootArgs)],
    ] as const) {
        it(`is asked for first, and told from the stack's own by its mark (${kind})`, async () => {
            const { object, checks } = await objectAndComponent(make);
            const values = checks[0]?.inputs.values as Record<string, unknown>;
            expect(checks.map(({ name }) => name)).to.deep.equal(["acme-is-new"]);
            expect(values).to.deep.include({
                newObjects: [{ apiVersion: "policy.sigstore.dev/v1alpha1", kind, name: "acme" }],
                owner: annotationsOf(object)["signed-images/owner"],
            });
            expect(values.owner).to.match(/^project\/stack\/.{36}$/);
            expect(object.dependencies).to.include("Chart.acme-is-new");
        });
    }

    it("is marked, and not asked for, where it is taken over or stood in the stack already", async () => {
        for (const make of [
            () => new ClusterImagePolicy("acme", { ...policyArgs, adopt: true }),
            () => new ClusterImagePolicy("acme", policyArgs, { aliases: [{ type: POLICY }] }),
            () => new TrustRoot("acme", { ...trustRootArgs, adopt: true }),
            () => new TrustRoot("acme", trustRootArgs, { aliases: [{ type: TRUST_ROOT }] }),
        ]) {
            const { object, checks } = await objectAndComponent(make);
            expect(checks).to.be.empty;
            expect(annotationsOf(object)).to.have.property("signed-images/owner");
        }
    });

    it("is taken over by force where the program says so, and not otherwise", async () => {
        const { object } = await objectAndComponent(
            () => new ClusterImagePolicy("acme", { ...policyArgs, adopt: true }),
        );
        expect(annotationsOf(object)).to.deep.include(adopted);
        const { object: own } = await objectAndComponent(
            () => new ClusterImagePolicy("acme", { ...policyArgs, adopt: false }),
        );
        expect(annotationsOf(own)).not.to.have.property("pulumi.com/patchForce");
    });

    it("is taken over by a TrustRoot as well, and `adopt` is no field of the object", async () => {
        const { object } = await objectAndComponent(() => new TrustRoot("acme", { ...trustRootArgs, adopt: true }));
        expect(annotationsOf(object)).to.deep.include(adopted);
        expect(object.inputs.spec).not.to.have.property("adopt");
    });
});

describe("a policy that stood at top level in the stack", () => {
    it("is kept by an alias of its type", async () => {
        const { object, component } = await objectAndComponent(
            () => new ClusterImagePolicy("acme", policyArgs, { aliases: [{ type: POLICY }] }),
        );
        expect(object.aliases).to.deep.equal([`${POLICY}  in the stack`]);
        expect(component.aliases).to.deep.equal([]);
    });

    it("is kept by its type and former name, and by its URN", async () => {
        const urn = `urn:pulumi:stack::project::${POLICY}::older`;
        const aliases = [{ type: POLICY, name: "old" }, urn];
        const { object } = await objectAndComponent(() => new ClusterImagePolicy("acme", policyArgs, { aliases }));
        expect(object.aliases).to.deep.equal([`${POLICY} old in the stack`, urn]);
    });

    it("is kept where it stood in another component, and the new one stands there", async () => {
        const { registrations } = await record(() => {
            const parent = new pulumi.ComponentResource("acme:index:Policies", "policies");
            return new ClusterImagePolicy("acme", policyArgs, { parent, aliases: [{ type: POLICY }] });
        });
        expect(registrations.find(({ type }) => type === POLICY)?.aliases).to.deep.equal([
            `${POLICY}  in Policies.policies`,
        ]);
    });

    it("is kept as a trust root in the same way", async () => {
        const { object } = await objectAndComponent(
            () => new TrustRoot("acme", trustRootArgs, { aliases: [{ type: TRUST_ROOT }] }),
        );
        expect(object.aliases).to.deep.equal([`${TRUST_ROOT}  in the stack`]);
    });

    it("leaves a component's own alias to the component", async () => {
        const { object, component } = await objectAndComponent(
            () => new ClusterImagePolicy("acme", policyArgs, { aliases: [{ name: "old" }] }),
        );
        expect(component.aliases).to.deep.equal([" old in "]);
        expect(object.aliases).to.deep.equal([]);
    });
});
