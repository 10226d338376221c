import { error, show } from "../finding";
import { both, missing, neither, nullRefused } from "../said";
import { isKnown, UNKNOWN } from "../unknown";
import { enumerate, givenOf, isMissingUrl } from "./present";
import { validateRoot } from "./tuf-root";
import { validateMirror } from "./tuf-mirror";
import { validateSigstoreKeys } from "./sigstore-keys";

import type { Finding } from "../finding";
import type { TrustRootManifestSpec } from "../manifest";
import type { PropertyPath } from "../path";
import type { TrustRootRemote, TrustRootRepository } from "../spec";
import type { Known } from "../unknown";

const KINDS = ["repository", "remote", "sigstoreKeys"] as const;

/** A trust root: one of three kinds (`TrustRootSpec.Validate`). */
export function validateTrustRootSpec(spec: Known<TrustRootManifestSpec>, path: PropertyPath): Finding[] {
    const kinds = givenOf(spec, KINDS);
    if (kinds !== undefined && kinds.length !== 1) {
        return [
            error("trust-root-kind-count", path, {
                found: enumerate(kinds),
                cluster: (kinds.length === 0 ? neither : both)(path, ...KINDS),
                instead: "Keep one: sigstoreKeys for keys of your own, remote for a TUF repository.",
            }),
        ];
    }
    return [
        ...(isKnown(spec.remote) ? validateRemote(spec.remote, [...path, "remote"]) : []),
        ...(isKnown(spec.repository) ? validateRepository(spec.repository, [...path, "repository"]) : []),
        ...(isKnown(spec.sigstoreKeys) ? validateSigstoreKeys(spec.sigstoreKeys, [...path, "sigstoreKeys"]) : []),
    ];
}

function validateRemote(remote: Known<TrustRootRemote>, path: PropertyPath): Finding[] {
    return [
        ...(isMissingUrl(remote.mirror)
            ? [
                  error("trust-root-mirror-missing", [...path, "mirror"], {
                      found: show(remote.mirror),
                      cluster: missing(path, "mirror"),
                      instead: "Write the repository's URL, such as https://tuf-repo-cdn.sigstore.dev.",
                  }),
              ]
            : []),
        ...validateRoot(remote.root, path),
    ];
}

function validateRepository(repository: Known<TrustRootRepository>, path: PropertyPath): Finding[] {
    const { mirrorFS } = repository;
    const rootFindings = validateRoot(repository.root, path);
    if (mirrorFS === UNKNOWN) {
        return rootFindings;
    }
    if ((mirrorFS as string | undefined) === undefined || mirrorFS === "") {
        return [
            ...rootFindings,
            error("trust-root-mirror-fs-missing", [...path, "mirrorFS"], {
                found: show(mirrorFS),
                // Absent, it is a null by the time that it is looked at; empty, the webhook names it wrongly.
                cluster: mirrorFS === "" ? missing(path, "repository") : nullRefused([...path, "mirrorFS"], "string"),
                instead: "Write the repository's files as a gzipped tar archive in base64.",
            }),
        ];
    }
    const { root, targets = "targets", trustedRootTarget = "" } = repository;
    return rootFindings.length > 0 || !isKnown(root) || !isKnown(targets) || !isKnown(trustedRootTarget)
        ? rootFindings
        : validateMirror(
              {
                  ...{ root, mirrorFS, targets: targets === "" ? "targets" : targets },
                  trustedRootTarget: trustedRootTarget === "" ? "trusted_root.json" : trustedRootTarget,
              },
              path,
          );
}
