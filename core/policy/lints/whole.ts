import { error, show, warning } from "../finding";
import { defaultAuthorityName } from "../manifest";
import { PolicyMode, PolicyType } from "../spec";
import { isKnown, UNKNOWN } from "../unknown";
import { authoritiesOf } from "./context";

import type { Finding } from "../finding";
import type { ClusterImagePolicyManifestSpec, PolicyManifest } from "../manifest";
import type { PropertyPath } from "../path";
import type { Known } from "../unknown";

/** What concerns the policy as a whole, and the programs in it. */
export function wholePolicyFindings(spec: Known<ClusterImagePolicyManifestSpec>, path: PropertyPath): Finding[] {
    return [
        ...modeFindings(spec, path),
        ...duplicateAuthorityNames(spec, path),
        ...duplicateAttestationNames(spec, path),
        ...programsOf(spec, path).flatMap(programFindings),
    ];
}

function modeFindings({ mode }: Known<ClusterImagePolicyManifestSpec>, path: PropertyPath): Finding[] {
    return mode === PolicyMode.Warn
        ? [
              warning("mode-warn", [...path, "mode"], {
                  found: "warn",
                  cluster: "The cluster would admit images that fail this policy, with a warning that few people see.",
                  instead: "Use it to try a policy out, and write enforce afterwards.",
              }),
          ]
        : [];
}

/** For controllers with `fail-on-empty-authorities: "false"`; otherwise a rule refuses it. */
export function emptyAuthorities(
    { authorities }: Known<ClusterImagePolicyManifestSpec>,
    path: PropertyPath,
): Finding[] {
    return authorities === undefined || (isKnown(authorities) && authorities.length === 0)
        ? [
              error("authorities-empty", [...path, "authorities"], {
                  found: "none",
                  cluster:
                      "The cluster would find nobody to ask for these images, and its answer then is no error: it admits them.",
                  instead: "Add an authority; to refuse these images, one with static: { action: fail }.",
              }),
          ]
        : [];
}

function duplicateAuthorityNames(spec: Known<ClusterImagePolicyManifestSpec>, path: PropertyPath): Finding[] {
    const named = authoritiesOf(spec, path).map(({ authority, path: place }): Named => ({
        name:
            authority.name === undefined || authority.name === ""
                ? defaultAuthorityName(Number(place.at(-1)))
                : authority.name,
        path: [...place, "name"],
    }));
    return duplicatesOf(named).map(({ name, path: place }) =>
        warning("authority-name-twice", place, {
            found: show(name),
            cluster: "The cluster would keep the result of one of the two for spec.policy, whichever comes last.",
            instead: "Give each authority a name of its own.",
        }),
    );
}

function duplicateAttestationNames(spec: Known<ClusterImagePolicyManifestSpec>, path: PropertyPath): Finding[] {
    return authoritiesOf(spec, path).flatMap(({ authority, path: place }) => {
        const attestations = isKnown(authority.attestations) ? authority.attestations : [];
        const named = attestations.map((attestation, index): Named => ({
            name: isKnown(attestation) ? attestation.name : undefined,
            path: [...place, "attestations", index, "name"],
        }));
        return duplicatesOf(named).map(({ name, path: where }) =>
            warning("attestation-name-twice", where, {
                found: show(name),
                cluster: "The cluster would check both, and hand spec.policy only the later one.",
                instead: "Give each attestation a name of its own.",
            }),
        );
    });
}

interface Named {
    name: string | typeof UNKNOWN | undefined;
    path: PropertyPath;
}

/** Those that have the name of one before them. */
function duplicatesOf(named: readonly Named[]): Named[] {
    return named.filter(
        ({ name }, index) => isKnown(name) && name !== "" && named.findIndex((other) => other.name === name) < index,
    );
}

/** A program and where it stands. */
interface PlacedProgram {
    program: Known<PolicyManifest>;
    path: PropertyPath;
    ofAttestation: boolean;
    /** True where the policy as a whole has a program as well. */
    besideWhole: boolean;
}

function programsOf(spec: Known<ClusterImagePolicyManifestSpec>, path: PropertyPath): PlacedProgram[] {
    const besideWhole = spec.policy !== undefined;
    const ofAttestations = authoritiesOf(spec, path).flatMap(({ authority, path: place }) =>
        (isKnown(authority.attestations) ? authority.attestations : []).flatMap((attestation, index) =>
            isKnown(attestation) && isKnown(attestation.policy)
                ? [
                      {
                          program: attestation.policy,
                          path: [...place, "attestations", index, "policy"],
                          ofAttestation: true,
                          besideWhole,
                      },
                  ]
                : [],
        ),
    );
    const ofWhole = isKnown(spec.policy)
        ? [{ program: spec.policy, path: [...path, "policy"], ofAttestation: false, besideWhole }]
        : [];
    return [...ofAttestations, ...ofWhole];
}

function programFindings(placed: PlacedProgram): Finding[] {
    const { program, path } = placed;
    return [
        ...ignoredNamespace(program, path),
        ...malformedSum(program, path),
        ...remoteOfAttestation(placed),
        ...regoContract(program, path),
    ];
}

function ignoredNamespace({ configMapRef }: Known<PolicyManifest>, path: PropertyPath): Finding[] {
    return isKnown(configMapRef) && isKnown(configMapRef.namespace) && configMapRef.namespace !== ""
        ? [
              warning("config-map-namespace-ignored", [...path, "configMapRef", "namespace"], {
                  found: show(configMapRef.namespace),
                  cluster: "The cluster would ignore the namespace, and read the ConfigMap from the controller's own.",
                  instead: "Put the ConfigMap into the controller's namespace, and leave namespace out.",
              }),
          ]
        : [];
}

function malformedSum({ remote }: Known<PolicyManifest>, path: PropertyPath): Finding[] {
    const sum = isKnown(remote) && isKnown(remote.sha256sum) ? remote.sha256sum : "";
    return sum === "" || /^[0-9a-f]{64}$/.test(sum)
        ? []
        : [
              error("remote-sha256-malformed", [...path, "remote", "sha256sum"], {
                  found: show(sum),
                  cluster:
                      "The cluster would accept the policy, find that the program has another sum, and leave the whole policy out of what it enforces.",
                  instead: "Write 64 hexadecimal digits in lower case, without a prefix: sha256sum FILE.",
              }),
          ];
}

function remoteOfAttestation({ program, path, ofAttestation, besideWhole }: PlacedProgram): Finding[] {
    return ofAttestation && program.remote !== undefined && !besideWhole
        ? [
              error("remote-program-of-attestation", [...path, "remote"], {
                  found: "remote in an attestation",
                  cluster:
                      "The cluster's controller would crash, again and again, once the download fails or the sum differs; nothing is admitted meanwhile.",
                  instead: "Write the program in data, or in a ConfigMap.",
              }),
          ]
        : [];
}

/** What the webhook asks of a Rego program: the package `sigstore` and a value `isCompliant` (cosign's pkg/cosign/rego). */
function regoContract({ type, data }: Known<PolicyManifest>, path: PropertyPath): Finding[] {
    if (type !== PolicyType.Rego || !isKnown(data) || data === "") {
        return [];
    }
    const isComplete = /^\s*package\s+sigstore\b/m.test(data) && /\bisCompliant\b/.test(data);
    return isComplete
        ? []
        : [
              error("rego-contract", [...path, "data"], {
                  found: show(data),
                  cluster:
                      "The cluster would accept the policy and refuse every image: it asks the program for data.sigstore.isCompliant.",
                  instead: "Begin the program with package sigstore, and let it set isCompliant.",
              }),
          ];
}
