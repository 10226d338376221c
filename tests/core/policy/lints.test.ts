import { expect } from "chai";

import { CATALOGUE, controllerConfigFindings, lintManifest, lintManifests, RuleKind } from "../../../core/policy";
import { KEYS } from "./samples";
import { CODES_ELSEWHERE, brief, lints, policyOf, withAuthorities, withIdentity, withSpec } from "./support";

const KEY = { key: { data: KEYS.p256 } };
const GITHUB = "https://token.actions.githubusercontent.com";
const ACME = { issuer: GITHUB, subjectRegExp: "^https://github\\.com/acme/" };
const ATTESTATION = { name: "a", predicateType: "https://slsa.dev/provenance/v1" };

/** A document that a lint is about, and one beside it that it must leave alone. */
interface LintCase {
    code: string;
    claim: string;
    bad: unknown;
    path: string;
    good: unknown;
}

function lint(code: string, claim: string, bad: unknown, path: string, good: unknown): LintCase {
    return { code, claim, bad, path, good };
}

function globLint(code: string, bad: string, good: string): LintCase {
    return lint(code, bad, withGlob(bad), "spec.images.0.glob", withGlob(good));
}

function withGlob(glob: string): unknown {
    return withSpec({ images: [{ glob }] });
}

function subjectLint(code: string, bad: string, good: string, issuer = "https://issuer.example"): LintCase {
    return lint(
        code,
        bad,
        withIdentity({ issuer, subjectRegExp: bad }),
        "spec.authorities.0.keyless.identities.0.subjectRegExp",
        withIdentity({ issuer, subjectRegExp: good }),
    );
}

function authorityLint(code: string, claim: string, bad: unknown, field: string, good: unknown): LintCase {
    return lint(code, claim, withAuthorities(bad), `spec.authorities.0.${field}`, withAuthorities(good));
}

const GLOBS: readonly LintCase[] = [
    globLint("glob-never-matches", "ghcr.io/acme/app", "ghcr.io/acme/app@*"),
    globLint("glob-never-matches", "ghcr.io/acme/app:*", "ghcr.io/acme/app@*"),
    globLint("glob-never-matches", "ghcr.io/acme/app:1.2", "ghcr.io/acme/**"),
    globLint("glob-never-matches", "docker.io/acme/**", "index.docker.io/acme/**"),
    globLint("glob-never-matches", "nginx*", "index.docker.io/library/nginx@*"),
    globLint("glob-never-matches", "index.docker.io/nginx@*", "index.docker.io/library/nginx@*"),
    globLint("glob-never-runs", "https://ghcr.io/acme/**", "ghcr.io/acme/**"),
    globLint("glob-never-runs", "ghcr.io//acme/**", "ghcr.io/acme/**"),
    globLint("glob-never-runs", "ghcr.io/acme/@*", "ghcr.io/acme@*"),
    globLint("glob-never-matches", "ghcr.io/Acme/**", "ghcr.io/acme/**"),
    globLint("glob-never-matches", "localhost/app@*", "localhost:5000/app@*"),
    globLint("glob-matches-siblings", "ghcr.io/acme/app*", "ghcr.io/acme/app@*"),
    globLint("glob-matches-siblings", "ghcr.io/acme*/**", "ghcr.io/acme/**"),
    globLint("glob-one-level", "ghcr.io/acme/*", "ghcr.io/acme/**"),
    globLint("glob-docker-hub-only", "*", "index.docker.io/library/*@*"),
    globLint("glob-docker-hub-only", "*/*", "**"),
    globLint("glob-any-registry", "*/app@*", "ghcr.io/app@*"),
    globLint("glob-any-registry", "**.acme.example/**", "*.acme.example/**"),
    globLint("glob-any-registry", "**/app@*", "**"),
    globLint("glob-digest-as-tag", "ghcr.io/acme/*:be*", "ghcr.io/acme/*@*"),
];

const MATCHES: readonly LintCase[] = [
    lint(
        "match-never-matches",
        "no version",
        withSpec({ match: [{ resource: "pods" }] }),
        "spec.match.0",
        withSpec({ match: [{ version: "v1", resource: "pods" }] }),
    ),
    lint(
        "match-never-matches",
        "no group",
        withSpec({ match: [{ version: "v1", resource: "deployments" }] }),
        "spec.match.0",
        withSpec({ match: [{ group: "apps", version: "*", resource: "deployments" }] }),
    ),
    lint("match-never-matches", "nothing", withSpec({ match: [{}] }), "spec.match.0", withSpec({ match: [] })),
];

const KEY_LINTS: readonly LintCase[] = [
    authorityLint("key-hash-mismatch", "P-384 without a hash", { key: { data: KEYS.p384 } }, "key.hashAlgorithm", {
        key: { data: KEYS.p384, hashAlgorithm: "SHA384" },
    }),
    authorityLint(
        "key-hash-mismatch",
        "P-256 with SHA-512",
        { key: { data: KEYS.p256, hashAlgorithm: "sha512" } },
        "key.hashAlgorithm",
        { key: { data: KEYS.p521, hashAlgorithm: "sha512" } },
    ),
    authorityLint("key-several-blocks", "two keys", { key: { data: KEYS.p256 + KEYS.rsa2048 } }, "key.data", KEY),
    authorityLint("key-never-verifies", "Ed25519", { key: { data: KEYS.ed25519 } }, "key.data", KEY),
    authorityLint("key-never-verifies", "X25519", { key: { data: KEYS.x25519 } }, "key.data", KEY),
    authorityLint("key-not-recommended", "RSA with 1024 bits", { key: { data: KEYS.rsa1024 } }, "key.data", {
        key: { data: KEYS.rsa2048 },
    }),
    authorityLint(
        "key-not-recommended",
        "SHA-224",
        { key: { data: KEYS.rsa2048, hashAlgorithm: "sha224" } },
        "key.hashAlgorithm",
        { key: { data: KEYS.rsa2048 } },
    ),
];

const IDENTITIES: readonly LintCase[] = [
    subjectLint("identity-anyone", ".*", "^https://github\\.com/acme/", GITHUB),
    subjectLint("identity-any-subject", ".*", "^ci@acme\\.example$"),
    subjectLint("identity-unanchored", "acme", "^https://github\\.com/acme/", GITHUB),
    subjectLint("identity-unanchored", "^.*/acme/.*$", "^https://github\\.com/acme/.*$", GITHUB),
    subjectLint("identity-unanchored", "github\\.com/acme/", "^https://github\\.com/acme/", GITHUB),
    subjectLint("identity-unanchored", "@acme\\.example", "@acme\\.example$", "https://accounts.google.com"),
    subjectLint("identity-any-repository", "^https://github\\.com/.*$", "^https://github\\.com/acme/.*$"),
    subjectLint(
        "identity-any-repository",
        "^https://github\\.com/[^/]+/[^/]+/\\.github/workflows/",
        "^https://github\\.com/acme/",
    ),
    subjectLint("identity-any-repository", "^https://gitlab\\.com/", "^https://gitlab\\.com/acme/"),
    subjectLint("expression-unanchored", "acme", "@acme\\.example$"),
    subjectLint("expression-unanchored", "^a@acme\\.example$|b@acme", "^(?:a|b)@acme\\.example$"),
    subjectLint("expression-unanchored", "@acme\\.example", "(?i)^ci@acme\\.example$"),
    subjectLint("expression-unanchored", "[$]acme", "(^a@acme\\.example$|^b@acme\\.example$)"),
    subjectLint("identity-open-end", "^https://github\\.com/acme", "^https://github\\.com/acme/"),
    subjectLint("identity-open-end", "^https://github\\.com/acme.*", "^https://github\\.com/acme/app"),
    subjectLint("identity-unescaped-dot", "^https://github.com/acme/", "^https://github\\.com/acme/"),
    lint(
        "identity-any-issuer",
        "whichever issuer",
        withIdentity({ issuerRegExp: ".*", subject: "ci@acme.example" }),
        "spec.authorities.0.keyless.identities.0.issuerRegExp",
        withIdentity({ issuer: GITHUB, subject: "ci@acme.example" }),
    ),
    lint(
        "static-pass",
        "a pass that a program of the policy still judges",
        withSpec({ authorities: [{ static: { action: "pass" } }] }),
        "spec.authorities.0.static.action",
        withSpec({ authorities: [{ static: { action: "pass" } }], policy: { type: "cue", data: "{}" } }),
    ),
    lint(
        "expression-unanchored",
        "an issuer that is open at its end",
        withIdentity({ issuerRegExp: "^https://issuer\\.example", subject: "s" }),
        "spec.authorities.0.keyless.identities.0.issuerRegExp",
        withIdentity({ issuerRegExp: "^https://issuer\\.example$", subject: "s" }),
    ),
    lint(
        "identity-never-together",
        "a workflow of Google",
        withIdentity({ issuer: "https://accounts.google.com", subjectRegExp: "^https://github\\.com/acme/" }),
        "spec.authorities.0.keyless.identities.0.subjectRegExp",
        withIdentity(ACME),
    ),
    lint(
        "identity-never-together",
        "an e-mail address of GitHub Actions",
        withIdentity({ issuer: GITHUB, subject: "ci@acme.example" }),
        "spec.authorities.0.keyless.identities.0.subject",
        withIdentity({ issuer: "https://accounts.google.com", subject: "ci@acme.example" }),
    ),
    lint(
        "identity-never-together",
        "a repository without its workflow",
        withIdentity({ issuer: GITHUB, subject: "https://github.com/acme/app" }),
        "spec.authorities.0.keyless.identities.0.subject",
        withIdentity({
            issuer: GITHUB,
            subject: "https://github.com/acme/app/.github/workflows/r.yml@refs/heads/main",
        }),
    ),
    lint(
        "identity-issuer-misspelled",
        "a slash at the end",
        withIdentity({ ...ACME, issuer: `${GITHUB}/` }),
        "spec.authorities.0.keyless.identities.0.issuer",
        withIdentity(ACME),
    ),
];

const AUTHORITIES: readonly LintCase[] = [
    authorityLint("static-pass", "pass", { static: { action: "pass" } }, "static.action", {
        static: { action: "fail" },
    }),
    authorityLint(
        "attestations-hide-signature",
        "a key with attestations",
        { ...KEY, attestations: [ATTESTATION] },
        "attestations",
        KEY,
    ),
    authorityLint(
        "ctlog-needs-network",
        "a key with a log",
        { ...KEY, ctlog: { url: "https://rekor.example" } },
        "ctlog",
        KEY,
    ),
    authorityLint("ctlog-empty", "an empty log", { keyless: { identities: [ACME] }, ctlog: {} }, "ctlog", {
        keyless: { identities: [ACME] },
    }),
    authorityLint(
        "trust-root-without-log",
        "a trust root alone",
        { keyless: { identities: [ACME], trustRootRef: "r" } },
        "keyless.trustRootRef",
        { keyless: { identities: [ACME], trustRootRef: "r" }, ctlog: { trustRootRef: "r" } },
    ),
    authorityLint("timestamp-empty", "an empty timestamp", { ...KEY, rfc3161timestamp: {} }, "rfc3161timestamp", {
        ...KEY,
        rfc3161timestamp: { trustRootRef: "r" },
    }),
    authorityLint(
        "sct-ignored",
        "the public instance without logged certificates",
        { keyless: { identities: [ACME], insecureIgnoreSCT: true } },
        "keyless.insecureIgnoreSCT",
        { keyless: { identities: [ACME], insecureIgnoreSCT: false } },
    ),
    authorityLint(
        "keyless-url-unused",
        "a Fulcio of one's own",
        { keyless: { identities: [ACME], url: "https://fulcio.acme.example" } },
        "keyless.url",
        { keyless: { identities: [ACME], url: "https://fulcio.sigstore.dev" } },
    ),
    authorityLint(
        "signature-format-unknown",
        "Bundle in upper case",
        { ...KEY, signatureFormat: "Bundle" },
        "signatureFormat",
        { ...KEY, signatureFormat: "legacy" },
    ),
    authorityLint(
        "bundle-never-verifies",
        "a bundle with a key",
        { ...KEY, signatureFormat: "bundle" },
        "signatureFormat",
        KEY,
    ),
    authorityLint(
        "bundle-never-verifies",
        "a bundle without attestations",
        { keyless: { identities: [ACME] }, signatureFormat: "bundle" },
        "signatureFormat",
        { keyless: { identities: [ACME] } },
    ),
];

const WHOLE: readonly LintCase[] = [
    lint("mode-warn", "warn", withSpec({ mode: "warn" }), "spec.mode", withSpec({ mode: "enforce" })),
    lint(
        "authority-name-twice",
        "a name twice",
        withAuthorities({ ...KEY, name: "a" }, { ...KEY, name: "a" }),
        "spec.authorities.1.name",
        withAuthorities({ ...KEY, name: "a" }, { ...KEY, name: "b" }),
    ),
    lint(
        "authority-name-twice",
        "the default name of another",
        withAuthorities({ ...KEY, name: "authority-1" }, KEY),
        "spec.authorities.1.name",
        withAuthorities(KEY, KEY),
    ),
    lint(
        "config-map-namespace-ignored",
        "a namespace",
        withSpec({ policy: { type: "cue", configMapRef: { name: "a", key: "b", namespace: "c" } } }),
        "spec.policy.configMapRef.namespace",
        withSpec({ policy: { type: "cue", configMapRef: { name: "a", key: "b" } } }),
    ),
    lint(
        "remote-sha256-malformed",
        "a sum with its algorithm",
        withSpec({
            policy: { type: "cue", remote: { url: "https://a.example", sha256sum: `sha256:${"0".repeat(64)}` } },
        }),
        "spec.policy.remote.sha256sum",
        withSpec({ policy: { type: "cue", remote: { url: "https://a.example", sha256sum: "0".repeat(64) } } }),
    ),
    lint(
        "rego-contract",
        "another package",
        withSpec({ policy: { type: "rego", data: "package acme\nallow = true" } }),
        "spec.policy.data",
        withSpec({ policy: { type: "rego", data: "package sigstore\nisCompliant = true" } }),
    ),
];

const TABLES = { GLOBS, MATCHES, KEY_LINTS, IDENTITIES, AUTHORITIES, WHOLE };

describe("lints", () => {
    for (const [table, cases] of Object.entries(TABLES)) {
        describe(table.toLowerCase().replaceAll("_", " "), () => {
            for (const { code, claim, bad, path, good } of cases) {
                it(`${code}: ${claim}`, () => {
                    expect(lints(bad)).to.include(`${code} at ${path}`);
                    expect(lints(good).filter((found) => found.startsWith(`${code} `))).to.deep.equal([]);
                });
            }
        });
    }

    it("say nothing of the policy that the guide recommends", () => {
        const document = policyOf({
            images: [{ glob: "ghcr.io/acme/**" }],
            authorities: [KEY, { keyless: { identities: [ACME] } }],
        });
        expect(lints(document)).to.deep.equal([]);
    });

    for (const [subjectRegExp, advice] of [
        ["acme", "^https://github\\.com/acme/"],
        ["^.*/acme/.*$", "^https://github\\.com/acme/"],
        ["github\\.com/acme/", "^https://github\\.com/acme/"],
        ["https://github\\.com/acme/", "^https://github\\.com/acme/"],
        ["@acme\\.example", "@acme\\.example$"],
    ] as const) {
        it(`advise ${advice} in place of ${subjectRegExp}`, () => {
            const given = withIdentity({ issuer: GITHUB, subjectRegExp });
            const found = lintManifest(given).find(({ code }) => code === "identity-unanchored");
            expect(found?.instead.replace(/(, or .*)?\.$/, "")).to.equal(`Tie it down, such as ${advice}`);
            expect(lints(withIdentity({ issuer: GITHUB, subjectRegExp: advice }))).to.deep.equal([]);
        });
    }

    it("leave to validation what the webhook refuses", () => {
        const document = withSpec({
            images: [{ glob: "{a}" }],
            authorities: [{ key: { data: "x" } }, { keyless: {} }],
        });
        expect(lints(document)).to.deep.equal([]);
    });

    it("can be ignored by their codes", () => {
        const document = withSpec({ mode: "warn" });
        expect(lints(document, { ignoreLints: ["mode-warn"] })).to.deep.equal([]);
    });

    it("say so when a code to ignore is none of a lint", () => {
        const ignored = lints(withSpec({}), { ignoreLints: ["mode-wran", "images-missing", "constructor"] });
        expect(ignored).to.deep.equal(Array(3).fill("ignored-lint-unknown at ignoreLints"));
    });

    it("of a policy without authorities: where the controller takes one, nobody has to vouch", () => {
        const document = withSpec({ authorities: [] });
        expect(lints(document)).to.deep.equal([]);
        expect(lints(document, { failOnEmptyAuthorities: false })).to.deep.equal([
            "authorities-empty at spec.authorities",
        ]);
    });

    it("of attestations: one name twice, and a program from the network", () => {
        const remote = { url: "https://a.example", sha256sum: "0".repeat(64) };
        const attestations = [ATTESTATION, { ...ATTESTATION, policy: { type: "cue", remote } }];
        expect(lints(withAuthorities({ ...KEY, attestations }))).to.include.members([
            "attestation-name-twice at spec.authorities.0.attestations.1.name",
            "remote-program-of-attestation at spec.authorities.0.attestations.1.policy.remote",
        ]);
    });
});

describe("lints across policies", () => {
    const named = (name: string, glob: string, authority: unknown): unknown => ({
        ...policyOf({ images: [{ glob }], authorities: [authority] }),
        metadata: { name },
    });
    const across = (...documents: unknown[]): string[] =>
        lintManifests(documents).map(({ policy, finding }) => `${policy}: ${finding.code}`);

    const signed = named("signed", "ghcr.io/acme/**", KEY);

    it("a static pass exempts nothing", () => {
        const exempt = named("exempt", "ghcr.io/acme/legacy@*", { static: { action: "pass" } });
        expect(across(signed, exempt)).to.deep.equal(["exempt: policies-no-exemption"]);
    });

    it("a static fail overrules", () => {
        const closed = named("closed", "**", { static: { action: "fail" } });
        expect(across(signed, closed)).to.deep.equal(["closed: policies-always-refuse"]);
    });

    it("two signers in two policies must both have signed", () => {
        const other = named("other", "ghcr.io/**/app@*", { key: { data: KEYS.rsa2048 } });
        expect(across(signed, other)).to.deep.equal(["signed: policies-both-apply"]);
    });

    it("policies about different images have nothing to do with each other", () => {
        expect(across(signed, named("other", "ghcr.io/other/**", { key: { data: KEYS.rsa2048 } }))).to.deep.equal([]);
    });

    it("the same signer in two policies is no contradiction", () => {
        const other = named("other", "**/app@*", { ...KEY, name: "release" });
        expect(across(signed, other)).to.deep.equal([]);
    });

    describe("a policy that another one makes superfluous", () => {
        const inner = named("inner", "ghcr.io/acme/app@*", { ...KEY, name: "release" });

        it("is named, whichever of the two comes first", () => {
            expect(across(signed, inner)).to.deep.equal(["inner: policies-shadowed"]);
            expect(across(inner, signed)).to.deep.equal(["inner: policies-shadowed"]);
        });

        it("is named once where both are the same", () => {
            expect(across(signed, named("twin", "ghcr.io/acme/**", KEY))).to.deep.equal(["twin: policies-shadowed"]);
        });

        it("is named where it takes more signers than the other, which decides alone", () => {
            const loose = withSpecOf(inner, { authorities: [KEY, { key: { data: KEYS.rsa2048 } }] });
            expect(across(signed, loose)).to.deep.equal(["inner: policies-shadowed"]);
        });

        const OWN_WORD: Readonly<Record<string, Record<string, unknown>>> = {
            "asks a program of its own": { policy: { type: "cue", data: "{}" } },
            "has an image that the other has not": {
                images: [{ glob: "ghcr.io/acme/app@*" }, { glob: "ghcr.io/base@*" }],
            },
            "demands attestations": { authorities: [{ ...KEY, attestations: [ATTESTATION] }] },
        };
        for (const [reason, fields] of Object.entries(OWN_WORD)) {
            it(`is not one that ${reason}`, () => {
                expect(across(signed, withSpecOf(inner, fields))).to.deep.equal([]);
            });
        }

        it("is not one beside a policy that only warns, or is about fewer objects", () => {
            const pods = [{ version: "v1", resource: "pods" }];
            expect(across(withSpecOf(signed, { mode: "warn" }), inner)).to.deep.equal([]);
            expect(across(withSpecOf(signed, { match: pods }), inner)).to.deep.equal([]);
        });
    });

    it("say nothing of a policy that only warns, as it decides nothing", () => {
        const closed = withSpecOf(named("closed", "**", { static: { action: "fail" } }), { mode: "warn" });
        expect(across(signed, closed)).to.deep.equal([]);
        const exempt = named("exempt", "ghcr.io/acme/legacy@*", { static: { action: "pass" } });
        expect(across(withSpecOf(signed, { mode: "warn" }), exempt)).to.deep.equal([]);
    });

    it("policies about different kinds of objects do not meet", () => {
        const only = (name: string, resource: string, data: string): unknown => ({
            ...policyOf({
                images: [{ glob: "**" }],
                authorities: [{ key: { data } }],
                match: [{ version: "v1", resource }],
            }),
            metadata: { name },
        });
        expect(across(only("a", "pods", KEYS.p256), only("b", "jobs", KEYS.p384))).to.deep.equal([]);
    });

    it("other documents are passed over", () => {
        expect(across(null, [], { kind: "Pod" }, signed)).to.deep.equal([]);
    });
});

function withSpecOf(document: unknown, fields: Record<string, unknown>): unknown {
    const { spec, ...rest } = document as { spec: Record<string, unknown> };
    return { ...rest, spec: { ...spec, ...fields } };
}

describe("the controller's settings", () => {
    it("that open what policies close are named", () => {
        const data = { "enable-oci11": "true", "no-match-policy": "allow", "fail-on-empty-authorities": "false" };
        expect(brief(controllerConfigFindings(data))).to.deep.equal([
            "enable-oci11 at data.enable-oci11",
            "no-match-policy at data.no-match-policy",
            "fail-on-empty-authorities at data.fail-on-empty-authorities",
        ]);
    });

    it("that are the defaults are not", () => {
        const data = { "enable-oci11": "false", "no-match-policy": "deny", "fail-on-empty-authorities": "true" };
        expect(controllerConfigFindings(data)).to.deep.equal([]);
    });
});

describe("the catalogue", () => {
    it("has a case here for every lint", () => {
        const tried = new Set([
            ...Object.values(TABLES).flatMap((cases) => cases.map(({ code }) => code)),
            ...CODES_ELSEWHERE,
        ]);
        const missing = Object.entries(CATALOGUE).filter(
            ([code, rule]) => rule?.kind === RuleKind.Lint && !tried.has(code),
        );
        expect(missing.map(([code]) => code)).to.deep.equal([]);
    });

    it("speaks in clauses, reasons and advice", () => {
        for (const [code, rule] of Object.entries(CATALOGUE)) {
            expect(rule?.title, code).to.match(/[^.]$/);
            expect(rule?.why, code).to.match(/\.$/);
            expect(rule?.instead, code).to.match(/\.$/);
        }
    });
});
