import { ecKey } from "../../support/image-workshop";
import { CI } from "../../support/sigstore-instance";
import { ELSEWHERE, LONG_TAG_PREFIX, PROVENANCE, TAG_PREFIX, VULNERABILITIES } from "./matrix-images";
import { policyNamed } from "./webhook";

import type { Signers } from "./matrix-images";

/** A case of the matrix: the policies that an object meets which asks for it. */
export interface PolicyCase {
    name: string;
    policies: object[];
    /** What the policies need besides: Secrets of the controller's namespace. */
    secrets?: object[];
    /** Why some answers can only be known in the cluster. @default all of them are known */
    undecided?: string;
}

/** The label by which an object of the matrix asks for a case. */
export const CASE_LABEL = "matrix/case";

export const TRUST_ROOT = "ours";

const ANYTHING = [{ glob: "**" }];

/** One case for each thing that a policy can say. @param host of the registry */
export function policyCases(signers: Signers, host: string): PolicyCase[] {
    const cases = [
        ...keyCases(signers),
        ...combinedCases(signers),
        ...placeCases(signers, host),
        ...attestationCases(signers),
        ...keylessCases(signers),
        ...vanishingCases(signers),
    ];
    return cases.map(({ policies, apiVersion, ...rest }) => ({
        ...rest,
        policies: policies.map((spec, n) => ({ ...named(rest.name, n, spec), ...(apiVersion && { apiVersion }) })),
    }));
}

/** A policy that only objects with the case's label meet. */
function named(name: string, index: number, spec: object): object {
    return policyNamed(`${name}-${index}`, { images: ANYTHING, match: matchOf(name), ...spec });
}

const GROUPS = { pods: "", deployments: "apps", cronjobs: "batch", jobs: "batch" } as const;

/** `match` for objects with a case's label: of some kinds, so that the others meet no policy. */
export function matchOf(name: string): object[] {
    return Object.entries(GROUPS).map(([resource, group]) => ({
        group,
        version: "v1",
        resource,
        selector: { matchLabels: { [CASE_LABEL]: name } },
    }));
}

interface Case extends Omit<PolicyCase, "policies"> {
    /** The `spec` of each. */
    policies: object[];
    /** @default the one that is stored */
    apiVersion?: string;
}

function one(name: string, authorities: object[], more: object = {}): Case {
    return { name, policies: [{ authorities, ...more }] };
}

function keyCases({ acme, stranger, p384, p521, rsa }: Signers): Case[] {
    const { pem: ed25519 } = { pem: ED25519 };
    return [
        one("key", [{ key: { data: acme.pem } }]),
        one("key-of-the-stranger", [{ key: { data: stranger.pem } }]),
        one("key-sha512", [{ key: { data: acme.pem, hashAlgorithm: "sha512" } }]),
        one("key-sha256-in-capitals", [{ key: { data: acme.pem, hashAlgorithm: " SHA256 " } }]),
        one("p384", [{ key: { data: p384.pem } }]),
        one("p384-sha384", [{ key: { data: p384.pem, hashAlgorithm: "sha384" } }]),
        one("p521-sha512", [{ key: { data: p521.pem, hashAlgorithm: "sha512" } }]),
        one("rsa", [{ key: { data: rsa.pem } }]),
        one("rsa-sha384", [{ key: { data: rsa.pem, hashAlgorithm: "sha384" } }]),
        one("ed25519", [{ key: { data: ed25519 } }]),
        one("two-keys-in-one", [{ key: { data: `${stranger.pem}${acme.pem}` } }]),
        { ...one("legacy-by-name", [{ key: { data: acme.pem }, signatureFormat: "legacy" }]) },
        one("bundle-with-a-key", [{ key: { data: acme.pem }, signatureFormat: "bundle" }]),
    ];
}

const ED25519 = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
`;

function combinedCases({ acme, stranger }: Signers): Case[] {
    const byAcme = { name: "acme", key: { data: acme.pem } };
    const byStranger = { name: "stranger", key: { data: stranger.pem } };
    const pass = { static: { action: "pass" } };
    const fail = { static: { action: "fail", message: "not today" } };
    return [
        one("static-pass", [pass]),
        one("static-fail", [fail]),
        one("either", [byAcme, byStranger]),
        one("key-or-pass", [byAcme, pass]),
        one("key-or-fail", [fail, byAcme]),
        { name: "both", policies: [{ authorities: [byAcme] }, { authorities: [byStranger] }] },
        { name: "key-and-fail", policies: [{ authorities: [byAcme] }, { authorities: [fail] }] },
        one("warn", [byAcme], { mode: "warn" }),
        one("warn-always", [fail], { mode: "warn" }),
        {
            name: "enforce-and-warn",
            policies: [{ authorities: [byAcme] }, { authorities: [byStranger], mode: "warn" }],
        },
        {
            name: "warn-and-warn",
            policies: [
                { authorities: [byAcme], mode: "warn" },
                { authorities: [byStranger], mode: "warn" },
            ],
        },
        {
            name: "three-of-all-modes",
            policies: [
                { authorities: [fail], mode: "warn" },
                { authorities: [byAcme] },
                { authorities: [byStranger], mode: "warn" },
            ],
        },
        {
            // What is stored as another version loses a log that has no address.
            ...one("older-version", [{ ...byAcme, ctlog: { trustRootRef: TRUST_ROOT } }, byStranger]),
            apiVersion: "policy.sigstore.dev/v1beta1",
        },
        one("same-name-twice", [byAcme, { ...byStranger, name: "acme" }]),
    ];
}

function placeCases({ acme }: Signers, host: string): Case[] {
    const key = { data: acme.pem };
    return [
        one("elsewhere", [{ key, source: [{ oci: `${host}/${ELSEWHERE}` }] }]),
        one("prefixed", [{ key, source: [{ tagPrefix: TAG_PREFIX }] }]),
        one("long-prefixed", [{ key, source: [{ tagPrefix: LONG_TAG_PREFIX }] }]),
        one("elsewhere-and-prefixed", [{ key, source: [{ oci: `${host}/${ELSEWHERE}`, tagPrefix: TAG_PREFIX }] }]),
        {
            ...one("elsewhere-for-nobody", [{ key, source: [{ oci: "registry.invalid/acme/signatures" }] }]),
            undecided: "the registry does not answer",
        },
        one("here-by-name", [{ key, source: [{}] }]),
        one("some-globs", [{ key }], {
            images: [{ glob: `${host}/acme/signed@*` }, { glob: `${host}/acme/unsigned*` }, { glob: "**/moved**" }],
        }),
        one("tag-glob", [{ key }], { images: [{ glob: `${host}/acme/signed:1` }] }),
        one("one-level", [{ key }], { images: [{ glob: `${host}/*` }] }),
    ];
}

function attestationCases({ acme, stranger }: Signers): Case[] {
    const key = { data: acme.pem };
    const provenance = { name: "built", predicateType: PROVENANCE };
    const scanned = { name: "scanned", predicateType: VULNERABILITIES };
    const cue = { type: "cue", data: 'predicate: made: "well"' };
    const rego = { type: "rego", data: 'package sigstore\nisCompliant { input.predicate.made == "well" }' };
    const undecided = "programs are not evaluated";
    return [
        one("attested", [{ key, attestations: [provenance] }]),
        one("attested-by-short-name", [{ key, attestations: [{ ...provenance, predicateType: "slsaprovenance" }] }]),
        one("scanned-by-short-name", [{ key, attestations: [{ ...scanned, predicateType: "vuln" }] }]),
        one("attested-by-the-stranger", [{ key: { data: stranger.pem }, attestations: [provenance] }]),
        one("attested-twice", [{ key, attestations: [provenance, scanned] }]),
        one("attested-or-signed", [{ key, attestations: [provenance] }, { key }]),
        one("custom", [{ key, attestations: [{ name: "any", predicateType: "custom" }] }]),
        one("attested-in-a-bundle", [{ key, attestations: [provenance], signatureFormat: "bundle" }]),
        one("attested-warn", [{ key, attestations: [provenance] }], { mode: "warn" }),
        { ...one("cue", [{ key, attestations: [{ ...provenance, policy: cue }] }]), undecided },
        { ...one("rego", [{ key, attestations: [{ ...provenance, policy: rego }] }]), undecided },
        { ...one("cue-and-missing", [{ key, attestations: [{ ...provenance, policy: cue }, scanned] }]), undecided },
        {
            ...one("program", [{ key }], { policy: { type: "cue", data: "authorityMatches: _" } }),
            undecided,
        },
        {
            ...one("program-after-pass", [{ static: { action: "pass" } }], { policy: { type: "cue", data: "a: 1" } }),
            undecided,
        },
        {
            ...one("cue-or-pass", [
                { key, attestations: [{ ...provenance, policy: cue }] },
                { static: { action: "pass" } },
            ]),
        },
    ];
}

function keylessCases({ acme }: Signers): Case[] {
    const keyless = (identities: object[], more: object = {}) => ({
        keyless: { trustRootRef: TRUST_ROOT, identities, ...more },
    });
    const key = { data: acme.pem };
    const provenance = { name: "built", predicateType: PROVENANCE };
    const log = { ctlog: { url: "https://rekor.invalid", trustRootRef: TRUST_ROOT } };
    const timestamp = { rfc3161timestamp: { trustRootRef: TRUST_ROOT } };
    const undecided = "a log that does not answer is asked for what has no proof beside it";
    return [
        one("keyless", [keyless([CI])]),
        one("keyless-without-sct", [keyless([CI], { insecureIgnoreSCT: true })]),
        one("keyless-by-expression", [keyless([{ issuerRegExp: "githubusercontent", subjectRegExp: "acme/app/" }])]),
        one("keyless-of-two", [keyless([{ issuer: "https://a.example", subject: "a@example.com" }, CI])]),
        one("keyless-other-subject", [keyless([{ ...CI, subject: `${CI.subject}x` }])]),
        one("keyless-without-trust-root", [keyless([CI], { trustRootRef: "nobody" })]),
        { ...one("keyless-and-logged", [{ ...keyless([CI]), ...log }]), undecided },
        one("keyless-and-timestamped", [{ ...keyless([CI]), ...timestamp }]),
        { ...one("keyless-and-both", [{ ...keyless([CI]), ...log, ...timestamp }]) },
        { ...one("key-and-logged", [{ key, ...log }]), undecided },
        one("key-and-timestamped", [{ key, ...timestamp }]),
        one("keyless-attested", [{ ...keyless([CI]), attestations: [provenance] }]),
        one("keyless-bundle-of-an-image", [{ ...keyless([CI]), signatureFormat: "bundle" }]),
        one("keyless-bundle", [{ ...keyless([CI]), signatureFormat: "bundle", attestations: [provenance] }]),
        one("keyless-or-key", [keyless([CI]), { key }]),
    ];
}

/** Policies that the webhook takes, and that the controller reads or does not. */
function vanishingCases({ acme }: Signers): Case[] {
    const secret = (name: string, data: Record<string, string>) => ({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name, namespace: "cosign-system" },
        stringData: data,
    });
    const other = ecKey().pem;
    return [
        {
            ...one("secret", [{ key: { secretRef: { name: "acme-key" } } }]),
            secrets: [secret("acme-key", { "cosign.pub": acme.pem })],
        },
        {
            ...one("secret-with-two", [{ key: { secretRef: { name: "acme-keys" } } }]),
            secrets: [secret("acme-keys", { a: acme.pem, b: other })],
        },
        {
            ...one("secret-without-a-key", [{ key: { secretRef: { name: "no-key" } } }, { key: { data: acme.pem } }]),
            secrets: [secret("no-key", { "cosign.pub": "nothing" })],
        },
        { name: "no-policy", policies: [] },
    ];
}
