import { error, show, warning } from "../finding";
import { PUBLIC_FULCIO_URL, SignatureFormat } from "../spec";
import { isKnown } from "../unknown";
import { authoritiesOf } from "./context";

import type { Finding } from "../finding";
import type { AuthorityManifest, ClusterImagePolicyManifestSpec } from "../manifest";
import type { PropertyPath } from "../path";
import type { Known } from "../unknown";

/** Authorities that verify something else than they seem to. */
export function authorityFindings(spec: Known<ClusterImagePolicyManifestSpec>, path: PropertyPath): Finding[] {
    return authoritiesOf(spec, path).flatMap(({ authority, path: place }) =>
        AUTHORITY_LINTS.flatMap((lint) => lint(authority, place, spec)),
    );
}

type AuthorityLint = (
    authority: Known<AuthorityManifest>,
    path: PropertyPath,
    spec: Known<ClusterImagePolicyManifestSpec>,
) => Finding[];

const AUTHORITY_LINTS: readonly AuthorityLint[] = [
    staticPass,
    attestationsOnly,
    keyNeedsNetwork,
    emptyLog,
    trustRootWithoutLog,
    emptyTimestamp,
    ignoredSct,
    uncontactedUrl,
    signatureFormat,
];

function staticPass(
    { static: answer }: Known<AuthorityManifest>,
    path: PropertyPath,
    spec: Known<ClusterImagePolicyManifestSpec>,
): Finding[] {
    // A program of the whole policy runs behind the pass, and may refuse.
    const isLast = spec.mode !== "warn" && spec.policy === undefined;
    return isKnown(answer) && answer.action === "pass" && isLast
        ? [
              warning("static-pass", [...path, "static", "action"], {
                  found: "pass",
                  cluster:
                      "The cluster would admit every image of this policy, signed or not; other authorities beside it no longer matter.",
                  instead: "Keep it for images that cannot be signed, with globs that are as narrow as can be.",
              }),
          ]
        : [];
}

function attestationsOnly(authority: Known<AuthorityManifest>, path: PropertyPath): Finding[] {
    const { attestations } = authority;
    const verifies = authority.key !== undefined || authority.keyless !== undefined;
    return isKnown(attestations) && attestations.length > 0 && verifies
        ? [
              warning("attestations-hide-signature", [...path, "attestations"], {
                  found: attestations.length === 1 ? "1 attestation" : `${attestations.length} attestations`,
                  cluster:
                      "The cluster would check only the attestations: whether the image itself is signed does not matter to this authority.",
                  instead:
                      "Where the signature counts as well, add a second policy for the same images, with an authority that lists no attestations.",
              }),
          ]
        : [];
}

function keyNeedsNetwork({ key, ctlog }: Known<AuthorityManifest>, path: PropertyPath): Finding[] {
    return isKnown(key) && isKnown(ctlog) && (ctlog.url !== undefined || ctlog.trustRootRef !== undefined)
        ? [
              warning("ctlog-needs-network", [...path, "ctlog"], {
                  found: show(ctlog.url ?? ctlog.trustRootRef),
                  cluster:
                      "The cluster would ask the transparency log at each admission, and refuse every image while it cannot be reached.",
                  instead: "Leave ctlog out where the key alone is to decide.",
              }),
          ]
        : [];
}

function emptyLog({ keyless, ctlog }: Known<AuthorityManifest>, path: PropertyPath): Finding[] {
    return isKnown(keyless) && isKnown(ctlog) && isEmpty(ctlog.url) && isEmpty(ctlog.trustRootRef) && ctlog.url !== ""
        ? [
              warning("ctlog-empty", [...path, "ctlog"], {
                  found: "ctlog without url and trustRootRef",
                  cluster:
                      "The cluster would look at no transparency log, and take a certificate only while it lasts, some ten minutes.",
                  instead: "Leave ctlog out for the public log, or name the log in url.",
              }),
          ]
        : [];
}

function trustRootWithoutLog(
    { keyless, ctlog, rfc3161timestamp, signatureFormat: format }: Known<AuthorityManifest>,
    path: PropertyPath,
): Finding[] {
    const isAlone = ctlog === undefined && rfc3161timestamp === undefined && format !== SignatureFormat.Bundle;
    return isKnown(keyless) && isKnown(keyless.trustRootRef) && keyless.trustRootRef !== "" && isAlone
        ? [
              warning("trust-root-without-log", [...path, "keyless", "trustRootRef"], {
                  found: show(keyless.trustRootRef),
                  cluster:
                      "The cluster would look at no transparency log and no timestamp, and refuse each image once its certificate has run out.",
                  instead: "Add ctlog or rfc3161timestamp with the same trustRootRef.",
              }),
          ]
        : [];
}

function emptyTimestamp({ rfc3161timestamp }: Known<AuthorityManifest>, path: PropertyPath): Finding[] {
    return isKnown(rfc3161timestamp) && isEmpty(rfc3161timestamp.trustRootRef)
        ? [
              warning("timestamp-empty", [...path, "rfc3161timestamp"], {
                  found: "rfc3161timestamp without trustRootRef",
                  cluster: "The cluster would require no timestamp.",
                  instead: "Name the TrustRoot with the time-stamping authority in trustRootRef, or leave it out.",
              }),
          ]
        : [];
}

function ignoredSct({ keyless }: Known<AuthorityManifest>, path: PropertyPath): Finding[] {
    return isKnown(keyless) && keyless.insecureIgnoreSCT === true && isEmpty(keyless.trustRootRef)
        ? [
              warning("sct-ignored", [...path, "keyless", "insecureIgnoreSCT"], {
                  found: "true",
                  cluster:
                      "The cluster would accept certificates of the public instance that are in no certificate transparency log.",
                  instead: "Remove it; only a certificate authority of your own, in a TrustRoot, has a reason for it.",
              }),
          ]
        : [];
}

function uncontactedUrl({ keyless }: Known<AuthorityManifest>, path: PropertyPath): Finding[] {
    const isOther = isKnown(keyless) && isKnown(keyless.url) && keyless.url.replace(/\/+$/, "") !== PUBLIC_FULCIO_URL;
    return isKnown(keyless) && isOther && isEmpty(keyless.trustRootRef)
        ? [
              warning("keyless-url-unused", [...path, "keyless", "url"], {
                  found: show(keyless.url),
                  cluster:
                      "The cluster would never contact this URL, and verify against the certificates of the public instance.",
                  instead: "Put your own authority's certificates into a TrustRoot, and name that in trustRootRef.",
              }),
          ]
        : [];
}

function signatureFormat(authority: Known<AuthorityManifest>, path: PropertyPath): Finding[] {
    const { signatureFormat: format } = authority;
    if (!isKnown(format) || format === "" || format === SignatureFormat.Legacy) {
        return [];
    }
    const place = [...path, "signatureFormat"];
    if (format !== SignatureFormat.Bundle) {
        return [
            error("signature-format-unknown", place, {
                found: show(format),
                cluster: "The cluster would take anything but bundle for legacy.",
                instead: "Write legacy or bundle, in lower case.",
            }),
        ];
    }
    return bundleTroubles(authority).map((trouble) =>
        error("bundle-never-verifies", place, {
            found: trouble.found,
            cluster: `The cluster would accept the policy and refuse every image: ${trouble.cluster}.`,
            instead: trouble.instead,
        }),
    );
}

/** What policy-controller cannot do with bundles (`checkOptsFromAuthority` in validator.go). */
function bundleTroubles({
    key,
    keyless,
    attestations,
    ctlog,
    rfc3161timestamp,
}: Known<AuthorityManifest>): Pick<Finding, "found" | "cluster" | "instead">[] {
    if (key !== undefined) {
        return [
            {
                found: "bundle with key",
                cluster: "when using the new bundle format, the authority must be keyless",
                instead:
                    "Leave signatureFormat out, and sign with cosign sign --new-bundle-format=false --use-signing-config=false.",
            },
        ];
    }
    if (!isKnown(keyless)) {
        return [];
    }
    const others = [...trustRootOf(ctlog), ...trustRootOf(rfc3161timestamp)];
    const other = isKnown(keyless.trustRootRef ?? "")
        ? others.find((name) => name !== (keyless.trustRootRef ?? ""))
        : undefined;
    return [
        ...(attestations === undefined || (isKnown(attestations) && attestations.length === 0)
            ? [
                  {
                      found: "bundle without attestations",
                      cluster: "bundle support for image signatures is not yet implemented",
                      instead: "Leave signatureFormat out, or list the attestations to check.",
                  },
              ]
            : []),
        ...(isKnown(keyless.identities) && keyless.identities.length > 1
            ? [
                  {
                      found: `bundle with ${keyless.identities.length} identities`,
                      cluster: "a bundle is verified against one identity only",
                      instead: "Write an authority for each identity; one of them is enough to pass.",
                  },
              ]
            : []),
        ...(other !== undefined
            ? [
                  {
                      found: `trustRootRef ${show(keyless.trustRootRef)} and ${show(other)}`,
                      cluster: "when using the new bundle format, the trustRootRef must be the same as that of keyless",
                      instead: "Name the same TrustRoot in keyless, ctlog and rfc3161timestamp.",
                  },
              ]
            : []),
    ];
}

/** The TrustRoot that a part names, as far as it is there and known. */
function trustRootOf(part: Known<AuthorityManifest>["ctlog" | "rfc3161timestamp"]): string[] {
    const name = isKnown(part) ? (part.trustRootRef ?? "") : undefined;
    return isKnown(name) ? [name] : [];
}

function isEmpty(value: unknown): boolean {
    return value === undefined || value === "";
}
