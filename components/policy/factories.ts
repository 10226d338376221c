import type * as pulumi from "@pulumi/pulumi";
import { MatchResource, PolicyType, PredicateType } from "../../core/policy";
import type { AttestationArgs } from "./attestation";
import type { AuthorityArgs, SourceArgs, StaticArgs } from "./authority";
import type { KeyRefArgs } from "./key";
import type { KeylessArgs } from "./keyless";
import type { LabelSelectorArgs, MatchArgs } from "./match";
import type { PolicyArgs } from "./policy";

/** What an authority may say beside how it verifies. */
export type AuthorityOptions = Omit<AuthorityArgs, "key" | "keyless" | "static">;

/** A key, and what else the authority says. */
export type KeyAuthorityArgs = KeyRefArgs & AuthorityOptions;

/** Keyless identities, and what else the authority says. */
export type KeylessAuthorityArgs = KeylessArgs & AuthorityOptions;

/** A fixed answer, and the authority's name: the webhook refuses everything else beside it. */
export type StaticAuthorityArgs = StaticArgs & Pick<AuthorityArgs, "name">;

/** Makes authorities with exactly one way to verify, which an interface of optional fields cannot promise. */
export const Authority = {
    /** Signatures by a key: `Authority.key({ data: pem })`. */
    key: (args: KeyAuthorityArgs): AuthorityArgs => {
        const { options, rest: key } = splitOptions(args);
        return { ...options, key };
    },

    /** Signatures by an identity: `Authority.keyless({ issuer: "https://…", subject: "…" })`. */
    keyless: (args: KeylessAuthorityArgs): AuthorityArgs => {
        const { options, rest: keyless } = splitOptions(args);
        return { ...options, keyless };
    },

    /** A fixed answer for every image: `Authority.static({ action: StaticAction.Fail, message: "retired" })`. */
    static: ({ name, ...answer }: StaticAuthorityArgs): AuthorityArgs => ({ name, static: answer }),
} as const;

/** What an attestation is called, and what judges it. */
export type NamedAttestationArgs = Omit<AttestationArgs, "predicateType">;

/** Makes attestations of the predicate types that policy-controller knows; for another one write the object. */
export const Attestation = {
    custom: attestationOf(PredicateType.Custom),
    cycloneDx: attestationOf(PredicateType.CycloneDx),
    link: attestationOf(PredicateType.Link),
    slsaProvenance02: attestationOf(PredicateType.SlsaProvenance02),
    slsaProvenance1: attestationOf(PredicateType.SlsaProvenance1),
    spdx: attestationOf(PredicateType.Spdx),
    vulnerabilities: attestationOf(PredicateType.Vulnerabilities),
} as const;

/** Makes programs that judge what was verified. */
export const Policy = {
    /** A CUE program: the facts must unify with it. */
    cue: (data: pulumi.Input<string>): PolicyArgs => ({ type: PolicyType.Cue, data }),

    /** A Rego program: package `sigstore`, v0 syntax, `isCompliant`. */
    rego: (data: pulumi.Input<string>): PolicyArgs => ({ type: PolicyType.Rego, data }),
} as const;

/** Makes places where signatures lie. */
export const Source = {
    /** Signatures beside no image, but in a repository of their own: `Source.oci("ghcr.io/acme/signatures")`. */
    oci: (repository: pulumi.Input<string>, options: Omit<SourceArgs, "oci"> = {}): SourceArgs => ({
        ...options,
        oci: repository,
    }),
} as const;

/**
 * Makes entries of `match` that fit what they name: policy-controller compares `group`, `version` and `resource`, all
 * three, and nothing fits an entry in which one is wrong or left out. Each takes the labels that the objects must have:
 * `Match.deployments({ matchLabels: { tier: "web" } })`; without them it means every object of the kind.
 */
export const Match = {
    cronJobs: matchOf("batch", MatchResource.CronJobs),
    daemonSets: matchOf("apps", MatchResource.DaemonSets),
    deployments: matchOf("apps", MatchResource.Deployments),
    jobs: matchOf("batch", MatchResource.Jobs),
    pods: matchOf("", MatchResource.Pods),
    replicaSets: matchOf("apps", MatchResource.ReplicaSets),
    statefulSets: matchOf("apps", MatchResource.StatefulSets),
} as const;

function matchOf(group: string, resource: MatchResource) {
    return (selector?: pulumi.Input<LabelSelectorArgs>): MatchArgs => ({ group, version: "v1", resource, selector });
}

function attestationOf(predicateType: PredicateType) {
    return (args: NamedAttestationArgs): AttestationArgs => ({ ...args, predicateType });
}

function splitOptions<Args extends AuthorityOptions>(args: Args) {
    const { name, source, ctlog, attestations, rfc3161timestamp, signatureFormat, ...rest } = args;
    const options: AuthorityOptions = { name, source, ctlog, attestations, rfc3161timestamp, signatureFormat };
    return { options, rest };
}
