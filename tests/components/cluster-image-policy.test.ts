import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { Authority, ClusterImagePolicy, type ClusterImagePolicyArgs, PolicyMode, TrustRoot } from "../../index";
import { KEYS, TUF_ROOTS } from "../core/policy/samples";
import { isSecretOnTheWire, record, type Registration, UNKNOWN_ON_THE_WIRE } from "../support/recorder";
import { refusalOf } from "../support/refusals";

const key = Authority.key({ secretRef: { name: "release-pub" } });

async function make(args: () => ClusterImagePolicyArgs, preview = false): Promise<Registration | undefined> {
    const { registrations } = await record(() => new ClusterImagePolicy("acme", args()), { preview });
    return registrations.find((it) => it.type.startsWith("kubernetes:policy.sigstore.dev/"));
}

/** What the program dies of when an Output turns out to be wrong. */
async function rejection(args: () => ClusterImagePolicyArgs): Promise<string> {
    const listeners = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    const reasons: unknown[] = [];
    process.on("unhandledRejection", (reason) => reasons.push(reason));
    try {
        await record(() => new ClusterImagePolicy("acme", args()), { preview: true }).catch((problem: unknown) => {
            reasons.push(problem);
        });
        await new Promise((resolve) => setImmediate(resolve));
    } finally {
        process.removeAllListeners("unhandledRejection");
        listeners.forEach((listener) => process.on("unhandledRejection", listener));
    }
    return reasons.map((reason) => (reason instanceof Error ? reason.message : String(reason))).join("\n");
}

describe("ClusterImagePolicy", () => {
    it("writes what the webhook would fill in, so that nothing drifts", async () => {
        const policy = await make(() => ({
            images: ["ghcr.io/acme/**"],
            authorities: [key, Authority.keyless({ issuer: "https://issuer.example.com", subject: "ci@acme.example" })],
        }));
        expect(policy?.inputs).to.deep.include({
            apiVersion: "policy.sigstore.dev/v1alpha1",
            kind: "ClusterImagePolicy",
            spec: {
                images: [{ glob: "ghcr.io/acme/**" }],
                authorities: [
                    { name: "authority-0", key: { secretRef: { name: "release-pub" } } },
                    {
                        name: "authority-1",
                        keyless: {
                            url: "https://fulcio.sigstore.dev",
                            identities: [{ issuer: "https://issuer.example.com", subject: "ci@acme.example" }],
                        },
                    },
                ],
                mode: "enforce",
            },
        });
    });

    it("shows in a preview all that is known around a value that is not", async () => {
        const policy = await make(
            () => ({
                images: ["ghcr.io/acme/**"],
                authorities: [Authority.key({ data: pulumi.output(pulumi.unknown as unknown as string) }), key],
            }),
            true,
        );
        expect(policy?.inputs.spec).to.deep.equal({
            images: [{ glob: "ghcr.io/acme/**" }],
            authorities: [
                { name: "authority-0", key: { data: UNKNOWN_ON_THE_WIRE, hashAlgorithm: UNKNOWN_ON_THE_WIRE } },
                { name: "authority-1", key: { secretRef: { name: "release-pub" } } },
            ],
            mode: "enforce",
        });
    });

    it("refuses wrong plain values before anything is registered", async () => {
        let message = "";
        const { registrations } = await record(() => {
            message = refusalOf(
                () => new ClusterImagePolicy("acme", { images: [], authorities: [{ name: "nobody" }] }),
            );
        });
        expect(registrations).to.be.empty;
        expect(message).to.include("images").and.to.include("authorities[0]");
    });

    it("refuses a name that no object can have, as a trust root does", () => {
        const args = { images: ["ghcr.io/acme/**"], authorities: [key] };
        const trustRoot = { remote: { root: TUF_ROOTS.good[0] ?? "", mirror: "https://tuf.example" } };
        for (const name of ["Acme Policy", "a".repeat(254)]) {
            expect(refusalOf(() => new ClusterImagePolicy(name, args))).to.include("[name-invalid]");
            expect(refusalOf(() => new TrustRoot(name, trustRoot))).to.include("[name-invalid]");
        }
    });

    it("refuses a wrong value that an Output brings, also beside one that is unknown", async () => {
        const message = await rejection(() => ({
            images: [pulumi.output("ghcr.io/acme/app name")],
            authorities: [Authority.key({ data: pulumi.output(pulumi.unknown as unknown as string) })],
        }));
        expect(message).to.include("images[0]");
    });

    it("keeps a secret secret, and what stands beside it in the clear", async () => {
        const policy = await make(() => ({
            images: [pulumi.output("ghcr.io/acme/**")],
            authorities: [Authority.key({ data: pulumi.secret(KEYS.p256) }), pulumi.output(key)],
        }));
        const spec = policy?.inputs.spec as { images: unknown; authorities: [{ key: { data: unknown } }, unknown] };
        expect(isSecretOnTheWire(spec.authorities[0].key.data)).to.equal(true);
        expect(spec.images).to.deep.equal([{ glob: "ghcr.io/acme/**" }]);
        expect(spec.authorities[1]).to.deep.equal({ name: "authority-1", key: { secretRef: { name: "release-pub" } } });
    });

    it("keeps secret what a secret list of authorities brings", async () => {
        const policy = await make(() => ({ images: ["ghcr.io/acme/**"], authorities: pulumi.secret([key]) }));
        expect(isSecretOnTheWire((policy?.inputs.spec as Record<string, unknown>).authorities)).to.equal(true);
    });

    it("shows each warning once, also beside a value that is not known", async () => {
        const unknown = pulumi.output(pulumi.unknown as unknown as string);
        const { warnings } = await record(
            () =>
                new ClusterImagePolicy("acme", {
                    images: ["ghcr.io/acme/app*", unknown],
                    authorities: [Authority.key({ data: unknown })],
                    mode: PolicyMode.Warn,
                }),
            { preview: true },
        );
        expect(warnings.map((text) => /\[([a-z-]+)\]$/.exec(text)?.[1])).to.have.members([
            "glob-matches-siblings",
            "mode-warn",
        ]);
    });
});
