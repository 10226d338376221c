import { error, show } from "../finding";
import { DOCKER_HUB, parseRepository, registryRefusal, splitRegistry } from "../go/reference";
import { invalid, missing } from "../said";
import { isKnown } from "../unknown";
import { isMissing } from "./present";

import type { Finding } from "../finding";
import type { SourceManifest } from "../manifest";
import type { PropertyPath } from "../path";
import type { Known } from "../unknown";

/** Where signatures lie (`Source.Validate`), and what the controller cannot read afterwards. */
export function validateSource(source: Known<SourceManifest>, path: PropertyPath): Finding[] {
    return [
        ...(isKnown(source.oci) && source.oci !== "" ? validateOci(source.oci, [...path, "oci"]) : []),
        ...(isKnown(source.signaturePullSecrets)
            ? source.signaturePullSecrets.flatMap((secret, index) =>
                  isKnown(secret) && isMissing(secret.name)
                      ? [pullSecretNameMissing([...path, "signaturePullSecrets", index])]
                      : [],
              )
            : []),
    ];
}

function pullSecretNameMissing(path: PropertyPath): Finding {
    return error("pull-secret-name-missing", [...path, "name"], {
        found: "nothing",
        cluster: missing(path, "name"),
        instead: "Name a Secret of type kubernetes.io/dockerconfigjson in the workload's namespace.",
    });
}

function validateOci(oci: string, path: PropertyPath): Finding[] {
    const details = ociRefusal(oci);
    if (details !== undefined) {
        return [
            error("source-oci-invalid", path, {
                found: show(oci),
                cluster: invalid(oci, path, details),
                instead: "Write registry/repository, such as ghcr.io/acme/signatures, without https://, tag or digest.",
            }),
        ];
    }
    if (/^[^/]*:\/\//.test(oci)) {
        return [withScheme(oci, path)];
    }
    return splitRegistry(oci).registry === "" ? [withoutRepository(oci, path)] : [];
}

/** Why `common.ValidateOCI` refuses it: a repository of a named registry, or a registry alone. */
function ociRefusal(oci: string): string | undefined {
    const { registry, repository } = splitRegistry(oci);
    if (registry === "") {
        return registryRefusal(oci);
    }
    if (repository.length < 2 || repository.length > 255) {
        return `repository must be between 2 and 255 characters in length: ${repository}`;
    }
    if (!/^[a-z0-9_./-]*$/.test(repository)) {
        return `repository can only contain the characters \`abcdefghijklmnopqrstuvwxyz0123456789_-./\`: ${repository}`;
    }
    const isImplicit = [DOCKER_HUB, "docker.io"].includes(registry) && !repository.includes("/");
    return isImplicit
        ? "strict validation requires the full repository path (missing 'library')"
        : registryRefusal(registry);
}

/** `https:` is a valid registry by the library's rules: a host with an empty port. */
function withScheme(oci: string, path: PropertyPath): Finding {
    const scheme = oci.slice(0, oci.indexOf("//"));
    return error("source-oci-with-scheme", path, {
        found: show(oci),
        cluster: `The cluster would accept the policy, take ${scheme} for the registry, and find no signatures.`,
        instead: `Write it without the scheme: ${oci.slice(scheme.length + 2)}.`,
    });
}

/** The webhook takes it for a registry; what reads it at admission takes it for a repository on Docker Hub. */
function withoutRepository(oci: string, path: PropertyPath): Finding {
    const read = parseRepository(oci);
    return error("source-oci-without-repository", path, {
        found: show(oci),
        cluster:
            read === undefined
                ? "The cluster would accept the policy, fail to read it, and from then on enforce no policy that is new or changed."
                : `The cluster would accept the policy and look for the signatures in ${read.registry}/${read.repository}.`,
        instead: `Write the repository as well: ${/[.:]/.test(oci) ? oci : "ghcr.io"}/acme/signatures.`,
    });
}
