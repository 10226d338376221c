import type { RuleTexts } from "./types";

/** What the API server or the webhook refuses in a ClusterImagePolicy, and we refuse for the same reason. */
export const REFUSED = {
    "document-not-an-object": [
        "this is no Kubernetes object",
        "Nothing can be created from it.",
        "Write an object with apiVersion, kind, metadata and spec.",
    ],
    "kind-unknown": [
        "this kind is not one of policy-controller's",
        "Policies are ClusterImagePolicy, trust roots TrustRoot; both are cluster-wide.",
        "Write kind: ClusterImagePolicy or kind: TrustRoot.",
    ],
    "api-version-unknown": [
        "there is no such version of this kind",
        "The API server knows no such resource.",
        "Write apiVersion: policy.sigstore.dev/v1alpha1.",
    ],
    "name-invalid": [
        "this is no name for an object",
        "Names are DNS names of at most 253 characters.",
        "Use lower case letters, digits, - and dots.",
    ],
    "wrong-type": [
        "the value has another type than the field",
        "The webhook cannot decode the object.",
        "Write the type that the field has; quote what YAML would read as a number or as true and false.",
    ],
    "url-invalid": [
        "this is no URL",
        "The webhook cannot decode the object: it reads the field as a URL, by the rules of Go's net/url.",
        "Write a URL with its scheme, such as https://rekor.sigstore.dev.",
    ],
    "base64-invalid": [
        "this is no base64",
        "The webhook cannot decode the object: bytes are base64 with its padding.",
        "Encode the file: base64 -w0 FILE.",
    ],
    "images-missing": [
        "a policy needs at least one image",
        "A policy without images is about nothing.",
        "List globs, such as ghcr.io/acme/**.",
    ],
    "glob-missing": ["the glob is empty", "An image entry is a glob.", "Write the glob, such as ghcr.io/acme/app@*."],
    "glob-invalid": [
        "this is no glob",
        "Globs consist of letters, digits and - _ . : / @, with the wildcards * and **.",
        "Write what varies as * (within one path segment) or ** (across them).",
    ],
    "authorities-missing": [
        "a policy needs at least one authority",
        "Unless the controller is set to take policies without any, somebody must vouch for the images.",
        "Add an authority with key, keyless or static.",
    ],
    "authority-kind-count": [
        "exactly one of key, keyless and static makes an authority",
        "The webhook counts them before it looks at anything else.",
        "Keep one; alternatives are authorities of their own.",
    ],
    "mode-unknown": ["there is no such mode", "A policy refuses (enforce) or warns (warn).", "Write enforce or warn."],
    "key-source-count": [
        "exactly one of data, secretRef and kms makes a key",
        "The webhook counts them.",
        "Keep one; a second key is a second authority.",
    ],
    "hash-algorithm-unknown": [
        "there is no such hash algorithm",
        "policy-controller verifies with SHA-224, SHA-256, SHA-384 or SHA-512.",
        "Write sha224, sha256, sha384 or sha512.",
    ],
    "key-no-pem": [
        "there is no PEM block in the key",
        "The webhook reads the first PEM block of the text.",
        "Give the file that begins with -----BEGIN PUBLIC KEY-----, with its line ends.",
    ],
    "key-truncated": ["the key is cut off", "The webhook finds no whole key.", "Copy the whole file."],
    "key-malformed": [
        "the block holds no key that Go can read",
        "Go's crypto/x509 is strict: named curves, uncompressed points, canonical DER.",
        "Copy the whole file again, or write the public key anew.",
    ],
    "key-trailing-data": [
        "there is more in the block than a key",
        "Go's crypto/x509 refuses bytes behind the key.",
        "Write the public key anew: openssl pkey -pubin -in FILE.",
    ],
    "key-is-private": [
        "this is a private key, not a public key",
        "The webhook refuses it; and whoever can read the policy could sign.",
        "Write its public half, and replace a key that was in the open.",
    ],
    "key-is-certificate": [
        "this is a certificate, not a public key",
        "The webhook reads public keys only.",
        "Write the key inside it: openssl x509 -pubkey -noout -in FILE.",
    ],
    "key-unsupported-type": [
        "this PEM type is no public key",
        "The webhook reads PUBLIC KEY and RSA PUBLIC KEY.",
        "Give the public key: signed-images keys public FILE.",
    ],
    "key-unsupported-algorithm": [
        "Go cannot read this algorithm",
        "The webhook reads RSA, ECDSA on P-224 to P-521, Ed25519, X25519 and DSA.",
        "Use ECDSA on P-256.",
    ],
    "kms-provider-unknown": [
        "there is no such key management service",
        "policy-controller reads keys of AWS, Azure, Google Cloud and HashiCorp Vault.",
        "Begin with awskms://, azurekms://, gcpkms:// or hashivault://.",
    ],
    "kms-aws-malformed": [
        "this is no AWS key by its ARN",
        "The webhook takes ARNs of keys and aliases only: anything else needs settings from the controller's environment.",
        "Write awskms:///arn:aws:kms:REGION:ACCOUNT:key/ID.",
    ],
    "secret-ref-namespace": [
        "the Secret is not in the controller's namespace",
        "The controller reads Secrets of its own namespace only.",
        "Put the Secret there, and leave namespace out.",
    ],
    "keyless-anchor-count": [
        "url and ca-cert exclude each other",
        "The webhook counts them.",
        "Remove ca-cert; use trustRootRef.",
    ],
    "identities-missing": [
        "a keyless authority needs at least one identity",
        "Without one, anybody's certificate would do.",
        "Write an issuer and a subject.",
    ],
    "identity-issuer-count": [
        "exactly one of issuer and issuerRegExp makes an identity",
        "An identity names an issuer and a subject, each exactly or by an expression.",
        "Keep one.",
    ],
    "identity-subject-count": [
        "exactly one of subject and subjectRegExp makes an identity",
        "An identity names an issuer and a subject, each exactly or by an expression.",
        "Keep one.",
    ],
    "regexp-invalid": [
        "this is no regular expression in RE2's syntax",
        "The webhook compiles it with Go's regexp.",
        "Rewrite it without lookaround and back references.",
    ],
    "static-action-unknown": [
        "a static authority passes or fails",
        "There are no other actions.",
        "Write pass or fail.",
    ],
    "static-with-verification": [
        "a static authority verifies nothing",
        "Attestations, sources, logs and timestamps make no sense beside it.",
        "Remove them, or use key or keyless.",
    ],
    "source-count": [
        "there can be one source only",
        "The webhook takes a list, and of it one entry.",
        "Keep one; other places are authorities of their own.",
    ],
    "source-oci-invalid": [
        "this is no repository",
        "Signatures lie in a repository of a registry.",
        "Write registry/repository, without scheme, tag and digest.",
    ],
    "pull-secret-name-missing": [
        "a pull secret needs a name",
        "It names a Secret in the workload's namespace.",
        "Write the name.",
    ],
    "attestation-name-missing": [
        "an attestation needs a name",
        "spec.policy refers to attestations by their names.",
        "Give it a name.",
    ],
    "predicate-type-missing": [
        "an attestation needs a predicate type",
        "It says which attestations are looked at.",
        "Write the type's URI.",
    ],
    "policy-type-unknown": ["a policy program is CUE or Rego", "There are no other languages.", "Write cue or rego."],
    "policy-source-count": [
        "exactly one of data, configMapRef and remote makes a policy program",
        "The webhook counts them.",
        "Keep one.",
    ],
    "config-map-name-missing": [
        "a ConfigMap needs a name",
        "The controller reads the program from it.",
        "Write the name.",
    ],
    "config-map-key-missing": [
        "an entry of the ConfigMap must be named",
        "The controller reads the program from it.",
        "Write the entry's name.",
    ],
    "remote-url-invalid": [
        "a program is downloaded by https only",
        "The webhook wants the scheme https and a host.",
        "Write an https URL.",
    ],
    "remote-sha256-missing": [
        "a program from the network needs its SHA-256",
        "Whoever controls the server would control the policy.",
        "Write the sum: sha256sum FILE.",
    ],
    "policy-option-not-here": [
        "only the policy of the whole ClusterImagePolicy can ask for this",
        "An attestation's program sees the attestation.",
        "Move it to spec.policy.",
    ],
    "match-resource-unknown": [
        "policy-controller does not see such objects",
        "It sees pods and what makes them.",
        "Write the plural in lower case, such as deployments.",
    ],
    "match-selector-alone": [
        "a selector needs a kind of object",
        "Labels are compared only on objects of a named kind.",
        "Write group, version and resource.",
    ],
} as const satisfies Record<string, RuleTexts>;
