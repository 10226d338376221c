import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import {
    Attestation,
    Authority,
    type ClusterImagePolicyArgs,
    Match,
    Policy,
    SignatureFormat,
    Source,
    StaticAction,
    type TrustRootArgs,
} from "../../index";
import { checkPolicy, type ClusterImagePolicySpec, MatchResource, type TrustRootSpec } from "../../core/policy";

type Plain<Args> = pulumi.Unwrap<Args>;
/** True where each is assignable to the other, with no property that only one of them knows. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? (keyof A extends keyof B ? true : false) : false) : false;

// These lines do not compile once the arguments and the core's types differ.
const policyIsMirrored: Same<Plain<Omit<ClusterImagePolicyArgs, "ignoreLints" | "adopt">>, WithAuthorities> = true;
const trustRootIsMirrored: Same<Plain<Omit<TrustRootArgs, "adopt">>, TrustRootSpec> = true;

/** The component asks for authorities, which the core leaves open for controllers that allow none. */
type WithAuthorities = ClusterImagePolicySpec & Required<Pick<ClusterImagePolicySpec, "authorities">>;

function plain(value: unknown): unknown {
    return JSON.parse(JSON.stringify(value));
}

describe("the arguments of policies", () => {
    it("mirror the core's types", () => {
        expect([policyIsMirrored, trustRootIsMirrored]).to.deep.equal([true, true]);
    });

    it("make authorities with one way to verify, and what else an authority says beside it", () => {
        expect(
            plain(Authority.key({ data: "PEM", name: "release", source: [{ oci: "ghcr.io/acme/signatures" }] })),
        ).to.deep.equal({ name: "release", key: { data: "PEM" }, source: [{ oci: "ghcr.io/acme/signatures" }] });
        expect(
            plain(
                Authority.keyless({
                    issuer: "https://issuer.example.com",
                    subject: "ci@acme.example",
                    trustRootRef: "acme",
                    signatureFormat: SignatureFormat.Bundle,
                }),
            ),
        ).to.deep.equal({
            keyless: { issuer: "https://issuer.example.com", subject: "ci@acme.example", trustRootRef: "acme" },
            signatureFormat: "bundle",
        });
        expect(
            plain(Authority.static({ name: "retired", action: StaticAction.Fail, message: "use v2" })),
        ).to.deep.equal({ name: "retired", static: { action: "fail", message: "use v2" } });
    });

    it("make attestations and the programs that judge them", () => {
        expect(
            plain(Attestation.slsaProvenance1({ name: "built-by-us", policy: Policy.cue("predicate: {}") })),
        ).to.deep.equal({
            name: "built-by-us",
            predicateType: "https://slsa.dev/provenance/v1",
            policy: { type: "cue", data: "predicate: {}" },
        });
    });

    it("make sources and match entries that nothing is found in", () => {
        expect(plain(Source.oci("ghcr.io/acme/signatures", { tagPrefix: "v" }))).to.deep.equal({
            oci: "ghcr.io/acme/signatures",
            tagPrefix: "v",
        });
        const match = Object.values(Match).map((of) => of({ matchLabels: { tier: "web" } }));
        expect(match.map(({ resource }) => resource)).to.have.members(Object.values(MatchResource));
        const policy = {
            images: ["ghcr.io/acme/**"],
            authorities: [{ static: { action: StaticAction.Fail } }],
            match,
        } as ClusterImagePolicySpec;
        expect(checkPolicy(policy)).to.deep.equal([]);
    });
});
