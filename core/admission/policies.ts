/** From the ClusterImagePolicies that there are to those that the controller enforces. */
import { CATALOGUE, RuleKind } from "../policy/catalogue";
import { manifestKind, validateDocument } from "../policy/document";
import { errorsOf } from "../policy/finding";
import { parseRepository } from "../policy/go/reference";
import { API_VERSION, defaultAuthorityName } from "../policy/manifest";
import { isRecord, nameOf } from "../policy/shape";
import { containsUnknown, isKnown, UNKNOWN } from "../policy/unknown";
import { specOfManifest } from "../policy/unrender";
import { validateManifest } from "../policy/validate";
import { readKey } from "./keys";

import type { ClusterPublicKey } from "../keys";
import type {
    Authority,
    AuthorityManifest,
    ClusterImagePolicyManifestSpec,
    Known,
    MaybeUnknown,
    Unknown,
} from "../policy";
import type { CompleteConfig } from "./config";
import type { KeyState } from "./keys";

/** A policy that the controller enforces, or may enforce. */
export interface PolicyInForce {
    name: string;
    spec: Known<ClusterImagePolicyManifestSpec>;
    /** UNKNOWN where the list itself is not known yet. */
    authorities: AuthorityInForce[] | Unknown;
    /** Why the policy may as well not be in force. */
    mayBeAbsent?: string;
}

/** An authority of such a policy. */
export interface AuthorityInForce {
    name: string;
    /** The same of two authorities that ask the same of an image, whatever their names are. */
    question: string;
    /** Undefined where it has values that are not known yet. */
    spec?: Authority;
    /** Undefined where there is none, and where it is not known here. */
    publicKey?: ClusterPublicKey;
    /** Why the public key is not known here, or the authority is not. */
    unknownBecause?: string;
}

/** A policy that the controller does not enforce. */
export interface AbsentPolicy {
    name: string;
    /** Why not, as one sentence. */
    reason: string;
}

/** The policies of a cluster. */
export interface Policies {
    inForce: PolicyInForce[];
    absent: AbsentPolicy[];
}

/**
 * Sorts policies by whether the controller enforces them: what the webhook refuses is not there, and what it takes and cannot
 * read (`handleCIPError` in pkg/reconciler/clusterimagepolicy) disappears from its configuration.
 *
 * @param manifests ClusterImagePolicies; of several with one name the last counts
 * @param secrets Secrets of the controller's namespace
 */
export function readPolicies(
    manifests: readonly unknown[],
    secrets: readonly unknown[],
    config: CompleteConfig,
): Policies {
    const policies = manifests.filter((manifest) => manifestKind(manifest) !== "TrustRoot");
    const byName = new Map(policies.map((manifest) => [nameOf(manifest) ?? "(without a name)", manifest]));
    const read = [...byName].map(([name, manifest]) => readPolicy(name, manifest, secrets, config));
    const absent = read.filter((policy) => "reason" in policy);
    const inForce = read.filter((policy) => "spec" in policy);
    const stopper = inForce.find(stopsTheController);
    if (stopper === undefined) {
        return { inForce, absent };
    }
    // One entry that cannot be parsed stops every update of the configuration (NewImagePoliciesConfigFromMap).
    const reason = `The policy ${stopper.name} has a source that the controller cannot read, and it then reads no policy that is new or changed.`;
    return {
        inForce: inForce.filter((policy) => policy !== stopper).map((policy) => ({ ...policy, mayBeAbsent: reason })),
        absent: [...absent, { name: stopper.name, reason }],
    };
}

function readPolicy(
    name: string,
    manifest: unknown,
    secrets: readonly unknown[],
    config: CompleteConfig,
): PolicyInForce | AbsentPolicy {
    const [refusal] = refusalsOf(manifest, config);
    if (refusal !== undefined) {
        return { name, reason: `The cluster refuses the policy: ${refusal}.` };
    }
    const notReady = readinessOf(manifest);
    if (typeof notReady === "string") {
        return { name, reason: `The controller does not enforce the policy: ${notReady}.` };
    }
    const spec = validateDocument(manifest).spec as MaybeUnknown<ClusterImagePolicyManifestSpec>;
    if (spec === UNKNOWN || !isKnown(spec.authorities ?? [])) {
        const known = spec === UNKNOWN ? {} : spec;
        return { name, spec: { images: UNKNOWN, ...known }, authorities: UNKNOWN };
    }
    const list = (isKnown(spec.authorities) ? spec.authorities : []).map((authority) => asStored(authority, manifest));
    const read = list.map((authority, index) => readAuthority(authority, index, secrets));
    const unreadable = read.find(({ key }) => key?.state === "unreadable")?.key;
    if (unreadable?.state === "unreadable") {
        return { name, reason: `The controller leaves the policy out. ${unreadable.reason}` };
    }
    const isReady = notReady === true;
    const elsewhere = read.find(({ key }) => key?.state === "elsewhere")?.key;
    const program = fetchedProgram(spec, list);
    const doubt = elsewhere?.state === "elsewhere" ? elsewhere.reason : program;
    return {
        name,
        spec,
        authorities: read.map(({ authority }) => authority),
        ...(isReady || doubt === undefined ? {} : { mayBeAbsent: doubt }),
    };
}

function readAuthority(
    manifest: MaybeUnknown<AuthorityManifest>,
    index: number,
    secrets: readonly unknown[],
): { authority: AuthorityInForce; key?: KeyState } {
    const given = isKnown(manifest) && isKnown(manifest.name) ? manifest.name : "";
    const name = given === "" ? defaultAuthorityName(index) : given;
    if (containsUnknown(manifest)) {
        return {
            authority: {
                name,
                question: "",
                unknownBecause: "The authority has values that are not known before the deployment.",
            },
        };
    }
    const known = withPlainHash(manifest as AuthorityManifest);
    const question = JSON.stringify({ ...known, name: undefined });
    const [spec] = specOfManifest({ images: [], authorities: [known] }).authorities ?? [];
    if (known.key === undefined) {
        return { authority: { name, question, spec } };
    }
    const key = readKey(known.key, secrets);
    return {
        key,
        authority: {
            name,
            question,
            spec,
            ...(key.state === "known" ? { publicKey: key.key } : { unknownBecause: key.reason }),
        },
    };
}

/**
 * An authority as the cluster stores it: what is written as v1beta1 loses `ctlog` without `url`, and `rfc3161timestamp`
 * without `trustRootRef` (clusterimagepolicy_conversion.go).
 */
function asStored(authority: MaybeUnknown<AuthorityManifest>, manifest: unknown): MaybeUnknown<AuthorityManifest> {
    if (!isKnown(authority) || !isRecord(manifest) || manifest.apiVersion === API_VERSION) {
        return authority;
    }
    const { ctlog, rfc3161timestamp, ...rest } = authority;
    const isKept = (part: unknown, field: string) => part === UNKNOWN || (isRecord(part) && (part[field] ?? "") !== "");
    return {
        ...rest,
        ...(isKept(ctlog, "url") ? { ctlog } : {}),
        ...(isKept(rfc3161timestamp, "trustRootRef") ? { rfc3161timestamp } : {}),
    };
}

/** The webhook trims the name of a hash, and takes it in any case (`signaturealgo.HashAlgorithm`). */
function withPlainHash({ key, ...authority }: AuthorityManifest): AuthorityManifest {
    return key === undefined
        ? authority
        : { ...authority, key: { ...key, hashAlgorithm: key.hashAlgorithm?.trim().toLowerCase() } };
}

/** Why the webhook, or the CRD, takes no such object. What this package alone refuses does not count. */
function refusalsOf(manifest: unknown, { namespace, failOnEmptyAuthorities }: CompleteConfig): string[] {
    const options = { controllerNamespace: namespace, failOnEmptyAuthorities };
    return errorsOf(validateManifest(manifest, options))
        .filter(({ code }) => CATALOGUE[code]?.kind === RuleKind.Refused)
        .map(({ cluster }) => cluster.replaceAll("\n", ": "));
}

/**
 * What the policy's own status says, where it has one: true for Ready, the message where it is not.
 *
 * A policy that was read from a cluster has one; a status of an older generation says nothing.
 */
function readinessOf(manifest: unknown): true | string | undefined {
    const { metadata, status } = isRecord(manifest) ? manifest : {};
    const conditions: unknown[] = isRecord(status) && Array.isArray(status.conditions) ? status.conditions : [];
    const ready = conditions.find((condition) => isRecord(condition) && condition.type === "Ready");
    if (!isRecord(ready) || !isRecord(metadata) || !isRecord(status)) {
        return undefined;
    }
    if (status.observedGeneration !== undefined && status.observedGeneration !== metadata.generation) {
        return undefined;
    }
    if (ready.status === "True") {
        return true;
    }
    return ready.status === "False"
        ? typeof ready.message === "string"
            ? ready.message
            : "it is not Ready"
        : undefined;
}

/** A program that the controller fetches when it reads the policy; where that fails, the policy disappears. */
function fetchedProgram(
    { policy }: Known<ClusterImagePolicyManifestSpec>,
    authorities: readonly MaybeUnknown<AuthorityManifest>[],
): string | undefined {
    const attested = authorities.flatMap((authority) =>
        isKnown(authority) && isKnown(authority.attestations) ? authority.attestations : [],
    );
    const programs = [
        policy,
        ...attested.map((attestation) => (isKnown(attestation) ? attestation.policy : undefined)),
    ];
    const isFetched = programs.some(
        (program) => isRecord(program) && (program.configMapRef !== undefined || program.remote !== undefined),
    );
    return isFetched
        ? "The controller fetches a program of the policy from elsewhere, and leaves the policy out where that fails."
        : undefined;
}

/** `source.oci: host:port`: taken by the webhook, and not parsed by what reads the configuration. */
function stopsTheController({ authorities }: PolicyInForce): boolean {
    return (
        authorities !== UNKNOWN &&
        authorities.some(({ spec }) =>
            spec?.source?.some(({ oci = "" }) => oci !== "" && parseRepository(oci) === undefined),
        )
    );
}
