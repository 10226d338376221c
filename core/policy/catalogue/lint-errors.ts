import type { RuleTexts } from "./types";

/** Lints that stop the preview: what the cluster accepts and what then never works, or is open to strangers. */
export const LINT_ERRORS = {
    "glob-never-matches": [
        "no image can ever match this glob",
        "At admission an image is registry/repository@sha256:…: the tag is gone, docker.io has become index.docker.io, single names are below library/.",
        "Write registry/repository@*, or registry/path/**.",
    ],
    "glob-never-runs": [
        "no image that runs can match this glob",
        "The webhook reads names with //, with a slash before the digest or with a colon without a port. No container runtime does: a pod with such a name stays at InvalidImageName.",
        "Write registry/repository@*, or registry/path/**.",
    ],
    "match-never-matches": [
        "no object can ever fit this entry",
        "group, version and resource are compared letter by letter, and an empty one is not a wildcard; only version may be *.",
        "Write all three, such as apps, v1, deployments.",
    ],
    "bundle-never-verifies": [
        "policy-controller cannot verify bundles here",
        "It verifies bundles for keyless authorities with attestations, one identity and one trust root only.",
        "Leave signatureFormat out, and sign in cosign's legacy format.",
    ],
    "signature-format-unknown": [
        "there is no such signature format",
        "Anything but bundle means legacy.",
        "Write legacy or bundle.",
    ],
    "key-several-blocks": [
        "only the first of these keys counts",
        "The controller reads one PEM block.",
        "Write an authority for each key.",
    ],
    "key-never-verifies": [
        "no signature of this key is ever accepted",
        "policy-controller has no verifier for such keys, or another one than cosign has a signer.",
        "Use ECDSA on P-256.",
    ],
    "key-hash-mismatch": [
        "the hash is not the one that cosign signs with",
        "cosign takes SHA-384 for P-384 and SHA-512 for P-521; policy-controller takes SHA-256 unless told otherwise.",
        "Write the hashAlgorithm that belongs to the curve.",
    ],
    "identity-anyone": [
        "everybody matches this",
        "GitHub, GitLab, Google and the like give a token to anybody, and the public Sigstore instance a certificate for it. With an issuer of your own, identity-any-subject is said in its place.",
        "Name whom you mean.",
    ],
    "identity-any-repository": [
        "every repository of the forge matches this",
        "Anybody can make a repository there, and sign from it.",
        "Name the organisation, with the slash behind it.",
    ],
    "identity-unanchored": [
        "strangers can have a name that this matches",
        "A match anywhere in the subject is enough, and with GitHub, GitLab or e-mail addresses strangers choose parts of it: acme matches evil-acme@example.com, and a workflow on a branch named acme. With an issuer of your own, expression-unanchored is said in its place.",
        "Begin with ^ (or end a mail domain with $); what is open at the end should end in a slash or an at sign.",
    ],
    "identity-never-together": [
        "this issuer names no such subjects",
        "Each issuer has its form of subjects: workflows, pipelines, or e-mail addresses.",
        "Write the subject as the issuer writes it.",
    ],
    "identity-issuer-misspelled": [
        "this is almost an issuer",
        "Issuers are compared letter by letter.",
        "Write it exactly as the certificates have it.",
    ],
    "authorities-empty": [
        "nobody has to vouch for these images",
        "With fail-on-empty-authorities off, such a policy is accepted, and its images are admitted.",
        "Add an authority.",
    ],
    "remote-sha256-malformed": [
        "this is no SHA-256",
        "The controller compares it with 64 hexadecimal digits in lower case, and drops the policy where it differs.",
        "Write the output of sha256sum.",
    ],
    "remote-program-of-attestation": [
        "a failed download crashes the controller",
        "Where spec.policy is absent, the controller looks for the URL of its error message there, and crashes: for every policy, until this one is gone.",
        "Write the program in data, or in a ConfigMap.",
    ],
    "rego-contract": [
        "this program never says yes",
        "policy-controller asks for data.sigstore.isCompliant.",
        "Write package sigstore and isCompliant.",
    ],
    "enable-oci11": [
        "attestations would count without a signature",
        "What is found as a referrer is accepted without any cryptographic check.",
        "Leave the setting out.",
    ],
} as const satisfies Record<string, RuleTexts>;
