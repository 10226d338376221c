import * as kubernetes from "@pulumi/kubernetes";
import { expect } from "chai";
import { Authority, SignedImages, type SignedImagesArgs } from "../../index";
import { KEYS, spkiPem } from "../core/keys/support";
import { isSecretOnTheWire, record, type Registration, UNKNOWN_ON_THE_WIRE } from "../support/recorder";
import { refusalOf } from "../support/refusals";

const args: SignedImagesArgs = { images: ["ghcr.io/acme/**"], namespaces: ["shop"], createNamespaces: true };
const strangersKey = Authority.key({ secretRef: { name: "strangers-key" } });

function make(more: Partial<SignedImagesArgs> = {}, preview = false): Promise<Registration[]> {
    return record(() => new SignedImages("signed", { ...args, ...more }), { preview }).then((it) => it.registrations);
}

function named(registrations: readonly Registration[], type: string, name: string, origin = ""): Registration {
    const found = registrations.find(
        (it) => it.type.startsWith(origin) && it.type.endsWith(`:${type}`) && it.name === name,
    );
    if (found === undefined) {
        throw new Error(`no ${type} ${name} was registered`);
    }
    return found;
}

describe("SignedImages", () => {
    it("makes a controller, a key pair, a policy and the namespaces", async () => {
        const registrations = await make();
        const own = registrations.filter((it) => it.parent === "SignedImages.signed");
        expect(own.map((it) => `${it.type.replace("signed-images:index:", "")} ${it.name}`)).to.have.members([
            "PolicyController signed",
            "CosignKeyPair signed",
            "ClusterImagePolicy signed",
            "EnforcedNamespace signed-shop",
        ]);
    });

    it("opts a namespace in only after the policy, and the policy only after every gate", async () => {
        const registrations = await make();
        expect(named(registrations, "NamespacePatch", "signed-shop").dependencies).to.include("Namespace.signed-shop");
        // A child is registered after its parent, and a component after all that it depends on.
        expect(named(registrations, "EnforcedNamespace", "signed-shop").dependencies).to.include(
            "ClusterImagePolicy.signed",
        );
        expect(named(registrations, "index:ClusterImagePolicy", "signed").dependencies).to.include.members([
            "Chart.signed",
            "MutatingWebhookConfigurationPatch.signed-mutates-workloads",
            "ValidatingWebhookConfigurationPatch.signed-validates-workloads",
            "MutatingWebhookConfigurationPatch.signed-defaults-policies",
            "ValidatingWebhookConfigurationPatch.signed-validates-policies",
            "ClusterImagePolicy.signed-canary",
        ]);
        const policy = named(registrations, "ClusterImagePolicy", "signed", "kubernetes:policy.sigstore.dev");
        expect(policy.dependencies).to.include("Secret.signed-1-pub");
    });

    it("writes no arguments of components into the state", async () => {
        const components = (await make()).filter((it) => it.type.startsWith("signed-images:"));
        expect(components.map((it) => it.inputs)).to.deep.equal(components.map(() => ({})));
    });

    it("generates no key where only others sign", async () => {
        const registrations = await make({ authorities: [strangersKey] });
        expect(registrations.filter((it) => /CosignKeyPair|RandomPassword|Secret/.test(it.type))).to.be.empty;
    });

    it("trusts its own keys and the others' side by side", async () => {
        const registrations = await make({ authorities: [strangersKey], generations: [{ id: "2026-11" }] });
        const policy = named(registrations, "ClusterImagePolicy", "signed", "kubernetes:policy.sigstore.dev");
        expect(policy.inputs.spec).to.deep.include({
            authorities: [
                { name: "signed-2026-11", key: { secretRef: { name: "signed-2026-11-pub" } } },
                { name: "authority-1", key: { secretRef: { name: "strangers-key" } } },
            ],
        });
    });

    it("takes up a key that signed before, beside its own", async () => {
        const publicKey = spkiPem(KEYS["ecdsa-p384"].publicKey);
        const generations = [{ id: "2024", publicKey }, { id: "2026-11" }];
        const registrations = await make({ generations, current: "2026-11" }, true);
        const policy = named(registrations, "ClusterImagePolicy", "signed", "kubernetes:policy.sigstore.dev");
        expect(policy.inputs.spec).to.deep.include({
            authorities: [
                { name: "signed-2024", key: { secretRef: { name: "signed-2024-pub" }, hashAlgorithm: "sha384" } },
                { name: "signed-2026-11", key: { secretRef: { name: "signed-2026-11-pub" } } },
            ],
        });
    });

    it("shows the whole policy at the first preview, before its key exists", async () => {
        const registrations = await make({}, true);
        const policy = named(registrations, "ClusterImagePolicy", "signed", "kubernetes:policy.sigstore.dev");
        expect(JSON.stringify(policy.inputs)).not.to.include(UNKNOWN_ON_THE_WIRE);
        expect(policy.inputs.spec).to.deep.equal({
            images: [{ glob: "ghcr.io/acme/**" }],
            authorities: [{ name: "signed-1", key: { secretRef: { name: "signed-1-pub" } } }],
            mode: "enforce",
        });
    });

    it("hands keys and passwords to the engine as secrets only", async () => {
        const registrations = await make();
        expect(isSecretOnTheWire(named(registrations, "Stash", "signed-1-key").inputs.input)).to.equal(true);
        expect(isSecretOnTheWire(named(registrations, "Secret", "signed-1").inputs.data)).to.equal(true);
    });

    it("passes an explicit provider on to every child", async () => {
        const { registrations } = await record(() => {
            const provider = new kubernetes.Provider("second-cluster", { kubeconfig: "{}" });
            return new SignedImages("signed", args, { provider });
        });
        const ofKubernetes = registrations.filter((it) => it.type.startsWith("kubernetes:"));
        expect(ofKubernetes).to.have.length.above(9);
        expect(new Set(ofKubernetes.map((it) => it.provider))).to.deep.equal(new Set(["kubernetes.second-cluster"]));
    });

    it("refuses all that is wrong at once, before anything is registered", async () => {
        let message = "";
        const { registrations } = await record(() => {
            message = refusalOf(
                () =>
                    new SignedImages("signed", {
                        images: ["ghcr.io/acme/app:1.2"],
                        namespaces: ["shop", "shop", "kube-system"],
                        generations: [{ id: "2026-11" }, { id: "2027-05" }],
                        controller: { replicas: 0 },
                    }),
            );
        });
        expect(registrations).to.be.empty;
        expect(message).to.include("images[0]: ").and.to.include("ghcr.io/acme/app:1.2");
        expect(message).to.include("[namespace-doubled]");
        expect(message).to.include("namespaces[2]: ").and.to.include("[system-namespace]");
        expect(message).to.include("controller.replicas: ").and.to.include("[replicas-out-of-range]");
        expect(message).to.include("current: ").and.to.include("[current-generation-missing]");
    });
});
