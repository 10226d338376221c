import type { RuleTexts } from "./types";

/** Lints that show in the preview: what works, and perhaps not as it was meant. */
export const LINT_WARNINGS = {
    "glob-matches-siblings": [
        "the glob goes on with the name",
        "app* matches app-evil, as * runs over everything but a slash.",
        "Write app@* for the repository, app/** for what is below it.",
    ],
    "glob-one-level": [
        "the glob matches one level only",
        "* does not run over a slash: ghcr.io/acme/* misses ghcr.io/acme/team/app.",
        "Write ** for every depth.",
    ],
    "glob-docker-hub-only": [
        "alone, this glob means Docker Hub",
        "* stands for index.docker.io/library/*, */* for index.docker.io/*/*.",
        "Write ** for every image, or name the registry.",
    ],
    "glob-any-registry": ["the registry is open", "Anybody can set up a registry that fits.", "Name the registry."],
    "glob-digest-as-tag": [
        "the glob compares a tag with the digest",
        "At admission there is no tag; behind the last colon stands the digest.",
        "Leave the tag out.",
    ],
    "static-pass": ["every image of this policy passes", "A static pass looks at nothing.", "Keep it narrow."],
    "attestations-hide-signature": [
        "the image's own signature is not checked",
        "An authority with attestations checks those, and only those.",
        "Check the signature in a second policy.",
    ],
    "attestation-name-twice": [
        "two attestations have one name",
        "The later result replaces the earlier one.",
        "Give each its own name.",
    ],
    "authority-name-twice": [
        "two authorities have one name",
        "One result replaces the other.",
        "Give each its own name.",
    ],
    "ctlog-needs-network": [
        "the transparency log is asked at each admission",
        "While it cannot be reached, nothing is admitted.",
        "Leave ctlog out where the key alone decides.",
    ],
    "ctlog-empty": [
        "an empty ctlog switches the log off",
        "Without ctlog the public log counts; with an empty one, none.",
        "Leave it out, or name a log.",
    ],
    "trust-root-without-log": [
        "certificates count only while they last",
        "With a trust root of one's own and neither log nor timestamp, a signature is worthless once its certificate has run out.",
        "Add ctlog or rfc3161timestamp.",
    ],
    "timestamp-empty": [
        "no timestamp is required",
        "Without trustRootRef the field does nothing.",
        "Name the TrustRoot.",
    ],
    "sct-ignored": [
        "certificates need not be in any certificate transparency log",
        "The public instance logs all of its certificates; one that is not logged is suspect.",
        "Remove insecureIgnoreSCT.",
    ],
    "keyless-url-unused": [
        "this URL is never contacted",
        "keyless.url only switches verification by certificate on; whose certificates count, the trust root says.",
        "Name a TrustRoot in trustRootRef.",
    ],
    "key-not-recommended": [
        "this key or hash is weak",
        "It is below what is recommended today (NIST SP 800-131A).",
        "Rotate to an ECDSA key on P-256.",
    ],
    "identity-any-subject": [
        "every subject of this issuer matches",
        "Whoever gets a token from the issuer can sign.",
        "Name the subjects, unless the issuer serves nobody else.",
    ],
    "identity-any-issuer": [
        "every issuer matches",
        "The subject alone decides, whoever vouches for it.",
        "Name the issuer.",
    ],
    "expression-unanchored": [
        "the expression is not tied to the whole text",
        "A match anywhere is enough.",
        "Begin with ^ and end with $.",
    ],
    "identity-open-end": [
        "the expression ends inside a name",
        "Names that only begin like it match as well.",
        "End with a slash.",
    ],
    "identity-unescaped-dot": ["a dot stands for any character", "github.com also matches githubXcom.", "Write \\."],
    "mode-warn": [
        "the policy warns and refuses nothing",
        "Images that fail it are admitted.",
        "Write enforce once the policy is tried out.",
    ],
    "config-map-namespace-ignored": [
        "the namespace is ignored",
        "ConfigMaps are read from the controller's namespace.",
        "Leave namespace out.",
    ],
    "predicate-type-deprecated": [
        "the short predicate type is deprecated",
        "The webhook warns, and may refuse it in the future.",
        "Write the type's URI.",
    ],
    "api-version-converted": [
        "this is not the version that is stored",
        "v1beta1 goes through the controller's conversion webhook: while that is down, the policy cannot even be read.",
        "Write v1alpha1.",
    ],
    "conversion-drops-field": [
        "the conversion from v1beta1 drops this field",
        "The webhook copies it only if it is complete.",
        "Write v1alpha1.",
    ],
    "policies-no-exemption": [
        "a static pass is no exception from another policy",
        "An image must satisfy every policy that matches it.",
        "Add the static authority to the other policy.",
    ],
    "policies-shadowed": [
        "the policy decides nothing",
        "Another policy matches every image of it, and whatever satisfies that one satisfies this one.",
        "Remove it, or narrow the other one.",
    ],
    "policies-always-refuse": [
        "a static fail overrules the other policy",
        "An image must satisfy every policy that matches it.",
        "Narrow its globs.",
    ],
    "policies-both-apply": [
        "two policies demand different signatures for one image",
        "An image must satisfy every policy that matches it.",
        "Write both authorities into one policy.",
    ],
    "no-match-policy": [
        "images without a policy are not refused",
        "no-match-policy decides about images that no policy matches.",
        "Write deny.",
    ],
    "fail-on-empty-authorities": [
        "policies may name nobody",
        "A policy without authorities admits its images.",
        "Leave the setting out.",
    ],
    "ignored-lint-unknown": [
        "there is no such lint",
        "Only lints can be ignored, by the code in brackets behind a finding.",
        "Correct the code, or remove it.",
    ],
    "trust-root-mirror-expires-soon": [
        "the TUF metadata expires within 30 days",
        "Metadata is signed anew before its date, but what is packed into the object stays as it was.",
        "Pack newer files, or use remote.",
    ],
} as const satisfies Record<string, RuleTexts>;
