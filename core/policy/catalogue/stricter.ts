import type { RuleTexts } from "./types";

/**
 * What the cluster accepts and we refuse all the same: each with the harm that it does there. `why` is the reason for being
 * stricter.
 */
export const STRICTER = {
    "unknown-field": [
        "there is no such field",
        "kubectl and server-side apply refuse it; a plain request drops it without a word, and the policy then says less than it seems to.",
        "Correct the name, or remove it.",
    ],
    "keyless-ca-cert": [
        "ca-cert verifies nothing",
        "policy-controller takes ca-cert and has no code that verifies with it: every image is refused.",
        "Put the certificate authority into a TrustRoot, and name it in trustRootRef.",
    ],
    "source-oci-without-repository": [
        "the repository is missing",
        "The webhook takes a host for a registry. What reads it afterwards takes it for a repository on Docker Hub; where it cannot (host:port), the controller stops reading any policy that is new or changed.",
        "Write registry/repository.",
    ],
    "source-oci-with-scheme": [
        "a repository has no scheme",
        "https: is a registry's name to the webhook, a host with an empty port. No signature is ever found there.",
        "Write registry/repository.",
    ],
    "secret-ref-name-missing": [
        "the Secret has no name",
        "The controller finds no key and leaves the whole policy out of what it enforces.",
        "Name the Secret.",
    ],
    "kms-unreadable": [
        "the controller cannot read a key by this reference",
        "The webhook looks at the scheme only. The controller then fails to read the key, and leaves the whole policy out of what it enforces.",
        "Write the form that the service has.",
    ],
    "match-selector-invalid": [
        "this is no label selector",
        "The webhook does not look at it. At admission it is an error for every object of that kind, whatever its images.",
        "Write operators as In, NotIn, Exists, DoesNotExist, and labels as Kubernetes takes them.",
    ],
    "regexp-unicode-name": [
        "only some builds know this Unicode class by that name",
        "Go 1.25 began to take long names and any case, and no longer finds scripts with a _ in their name: one controller takes the policy, another one refuses it.",
        "Write the name as every build knows it: \\p{Greek}, \\pL.",
    ],
    "trust-root-entry-overlooked": [
        "the webhook overlooks what is wrong with this entry",
        "It checks every entry, and keeps its answer for the last one only.",
        "Fill it in.",
    ],
    "trust-root-chain-unreadable": [
        "the certificates cannot be read to their end",
        "The controller reads PEM blocks to the very end of the bytes; anything else there, also an empty line, leaves the trust root unusable.",
        "Write CERTIFICATE blocks and nothing behind the last line end.",
    ],
    "trust-root-log-key-unreadable": [
        "the log's key cannot be read",
        "The webhook only looks whether there is something. The trust root then stays unusable.",
        "Write the public key as PEM, in base64.",
    ],
    "trust-root-mirror-fs-doubtful": [
        "not every version of policy-controller takes these files",
        "0.13.1 and 0.15.1 read a TUF repository with two different clients. What one of them refuses breaks with an upgrade, or cannot be written after it.",
        "Have the repository written anew by a current tool.",
    ],
    "trust-root-mirror-target-unreadable": [
        "the file that the controller reads is not among these files",
        "The webhook looks at the metadata only. The controller then reads the trusted root; without it the TrustRoot is never Ready.",
        "Pack the targets beside the metadata, in the folder targets.",
    ],
} as const satisfies Record<string, RuleTexts>;
