/**
 * Documents with one thing wrong for each rule, and doubtful ones that are valid. The unit tests hold validation against
 * them, and the cluster tests the real webhook.
 */
import { CA, LEAF, OTHER_LEAF } from "./certificates";
import { base64, KEYS, PRIVATE_KEY } from "./samples";
import { REFUSED_REPOSITORIES, repositoryWithUnreadableTarget, VALID_REPOSITORIES } from "./tuf-cases";
import { policyOf, trustRootOf, withAuthorities, withIdentity, withSpec } from "./support";

/** A document with one thing wrong: the code and the path of what validation must say of it, and nothing else. */
export type Case = readonly [claim: string, document: unknown, code: string, path: string];

const KEY = { key: { data: KEYS.p256 } };
const ANYBODY = { issuer: "https://issuer.example", subject: "me@example.com" };
const ARN = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

function keyCase(claim: string, key: Record<string, unknown>, code: string, field: string): Case {
    return [claim, withAuthorities({ key }), code, `spec.authorities.0.key${field}`];
}

function sourceCase(claim: string, oci: string, code: string): Case {
    return [claim, withAuthorities({ ...KEY, source: [{ oci }] }), code, "spec.authorities.0.source.0.oci"];
}

function attestationCase(claim: string, policy: Record<string, unknown>, code: string, field: string): Case {
    const attestation = { name: "a", predicateType: "https://slsa.dev/provenance/v1", policy };
    return [
        claim,
        withAuthorities({ ...KEY, attestations: [attestation] }),
        code,
        `spec.authorities.0.attestations.0.policy${field}`,
    ];
}

function matchCase(claim: string, match: Record<string, unknown>, code: string, field: string): Case {
    return [claim, withSpec({ match: [match] }), code, `spec.match.0.${field}`];
}

const DOCUMENTS: readonly Case[] = [
    ["a list", [], "document-not-an-object", ""],
    ["nothing", null, "document-not-an-object", ""],
    ["a pod", { apiVersion: "v1", kind: "Pod" }, "kind-unknown", "kind"],
    ["a future version", policyOf({}, "policy.sigstore.dev/v2"), "api-version-unknown", "apiVersion"],
    [
        "a TrustRoot in v1beta1",
        { ...trustRootOf({}), apiVersion: "policy.sigstore.dev/v1beta1" },
        "api-version-unknown",
        "apiVersion",
    ],
    ["a name in upper case", { ...withSpec({}), metadata: { name: "Acme" } }, "name-invalid", "metadata.name"],
    ["no name", { ...withSpec({}), metadata: undefined }, "name-invalid", "metadata.name"],
    ["a number as mode", withSpec({ mode: 1 }), "wrong-type", "spec.mode"],
    [
        "a label that YAML reads as a number",
        withSpec({ match: [{ resource: "pods", selector: { matchLabels: { a: 1 } } }] }),
        "wrong-type",
        "spec.match.0.selector.matchLabels.a",
    ],
    ["a misspelled field", withSpec({ image: [] }), "unknown-field", "spec.image"],
    [
        "caCert of the typed form",
        withAuthorities({ keyless: { identities: [ANYBODY], caCert: {} } }),
        "unknown-field",
        "spec.authorities.0.keyless.caCert",
    ],
    [
        "a URL without scheme but with a port",
        withAuthorities({ ...KEY, ctlog: { url: "127.0.0.1:3000" } }),
        "url-invalid",
        "spec.authorities.0.ctlog.url",
    ],
    [
        "a URL that Go reads and cannot read again as it writes it",
        withAuthorities({ ...KEY, ctlog: { url: "https://[::1%25\u0130]/" } }),
        "url-invalid",
        "spec.authorities.0.ctlog.url",
    ],
];

const POLICIES: readonly Case[] = [
    ["no images", withSpec({ images: [] }), "images-missing", "spec.images"],
    ["images that are null", withSpec({ images: null }), "images-missing", "spec.images"],
    ["an empty glob", withSpec({ images: [{ glob: "" }] }), "glob-missing", "spec.images.0.glob"],
    ["an image that is null", withSpec({ images: [null] }), "glob-missing", "spec.images.0.glob"],
    ["a glob with braces", withSpec({ images: [{ glob: "ghcr.io/{a,b}" }] }), "glob-invalid", "spec.images.0.glob"],
    ["no authorities", withSpec({ authorities: [] }), "authorities-missing", "spec.authorities"],
    ["another mode", withSpec({ mode: "audit" }), "mode-unknown", "spec.mode"],
    ["a mode in upper case", withSpec({ mode: "Enforce" }), "mode-unknown", "spec.mode"],
    ["an authority without a kind", withAuthorities({ name: "a" }), "authority-kind-count", "spec.authorities.0"],
    [
        "an authority of two kinds",
        withAuthorities({ ...KEY, static: { action: "pass" } }),
        "authority-kind-count",
        "spec.authorities.0",
    ],
    [
        "another action",
        withAuthorities({ static: { action: "deny" } }),
        "static-action-unknown",
        "spec.authorities.0.static.action",
    ],
    ["no action", withAuthorities({ static: {} }), "static-action-unknown", "spec.authorities.0.static.action"],
    [
        "a static authority with a log",
        withAuthorities({ static: { action: "pass" }, ctlog: {} }),
        "static-with-verification",
        "spec.authorities.0.ctlog",
    ],
    matchCase("nodes", { resource: "nodes" }, "match-resource-unknown", "resource"),
    matchCase("a kind in the singular", { resource: "pod" }, "match-resource-unknown", "resource"),
    matchCase("a selector alone", { selector: {} }, "match-selector-alone", "selector"),
    matchCase(
        "an operator in lower case",
        { resource: "pods", selector: { matchExpressions: [{ key: "a", operator: "exists" }] } },
        "match-selector-invalid",
        "selector.matchExpressions.0.operator",
    ),
    matchCase(
        "In without values",
        { resource: "pods", selector: { matchExpressions: [{ key: "a", operator: "In" }] } },
        "match-selector-invalid",
        "selector.matchExpressions.0.values",
    ),
    matchCase(
        "a label with a blank",
        { resource: "pods", selector: { matchLabels: { a: "b c" } } },
        "match-selector-invalid",
        "selector.matchLabels.a",
    ),
];

const KEY_CASES: readonly Case[] = [
    keyCase("no source", {}, "key-source-count", ""),
    keyCase("two sources", { data: KEYS.p256, secretRef: { name: "k" } }, "key-source-count", ""),
    keyCase("another hash", { data: KEYS.p256, hashAlgorithm: "sha-256" }, "hash-algorithm-unknown", ".hashAlgorithm"),
    keyCase("a text", { data: "my key" }, "key-no-pem", ".data"),
    keyCase("half a key", { data: KEYS.p256.slice(0, 100) }, "key-truncated", ".data"),
    keyCase("base64 with a typo", { data: KEYS.p256.replace("MF", "M*") }, "key-malformed", ".data"),
    keyCase("PKIX in a PKCS#1 block", { data: KEYS.p256.replaceAll("PUBLIC", "RSA PUBLIC") }, "key-malformed", ".data"),
    keyCase("a certificate", { data: CA }, "key-is-certificate", ".data"),
    keyCase("a private key", { data: PRIVATE_KEY }, "key-is-private", ".data"),
    keyCase("a private key in front of the public one", { data: PRIVATE_KEY + KEYS.p256 }, "key-is-private", ".data"),
    keyCase(
        "another PEM type",
        { data: KEYS.p256.replaceAll("PUBLIC KEY", "EC PUBLIC KEY") },
        "key-unsupported-type",
        ".data",
    ),
    keyCase("Ed448", { data: KEYS.ed448 }, "key-unsupported-algorithm", ".data"),
    keyCase("secp256k1", { data: KEYS.secp256k1 }, "key-unsupported-algorithm", ".data"),
    keyCase("OpenBao", { kms: "openbao://key" }, "kms-provider-unknown", ".kms"),
    keyCase("an AWS key ID", { kms: "awskms:///1234abcd-12ab-34cd-56ef-1234567890ab" }, "kms-aws-malformed", ".kms"),
    keyCase("an AWS alias", { kms: "awskms:///alias/release" }, "kms-aws-malformed", ".kms"),
    keyCase("an AWS ARN with two slashes", { kms: `awskms://${ARN}` }, "kms-aws-malformed", ".kms"),
    keyCase("an AWS endpoint without a port", { kms: `awskms://localhost/${ARN}` }, "kms-aws-malformed", ".kms"),
    keyCase("an Azure vault without a key", { kms: "azurekms://vault" }, "kms-unreadable", ".kms"),
    keyCase(
        "a Secret elsewhere",
        { secretRef: { name: "k", namespace: "default" } },
        "secret-ref-namespace",
        ".secretRef.namespace",
    ),
    keyCase("a Secret without a name", { secretRef: {} }, "secret-ref-name-missing", ".secretRef.name"),
];

const KEYLESS: readonly Case[] = [
    [
        "url and ca-cert",
        withAuthorities({
            keyless: { url: "https://f.example", "ca-cert": { data: KEYS.p256 }, identities: [ANYBODY] },
        }),
        "keyless-anchor-count",
        "spec.authorities.0.keyless.ca-cert",
    ],
    [
        "ca-cert alone",
        withAuthorities({ keyless: { "ca-cert": { data: KEYS.p256 }, identities: [ANYBODY] } }),
        "keyless-ca-cert",
        "spec.authorities.0.keyless.ca-cert",
    ],
    ["no identities", withAuthorities({ keyless: {} }), "identities-missing", "spec.authorities.0.keyless.identities"],
    [
        "an empty list of identities",
        withAuthorities({ keyless: { identities: [] } }),
        "identities-missing",
        "spec.authorities.0.keyless.identities",
    ],
    [
        "no issuer",
        withIdentity({ subject: "me@example.com" }),
        "identity-issuer-count",
        "spec.authorities.0.keyless.identities.0.issuer",
    ],
    [
        "two subjects",
        withIdentity({ ...ANYBODY, subjectRegExp: "^me@" }),
        "identity-subject-count",
        "spec.authorities.0.keyless.identities.0",
    ],
    [
        "lookahead",
        withIdentity({ issuer: "i", subjectRegExp: "^(?=x)" }),
        "regexp-invalid",
        "spec.authorities.0.keyless.identities.0.subjectRegExp",
    ],
    [
        "a back reference",
        withIdentity({ issuerRegExp: "(a)\\1", subject: "s" }),
        "regexp-invalid",
        "spec.authorities.0.keyless.identities.0.issuerRegExp",
    ],
    [
        "a Unicode class in lower case",
        withIdentity({ issuerRegExp: "^\\p{greek}$", subject: "s" }),
        "regexp-unicode-name",
        "spec.authorities.0.keyless.identities.0.issuerRegExp",
    ],
    [
        "a Unicode class that Go does not have",
        withIdentity({ issuerRegExp: "^\\p{Unknown}$", subject: "s" }),
        "regexp-invalid",
        "spec.authorities.0.keyless.identities.0.issuerRegExp",
    ],
];

const SOURCES: readonly Case[] = [
    ["two sources", withAuthorities({ ...KEY, source: [{}, {}] }), "source-count", "spec.authorities.0.source"],
    sourceCase("a URL", "https://ghcr.io/acme/signatures", "source-oci-with-scheme"),
    sourceCase("a tag", "ghcr.io/acme/signatures:v1", "source-oci-invalid"),
    sourceCase("upper case", "ghcr.io/Acme/signatures", "source-oci-invalid"),
    sourceCase("a repository without a registry", "acme/signatures", "source-oci-invalid"),
    sourceCase("Docker Hub without library/", "docker.io/signatures", "source-oci-invalid"),
    sourceCase(
        "a registry with a port alone, which stops the controller",
        "registry.example.com:5000",
        "source-oci-without-repository",
    ),
    sourceCase("a registry alone, which is read as a name on Docker Hub", "ghcr.io", "source-oci-without-repository"),
    [
        "a pull secret without a name",
        withAuthorities({ ...KEY, source: [{ signaturePullSecrets: [{}] }] }),
        "pull-secret-name-missing",
        "spec.authorities.0.source.0.signaturePullSecrets.0.name",
    ],
];

const PROGRAMS: readonly Case[] = [
    [
        "an attestation without a name",
        withAuthorities({ ...KEY, attestations: [{ predicateType: "https://a.example" }] }),
        "attestation-name-missing",
        "spec.authorities.0.attestations.0.name",
    ],
    [
        "an attestation without a type",
        withAuthorities({ ...KEY, attestations: [{ name: "a" }] }),
        "predicate-type-missing",
        "spec.authorities.0.attestations.0.predicateType",
    ],
    [
        "a short predicate type",
        withAuthorities({ ...KEY, attestations: [{ name: "a", predicateType: "spdx" }] }),
        "predicate-type-deprecated",
        "spec.authorities.0.attestations.0.predicateType",
    ],
    attestationCase("another language", { type: "javascript", data: "x" }, "policy-type-unknown", ".type"),
    attestationCase("no program", { type: "cue" }, "policy-source-count", ""),
    attestationCase(
        "two programs",
        { type: "cue", data: "x", configMapRef: { name: "a", key: "b" } },
        "policy-source-count",
        "",
    ),
    attestationCase(
        "no ConfigMap's name",
        { type: "cue", configMapRef: { key: "b" } },
        "config-map-name-missing",
        ".configMapRef.name",
    ),
    attestationCase(
        "no ConfigMap's entry",
        { type: "cue", configMapRef: { name: "a" } },
        "config-map-key-missing",
        ".configMapRef.key",
    ),
    attestationCase(
        "http",
        { type: "cue", remote: { url: "http://a.example", sha256sum: "x" } },
        "remote-url-invalid",
        ".remote.url",
    ),
    attestationCase(
        "no sum",
        { type: "cue", remote: { url: "https://a.example" } },
        "remote-sha256-missing",
        ".remote.sha256sum",
    ),
    attestationCase(
        "an option of the whole policy, even as false",
        { type: "cue", data: "x", includeSpec: false },
        "policy-option-not-here",
        ".includeSpec",
    ),
];

const AUTHORITY = { subject: { organization: "o", commonName: "c" }, uri: "https://ca.example", certChain: base64(CA) };
const LOG = { baseURL: "https://log.example", hashAlgorithm: "sha-256", publicKey: base64(KEYS.p256) };
const ROOT = base64('{"signatures":[]}');

function keysCase(claim: string, keys: Record<string, unknown>, code: string, field: string): Case {
    return [
        claim,
        trustRootOf({ sigstoreKeys: { certificateAuthorities: [], ...keys } }),
        code,
        `spec.sigstoreKeys.${field}`,
    ];
}

const TRUST_ROOTS: readonly Case[] = [
    ["nothing", trustRootOf({}), "trust-root-kind-count", "spec"],
    [
        "two kinds",
        trustRootOf({
            remote: { root: ROOT, mirror: "https://tuf.example" },
            sigstoreKeys: { certificateAuthorities: [AUTHORITY] },
        }),
        "trust-root-kind-count",
        "spec",
    ],
    ["no mirror", trustRootOf({ remote: { root: ROOT } }), "trust-root-mirror-missing", "spec.remote.mirror"],
    [
        "a mirror of which nothing is left",
        trustRootOf({ remote: { root: ROOT, mirror: "//" } }),
        "trust-root-mirror-missing",
        "spec.remote.mirror",
    ],
    keysCase(
        "a log's URL of which nothing is left",
        { tLogs: [{ ...LOG, baseURL: "#" }] },
        "trust-root-entry-incomplete",
        "tLogs.0.baseURL",
    ),
    [
        "no root",
        trustRootOf({ remote: { mirror: "https://tuf.example" } }),
        "trust-root-root-missing",
        "spec.remote.root",
    ],
    [
        "a root without signatures",
        trustRootOf({ remote: { mirror: "https://tuf.example", root: base64("{}") } }),
        "trust-root-root-invalid",
        "spec.remote.root",
    ],
    [
        "a root as JSON",
        trustRootOf({ remote: { mirror: "https://tuf.example", root: '{"signatures":[]}' } }),
        "base64-invalid",
        "spec.remote.root",
    ],
    [
        "no files",
        trustRootOf({ repository: { root: ROOT } }),
        "trust-root-mirror-fs-missing",
        "spec.repository.mirrorFS",
    ],
    [
        "files that are no archive",
        trustRootOf({ repository: { root: ROOT, mirrorFS: "AAAA" } }),
        "trust-root-mirror-fs-invalid",
        "spec.repository.mirrorFS",
    ],
    ...REFUSED_REPOSITORIES.map(([claim, repository]): Case => [
        `a TUF repository with ${claim}`,
        trustRootOf({ repository }),
        "trust-root-mirror-fs-invalid",
        "spec.repository.mirrorFS",
    ]),
    [
        "a TUF repository with another file than its targets list",
        trustRootOf({ repository: repositoryWithUnreadableTarget() }),
        "trust-root-mirror-target-unreadable",
        "spec.repository.mirrorFS",
    ],
    [
        "no list of authorities",
        trustRootOf({ sigstoreKeys: { tLogs: [LOG] } }),
        "trust-root-authorities-missing",
        "spec.sigstoreKeys.certificateAuthorities",
    ],
    keysCase("no authorities at all", {}, "trust-root-authorities-missing", "certificateAuthorities"),
    keysCase(
        "no certificates",
        { certificateAuthorities: [{ ...AUTHORITY, certChain: undefined }] },
        "trust-root-bytes-missing",
        "certificateAuthorities.0.certChain",
    ),
    keysCase(
        "no organisation",
        { certificateAuthorities: [{ ...AUTHORITY, subject: { commonName: "c" } }] },
        "trust-root-entry-incomplete",
        "certificateAuthorities.0.subject.organization",
    ),
    keysCase(
        "no hash of a log",
        { tLogs: [{ ...LOG, hashAlgorithm: "" }] },
        "trust-root-entry-incomplete",
        "tLogs.0.hashAlgorithm",
    ),
    keysCase(
        "what the webhook overlooks",
        { certificateAuthorities: [{ ...AUTHORITY, uri: "" }, AUTHORITY] },
        "trust-root-entry-overlooked",
        "certificateAuthorities.0.uri",
    ),
    keysCase(
        "two time-stamping certificates",
        { timestampAuthorities: [{ ...AUTHORITY, certChain: base64(LEAF + OTHER_LEAF + CA) }] },
        "trust-root-chain-invalid",
        "timestampAuthorities.0.certChain",
    ),
    keysCase(
        "an empty line behind the certificates",
        { certificateAuthorities: [{ ...AUTHORITY, certChain: base64(`${CA}\n`) }] },
        "trust-root-chain-unreadable",
        "certificateAuthorities.0.certChain",
    ),
    keysCase(
        "a certificate as a log's key",
        { ctLogs: [{ ...LOG, publicKey: base64(CA) }] },
        "trust-root-log-key-unreadable",
        "ctLogs.0.publicKey",
    ),
];

const V1BETA1: readonly Case[] = [
    ["v1beta1", { ...withSpec({}), apiVersion: "policy.sigstore.dev/v1beta1" }, "api-version-converted", "apiVersion"],
];

/** All of them, by their subjects. */
export const BROKEN = { DOCUMENTS, POLICIES, KEY_CASES, KEYLESS, SOURCES, PROGRAMS, TRUST_ROOTS, V1BETA1 };

/** Documents that look doubtful, and that the cluster takes. */
export const VALID: readonly (readonly [claim: string, document: unknown])[] = [
    [
        "half a surrogate pair in a registry, in place of which the API server reads another character",
        withAuthorities({ ...KEY, source: [{ oci: "ghcr.\ud800io/acme/signatures" }] }),
    ],
    [
        "a hash in upper case with blanks around",
        withAuthorities({ key: { data: KEYS.p256, hashAlgorithm: " SHA256 " } }),
    ],
    ["a key with Windows line ends", withAuthorities({ key: { data: KEYS.p256.replaceAll("\n", "\r\n") } })],
    ["text around a key", withAuthorities({ key: { data: `release\n${KEYS.p256}# end` } })],
    ["RSA in PKCS#1", withAuthorities({ key: { data: KEYS.rsaPkcs1 } })],
    ["P-224 and X25519", withAuthorities({ key: { data: KEYS.p224 } }, { key: { data: KEYS.x25519 } })],
    ["an AWS ARN with an endpoint", withAuthorities({ key: { kms: `awskms://localhost:4566/${ARN}` } })],
    ["the controller's namespace", withAuthorities({ key: { secretRef: { name: "k", namespace: "cosign-system" } } })],
    ["fields that are null", withAuthorities({ ...KEY, keyless: null, source: null })],
    ["an empty match entry", withSpec({ match: [{}, null] })],
    ["an empty mode", withSpec({ mode: "" })],
    ["a URL that is a path", withAuthorities({ ...KEY, ctlog: { url: "rekor" } })],
    ["groups that share a name", withIdentity({ issuer: "i", subjectRegExp: "^(?P<n>a)(?P<n>b)$" })],
    ["any signature format", withAuthorities({ ...KEY, signatureFormat: "anything" })],
    ...VALID_REPOSITORIES.map(
        ([claim, repository]) => [`a TUF repository ${claim}`, trustRootOf({ repository })] as const,
    ),
    ["a trust root of logs alone", trustRootOf({ sigstoreKeys: { certificateAuthorities: [], tLogs: [LOG] } })],
    [
        "a trust root of time-stamping authorities",
        trustRootOf({
            sigstoreKeys: {
                certificateAuthorities: [],
                timestampAuthorities: [{ ...AUTHORITY, certChain: base64(LEAF + CA) }],
            },
        }),
    ],
];
