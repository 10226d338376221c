import { expect } from "chai";
import { validateExemption } from "../../components/exemption";
import { EnforcedNamespace, type EnforcedNamespaceArgs, PolicyController } from "../../index";
import { record, type Registration } from "../support/recorder";
import { refusalOf } from "../support/refusals";

async function make(args: EnforcedNamespaceArgs): Promise<Registration[]> {
    const { registrations } = await record(() => new EnforcedNamespace("shop", args));
    return registrations.slice(1);
}

describe("EnforcedNamespace", () => {
    it("only labels a namespace that is not the stack's", async () => {
        const [check, label, ...others] = await make({ name: "shop" });
        expect(check).to.deep.include({ type: "kubernetes:helm.sh/v4:Chart", name: "shop-exists" });
        expect(label?.dependencies).to.deep.equal(["Chart.shop-exists"]);
        expect(others).to.be.empty;
        expect(label).to.deep.include({ type: "kubernetes:core/v1:NamespacePatch" });
        expect(label?.inputs.metadata).to.deep.equal({
            name: "shop",
            labels: { "policy.sigstore.dev/include": "true" },
            annotations: { "pulumi.com/patchForce": "true" },
        });
    });

    it("makes the namespace, once the cluster has none of that name, and labels it, where it is told to", async () => {
        const registrations = await make({ name: "shop", create: true });
        expect(registrations.map((it) => it.type)).to.deep.equal([
            "pulumi:index:Stash",
            "kubernetes:helm.sh/v4:Chart",
            "kubernetes:core/v1:Namespace",
            "kubernetes:core/v1:NamespacePatch",
        ]);
        expect(registrations[2]?.dependencies).to.include("Chart.shop-is-new");
        expect(registrations[3]?.dependencies).to.deep.equal(["Namespace.shop"]);
    });

    it("refuses the controller's own namespace, whatever it is called", async () => {
        const { result } = await record(() => {
            new PolicyController("controller", { namespace: "sigstore" });
            return ["cosign-system", "sigstore"].map((name) =>
                refusalOf(() => new EnforcedNamespace(name, { name, allowSystemNamespace: true })),
            );
        });
        for (const refusal of result) {
            expect(refusal).to.include("[namespace-never-enforced]");
        }
    });

    for (const name of ["kube-system", "kube-node-lease", "kube-public", "calico-system", "openshift-dns"]) {
        it(`refuses ${name} without an explicit word`, async () => {
            expect(refusalOf(() => new EnforcedNamespace("locked-out", { name }))).to.include("[system-namespace]");
            expect(await make({ name, allowSystemNamespace: true })).to.have.lengthOf(2);
        });
    }

    describe("with an exemption", () => {
        const inDays = (days: number) => new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString();

        const labelOf = (registration: Registration | undefined) => {
            const { labels } = registration?.inputs.metadata as { labels: Record<string, string> };
            return labels["policy.sigstore.dev/include"];
        };

        it("turns the label off while it lasts, also one that somebody else has set, and keeps the namespace", async () => {
            const registrations = await make({ name: "shop", create: true, exemptUntil: inDays(2) });
            expect(labelOf(registrations.at(-1))).to.equal("false");
            expect(registrations.map((it) => it.type)).to.include("kubernetes:core/v1:Namespace");
        });

        it("enforces again after it", async () => {
            expect(labelOf((await make({ name: "shop", exemptUntil: inDays(-1) })).at(-1))).to.equal("true");
        });

        it("says how many days are left, and when it is over", () => {
            const now = new Date("2026-11-24T12:00:00Z");
            const words = (until: string) =>
                validateExemption("shop", until, now).map(({ severity, code, cluster }) => [severity, code, cluster]);
            expect(words("2026-12-01T00:00:00Z")).to.deep.equal([
                [
                    "warning",
                    "exemption-lasts",
                    "Any image runs in shop for 7 more days; the first `pulumi up` after that enforces again.",
                ],
            ]);
            expect(words("2026-11-24T13:00:00Z")[0]?.[2]).to.include("1 more day;");
            expect(words("2026-11-24T13:30:00+02:00")[0]?.[1]).to.equal("exemption-over");
        });

        for (const until of [
            "tomorrow",
            "2026-12-01",
            "2026-02-30T00:00:00Z",
            "2026-12-01 00:00:00Z",
            "2026-12-01T24:00:00Z",
            "2026-12-01T00:00:00",
            "1764547200",
            "",
        ]) {
            it(`refuses ${JSON.stringify(until)}`, () => {
                const make = () => new EnforcedNamespace("shop", { name: "shop", exemptUntil: until });
                expect(refusalOf(make)).to.include("[exemption-no-date]");
            });
        }
    });

    it("refuses a name that no namespace can have", () => {
        expect(() => new EnforcedNamespace("shop", { name: "Shop" })).to.throw(/\[label-invalid\]/);
    });
});
