/**
 * For each code what it is said of, and what it is not said of: YAML as the pages show it. `PEM:NAME` stands for a key of
 * that name, so that the pages stay short.
 */
export interface Example {
    /** Where the YAML belongs. */
    place: Place;
    bad: string;
    good: string;
}

/** What the YAML is a part of. */
export type Place = "document" | "spec" | "images" | "authority" | "identity" | "trustRoot" | "policies" | "config";

type Pair = readonly [bad: string, good: string];

function at(place: Place, examples: Readonly<Record<string, Pair>>): Record<string, Example> {
    return Object.fromEntries(Object.entries(examples).map(([code, [bad, good]]) => [code, { place, bad, good }]));
}

const HEAD = "apiVersion: policy.sigstore.dev/v1alpha1\nkind: ClusterImagePolicy\nmetadata: { name: acme }";
const REST =
    "spec:\n  images: [{ glob: ghcr.io/acme/** }]\n  authorities: [{ key: { secretRef: { name: release-pub } } }]";
const WHOLE = `${HEAD}\n${REST}`;

const DOCUMENTS = at("document", {
    "document-not-an-object": ["- just\n- a list", WHOLE],
    "kind-unknown": [WHOLE.replace("kind: ClusterImagePolicy", "kind: ImagePolicy"), WHOLE],
    "api-version-unknown": [WHOLE.replace("v1alpha1", "v1"), WHOLE],
    "name-invalid": [WHOLE.replace("name: acme", "name: Acme_Policy"), WHOLE],
    "api-version-converted": [WHOLE.replace("v1alpha1", "v1beta1"), WHOLE],
    "conversion-drops-field": [
        WHOLE.replace("v1alpha1", "v1beta1").replace("release-pub } } }]", "release-pub } }, rfc3161timestamp: {} }]"),
        WHOLE,
    ],
});

const SPECS = at("spec", {
    "wrong-type": ["mode: true", "mode: enforce"],
    "unknown-field": ["modus: warn", "mode: warn"],
    "images-missing": ["images: []", "images: [{ glob: ghcr.io/acme/** }]"],
    "authorities-missing": ["authorities: []", "authorities: [{ static: { action: fail } }]"],
    "authorities-empty": ["authorities: []", "authorities: [{ static: { action: fail } }]"],
    "mode-unknown": ["mode: audit", "mode: warn"],
    "mode-warn": ["mode: warn", "mode: enforce"],
    "policy-type-unknown": ["policy: { type: wasm, data: '{}' }", "policy: { type: cue, data: '{}' }"],
    "policy-source-count": ["policy: { type: cue }", "policy: { type: cue, data: '{}' }"],
    "config-map-name-missing": [
        "policy: { type: cue, configMapRef: { key: policy } }",
        "policy: { type: cue, configMapRef: { name: acme, key: policy } }",
    ],
    "config-map-key-missing": [
        "policy: { type: cue, configMapRef: { name: acme } }",
        "policy: { type: cue, configMapRef: { name: acme, key: policy } }",
    ],
    "config-map-namespace-ignored": [
        "policy: { type: cue, configMapRef: { name: acme, key: policy, namespace: shop } }",
        "policy: { type: cue, configMapRef: { name: acme, key: policy } }",
    ],
    "remote-url-invalid": [
        "policy: { type: cue, remote: { url: http://acme.example/p.cue, sha256sum: SUM } }",
        "policy: { type: cue, remote: { url: https://acme.example/p.cue, sha256sum: SUM } }",
    ],
    "remote-sha256-missing": [
        "policy: { type: cue, remote: { url: https://acme.example/p.cue } }",
        "policy: { type: cue, remote: { url: https://acme.example/p.cue, sha256sum: SUM } }",
    ],
    "remote-sha256-malformed": [
        "policy: { type: cue, remote: { url: https://acme.example/p.cue, sha256sum: 'sha256:SUM' } }",
        "policy: { type: cue, remote: { url: https://acme.example/p.cue, sha256sum: SUM } }",
    ],
    "rego-contract": [
        "policy:\n  type: rego\n  data: |\n    package acme\n    allow = true",
        "policy:\n  type: rego\n  data: |\n    package sigstore\n    isCompliant = true",
    ],
    "match-resource-unknown": [
        "match: [{ version: v1, resource: services }]",
        "match: [{ group: apps, version: v1, resource: deployments }]",
    ],
    "match-selector-alone": [
        "match: [{ selector: { matchLabels: { app: shop } } }]",
        "match: [{ version: v1, resource: pods, selector: { matchLabels: { app: shop } } }]",
    ],
    "match-selector-invalid": [
        "match: [{ version: v1, resource: pods, selector: { matchExpressions: [{ key: app, operator: in, values: [shop] }] } }]",
        "match: [{ version: v1, resource: pods, selector: { matchExpressions: [{ key: app, operator: In, values: [shop] }] } }]",
    ],
    "match-never-matches": [
        "match: [{ resource: deployments }]",
        "match: [{ group: apps, version: v1, resource: deployments }]",
    ],
    "authority-name-twice": [
        "authorities: [{ name: a, static: { action: fail } }, { name: a, static: { action: fail } }]",
        "authorities: [{ name: a, static: { action: fail } }, { name: b, static: { action: fail } }]",
    ],
});

const IMAGES = at("images", {
    "glob-missing": ["", "ghcr.io/acme/app@*"],
    "glob-invalid": ["ghcr.io/acme/[a-z]", "ghcr.io/acme/**"],
    "glob-never-matches": ["ghcr.io/acme/app:1.2", "ghcr.io/acme/app@*"],
    "glob-never-runs": ["ghcr.io//acme/**", "ghcr.io/acme/**"],
    "glob-matches-siblings": ["ghcr.io/acme/app*", "ghcr.io/acme/app@*"],
    "glob-one-level": ["ghcr.io/acme/*", "ghcr.io/acme/**"],
    "glob-docker-hub-only": ["*", "**"],
    "glob-any-registry": ["*/app@*", "ghcr.io/app@*"],
    "glob-digest-as-tag": ["ghcr.io/acme/*:be*", "ghcr.io/acme/*@*"],
});

const AUTHORITIES = at("authority", {
    "url-invalid": [
        "{ key: PEM, ctlog: { url: 'https://rekor example' } }",
        "{ key: PEM, ctlog: { url: https://rekor.example } }",
    ],
    "authority-kind-count": ["{ key: PEM, static: { action: fail } }", "{ key: PEM }"],
    "key-source-count": [
        "{ key: { kms: hashivault://release, secretRef: { name: release-pub } } }",
        "{ key: { kms: hashivault://release } }",
    ],
    "hash-algorithm-unknown": [
        "{ key: { data: PEM, hashAlgorithm: md5 } }",
        "{ key: { data: PEM, hashAlgorithm: sha256 } }",
    ],
    "key-no-pem": ["{ key: { data: release.pub } }", "{ key: PEM }"],
    "key-truncated": ["{ key: { data: TRUNCATED } }", "{ key: PEM }"],
    "key-malformed": ["{ key: { data: MALFORMED } }", "{ key: PEM }"],
    "key-trailing-data": ["{ key: { data: TRAILING } }", "{ key: PEM }"],
    "key-is-private": ["{ key: { data: PRIVATE } }", "{ key: PEM }"],
    "key-is-certificate": ["{ key: { data: CERTIFICATE } }", "{ key: PEM }"],
    "key-unsupported-type": ["{ key: { data: OTHER } }", "{ key: PEM }"],
    "key-unsupported-algorithm": ["{ key: { data: ED448 } }", "{ key: PEM }"],
    "key-several-blocks": ["{ key: { data: TWO } }", "{ key: PEM }"],
    "key-never-verifies": ["{ key: { data: ED25519 } }", "{ key: PEM }"],
    "key-hash-mismatch": ["{ key: { data: P384 } }", "{ key: { data: P384, hashAlgorithm: sha384 } }"],
    "key-not-recommended": ["{ key: { data: RSA1024 } }", "{ key: PEM }"],
    "kms-provider-unknown": ["{ key: { kms: openbao://release } }", "{ key: { kms: hashivault://release } }"],
    "kms-aws-malformed": [
        "{ key: { kms: awskms:///release } }",
        "{ key: { kms: 'awskms:///arn:aws:kms:eu-central-1:111122223333:alias/release' } }",
    ],
    "kms-unreadable": ["{ key: { kms: hashivault://path/release } }", "{ key: { kms: hashivault://release } }"],
    "secret-ref-namespace": [
        "{ key: { secretRef: { name: release-pub, namespace: shop } } }",
        "{ key: { secretRef: { name: release-pub } } }",
    ],
    "secret-ref-name-missing": [
        "{ key: { secretRef: { name: '' } } }",
        "{ key: { secretRef: { name: release-pub } } }",
    ],
    "keyless-anchor-count": [
        "{ keyless: { url: https://fulcio.example, ca-cert: PEM, identities: [IDENTITY] } }",
        "{ keyless: { identities: [IDENTITY], trustRootRef: acme }, ctlog: { trustRootRef: acme } }",
    ],
    "keyless-ca-cert": [
        "{ keyless: { ca-cert: PEM, identities: [IDENTITY] } }",
        "{ keyless: { identities: [IDENTITY], trustRootRef: acme }, ctlog: { trustRootRef: acme } }",
    ],
    "identities-missing": ["{ keyless: { identities: [] } }", "{ keyless: { identities: [IDENTITY] } }"],
    "static-action-unknown": ["{ static: { action: deny } }", "{ static: { action: fail } }"],
    "static-with-verification": [
        "{ static: { action: fail }, ctlog: { url: https://rekor.example } }",
        "{ static: { action: fail } }",
    ],
    "static-pass": ["{ static: { action: pass } }", "{ key: PEM }"],
    "source-count": [
        "{ key: PEM, source: [{ oci: ghcr.io/acme/a }, { oci: ghcr.io/acme/b }] }",
        "{ key: PEM, source: [{ oci: ghcr.io/acme/a }] }",
    ],
    "source-oci-invalid": [
        "{ key: PEM, source: [{ oci: 'ghcr.io/acme/Signatures' }] }",
        "{ key: PEM, source: [{ oci: ghcr.io/acme/signatures }] }",
    ],
    "source-oci-without-repository": [
        "{ key: PEM, source: [{ oci: 'registry.example:5000' }] }",
        "{ key: PEM, source: [{ oci: 'registry.example:5000/signatures' }] }",
    ],
    "source-oci-with-scheme": [
        "{ key: PEM, source: [{ oci: https://ghcr.io/acme/signatures }] }",
        "{ key: PEM, source: [{ oci: ghcr.io/acme/signatures }] }",
    ],
    "pull-secret-name-missing": [
        "{ key: PEM, source: [{ signaturePullSecrets: [{}] }] }",
        "{ key: PEM, source: [{ signaturePullSecrets: [{ name: registry }] }] }",
    ],
    "attestation-name-missing": [
        "{ key: PEM, attestations: [{ predicateType: SLSA }] }",
        "{ key: PEM, attestations: [{ name: built, predicateType: SLSA }] }",
    ],
    "predicate-type-missing": [
        "{ key: PEM, attestations: [{ name: built }] }",
        "{ key: PEM, attestations: [{ name: built, predicateType: SLSA }] }",
    ],
    "predicate-type-deprecated": [
        "{ key: PEM, attestations: [{ name: sbom, predicateType: spdx }] }",
        "{ key: PEM, attestations: [{ name: sbom, predicateType: https://spdx.dev/Document }] }",
    ],
    "policy-option-not-here": [
        "{ key: PEM, attestations: [{ name: built, predicateType: SLSA, policy: { type: cue, data: '{}', includeSpec: true } }] }",
        "{ key: PEM, attestations: [{ name: built, predicateType: SLSA, policy: { type: cue, data: '{}' } }] }",
    ],
    "remote-program-of-attestation": [
        "{ key: PEM, attestations: [{ name: built, predicateType: SLSA, policy: { type: cue, remote: { url: https://acme.example/p.cue, sha256sum: SUM } } }] }",
        "{ key: PEM, attestations: [{ name: built, predicateType: SLSA, policy: { type: cue, data: '{}' } }] }",
    ],
    "attestations-hide-signature": [
        "{ key: PEM, attestations: [{ name: built, predicateType: SLSA }] }",
        "{ key: PEM }",
    ],
    "attestation-name-twice": [
        "{ key: PEM, attestations: [{ name: a, predicateType: SLSA }, { name: a, predicateType: https://spdx.dev/Document }] }",
        "{ key: PEM, attestations: [{ name: a, predicateType: SLSA }, { name: b, predicateType: https://spdx.dev/Document }] }",
    ],
    "ctlog-needs-network": ["{ key: PEM, ctlog: { url: https://rekor.example } }", "{ key: PEM }"],
    "ctlog-empty": ["{ keyless: { identities: [IDENTITY] }, ctlog: {} }", "{ keyless: { identities: [IDENTITY] } }"],
    "trust-root-without-log": [
        "{ keyless: { identities: [IDENTITY], trustRootRef: acme } }",
        "{ keyless: { identities: [IDENTITY], trustRootRef: acme }, ctlog: { trustRootRef: acme } }",
    ],
    "timestamp-empty": ["{ key: PEM, rfc3161timestamp: {} }", "{ key: PEM, rfc3161timestamp: { trustRootRef: acme } }"],
    "sct-ignored": [
        "{ keyless: { identities: [IDENTITY], insecureIgnoreSCT: true } }",
        "{ keyless: { identities: [IDENTITY] } }",
    ],
    "keyless-url-unused": [
        "{ keyless: { url: https://fulcio.acme.example, identities: [IDENTITY] } }",
        "{ keyless: { identities: [IDENTITY], trustRootRef: acme }, ctlog: { trustRootRef: acme } }",
    ],
    "signature-format-unknown": ["{ key: PEM, signatureFormat: Bundle }", "{ key: PEM, signatureFormat: legacy }"],
    "bundle-never-verifies": ["{ key: PEM, signatureFormat: bundle }", "{ key: PEM }"],
});

const GITHUB = "issuer: https://token.actions.githubusercontent.com";
const IDENTITY = `{ ${GITHUB}, subjectRegExp: '^https://github\\.com/acme/' }`;

function subject(expression: string): string {
    return `{ ${GITHUB}, subjectRegExp: '${expression}' }`;
}

const IDENTITIES = at("identity", {
    "identity-issuer-count": [
        "{ subject: ci@acme.example }",
        "{ issuer: https://accounts.google.com, subject: ci@acme.example }",
    ],
    "identity-subject-count": [`{ ${GITHUB} }`, IDENTITY],
    "regexp-invalid": [subject("^https://github\\.com/(?!evil)"), IDENTITY],
    "regexp-unicode-name": [
        "{ issuer: https://issuer.example, subjectRegExp: '^\\p{Uppercase_Letter}' }",
        "{ issuer: https://issuer.example, subjectRegExp: '^\\p{Lu}' }",
    ],
    "identity-anyone": [subject(".*"), IDENTITY],
    "identity-any-subject": [
        "{ issuer: https://issuer.acme.example, subjectRegExp: '.*' }",
        "{ issuer: https://issuer.acme.example, subject: release }",
    ],
    "identity-any-issuer": [
        "{ issuerRegExp: '.*', subject: ci@acme.example }",
        "{ issuer: https://accounts.google.com, subject: ci@acme.example }",
    ],
    "identity-any-repository": [subject("^https://github\\.com/"), IDENTITY],
    "identity-unanchored": [subject("acme"), IDENTITY],
    "expression-unanchored": [
        "{ issuer: https://issuer.acme.example, subjectRegExp: release }",
        "{ issuer: https://issuer.acme.example, subjectRegExp: ^release$ }",
    ],
    "identity-open-end": [subject("^https://github\\.com/acme"), IDENTITY],
    "identity-unescaped-dot": [subject("^https://github.com/acme/"), IDENTITY],
    "identity-never-together": [
        `{ ${GITHUB}, subject: ci@acme.example }`,
        "{ issuer: https://accounts.google.com, subject: ci@acme.example }",
    ],
    "identity-issuer-misspelled": [
        "{ issuer: https://token.actions.githubusercontent.com/, subjectRegExp: '^https://github\\.com/acme/' }",
        IDENTITY,
    ],
});

const MIRROR = "mirror: https://tuf.acme.example";
const CA = "subject: { organization: acme, commonName: ca }, uri: https://ca.acme.example";
const KEYS = `sigstoreKeys: { certificateAuthorities: [{ ${CA}, certChain: BASE64_CHAIN }] }`;

const TRUST_ROOTS = at("trustRoot", {
    "base64-invalid": [`remote: { root: '{}', ${MIRROR} }`, `remote: { root: BASE64_ROOT, ${MIRROR} }`],
    "trust-root-kind-count": ["{}", `remote: { root: BASE64_ROOT, ${MIRROR} }`],
    "trust-root-mirror-missing": ["remote: { root: BASE64_ROOT }", `remote: { root: BASE64_ROOT, ${MIRROR} }`],
    "trust-root-mirror-fs-missing": [
        "repository: { root: BASE64_ROOT }",
        "repository: { root: BASE64_ROOT, mirrorFS: BASE64_MIRROR }",
    ],
    "trust-root-mirror-fs-invalid": [
        "repository: { root: BASE64_ROOT, mirrorFS: H4sI }",
        "repository: { root: BASE64_ROOT, mirrorFS: BASE64_MIRROR }",
    ],
    "trust-root-mirror-fs-doubtful": [
        "repository: { root: BASE64_ROOT, mirrorFS: BASE64_MIRROR, targets: no-such-folder }",
        "repository: { root: BASE64_ROOT, mirrorFS: BASE64_MIRROR, targets: targets }",
    ],
    "trust-root-mirror-target-unreadable": [
        "repository: { root: BASE64_ROOT, mirrorFS: MIRROR_WITH_ANOTHER_TARGET }",
        "repository: { root: BASE64_ROOT, mirrorFS: BASE64_MIRROR }",
    ],
    "trust-root-mirror-expires-soon": [
        "repository: { root: BASE64_ROOT, mirrorFS: MIRROR_OF_LAST_MONTH }",
        "repository: { root: BASE64_ROOT, mirrorFS: BASE64_MIRROR }",
    ],
    "trust-root-root-missing": [`remote: { ${MIRROR} }`, `remote: { root: BASE64_ROOT, ${MIRROR} }`],
    "trust-root-root-invalid": [`remote: { root: e30=, ${MIRROR} }`, `remote: { root: BASE64_ROOT, ${MIRROR} }`],
    "trust-root-authorities-missing": ["sigstoreKeys: {}", KEYS],
    "trust-root-bytes-missing": [`sigstoreKeys: { certificateAuthorities: [{ ${CA} }] }`, KEYS],
    "trust-root-entry-incomplete": [
        "sigstoreKeys: { certificateAuthorities: [{ subject: { organization: acme, commonName: ca }, certChain: BASE64_CHAIN }] }",
        KEYS,
    ],
    "trust-root-entry-overlooked": [
        `sigstoreKeys: { certificateAuthorities: [{ subject: { organization: acme, commonName: ca }, certChain: BASE64_CHAIN }, { ${CA}, certChain: BASE64_CHAIN }] }`,
        KEYS,
    ],
    "trust-root-chain-invalid": [
        `sigstoreKeys: { certificateAuthorities: [], timestampAuthorities: [{ ${CA}, certChain: BASE64_LEAVES }] }`,
        `sigstoreKeys: { certificateAuthorities: [], timestampAuthorities: [{ ${CA}, certChain: BASE64_TSA }] }`,
    ],
    "trust-root-chain-unreadable": [
        `sigstoreKeys: { certificateAuthorities: [{ ${CA}, certChain: BASE64_TRAILING }] }`,
        KEYS,
    ],
    "trust-root-log-key-unreadable": [
        `${KEYS.slice(0, -2)}, tLogs: [{ baseURL: https://log.acme.example, hashAlgorithm: sha-256, publicKey: bm90aGluZw== }] }`,
        `${KEYS.slice(0, -2)}, tLogs: [{ baseURL: https://log.acme.example, hashAlgorithm: sha-256, publicKey: BASE64_KEY }] }`,
    ],
});

const POLICIES = at("policies", {
    "policies-no-exemption": [
        "a: ghcr.io/acme/** key\nb: ghcr.io/acme/legacy@* pass",
        "a: ghcr.io/acme/** key\nb: ghcr.io/legacy/** pass",
    ],
    "policies-always-refuse": [
        "a: ghcr.io/acme/** key\nb: '** fail'",
        "a: ghcr.io/acme/** key\nb: ghcr.io/old/** fail",
    ],
    "policies-both-apply": [
        "a: ghcr.io/acme/** key\nb: ghcr.io/acme/app@* other",
        "a: ghcr.io/acme/** key\nb: ghcr.io/app@* other",
    ],
    "policies-shadowed": [
        "a: ghcr.io/acme/** key\nb: ghcr.io/acme/app@* key",
        "a: ghcr.io/acme/** key\nb: ghcr.io/app@* key",
    ],
});

const CONFIG = at("config", {
    "enable-oci11": ["enable-oci11: 'true'", "{}"],
    "no-match-policy": ["no-match-policy: allow", "no-match-policy: deny"],
    "fail-on-empty-authorities": ["fail-on-empty-authorities: 'false'", "{}"],
});

/** By code. */
export const EXAMPLES: Readonly<Record<string, Example | undefined>> = {
    ...DOCUMENTS,
    ...SPECS,
    ...IMAGES,
    ...AUTHORITIES,
    ...IDENTITIES,
    ...TRUST_ROOTS,
    ...POLICIES,
    ...CONFIG,
};
