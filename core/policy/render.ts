import { canonical } from "./canonical";
import { API_VERSION, defaultAuthorityName } from "./manifest";
import { cosignHashOf } from "./key-hash";
import { PUBLIC_FULCIO_URL, PolicyMode } from "./spec";
import { isKnown, UNKNOWN, whenKnown } from "./unknown";

import type {
    AuthorityManifest,
    ClusterImagePolicyManifest,
    ClusterImagePolicyManifestSpec,
    KeylessManifest,
    KeyRefManifest,
    MatchManifest,
    TrustRootManifest,
    TrustRootManifestSpec,
} from "./manifest";
import type { Authority, ClusterImagePolicySpec, Identity, Keyless, KeyRef, Match, TrustRootSpec } from "./spec";
import type { Known, MaybeUnknown } from "./unknown";

/**
 * The v1alpha1 object of a policy.
 *
 * What the webhook would fill in stands there already (`mode`, `authorities[].name`, `keyless.url`, and the empty
 * `group`, `version`, `resource` of a match), so that the cluster's object is the program's object and nothing drifts.
 * UNKNOWN stays where it is.
 */
export function renderClusterImagePolicy(name: string, spec: ClusterImagePolicySpec): ClusterImagePolicyManifest;
export function renderClusterImagePolicy(
    name: MaybeUnknown<string>,
    spec: MaybeUnknown<ClusterImagePolicySpec>,
): Known<ClusterImagePolicyManifest>;
export function renderClusterImagePolicy(
    name: MaybeUnknown<string>,
    spec: MaybeUnknown<ClusterImagePolicySpec>,
): Known<ClusterImagePolicyManifest> {
    return {
        apiVersion: API_VERSION,
        kind: "ClusterImagePolicy",
        metadata: { name },
        spec: whenKnown(spec, renderSpec),
    };
}

/** The v1alpha1 object of a trust root, with the webhook's default `targets` (trustroot_defaults.go). */
export function renderTrustRoot(name: string, spec: TrustRootSpec): TrustRootManifest;
export function renderTrustRoot(
    name: MaybeUnknown<string>,
    spec: MaybeUnknown<TrustRootSpec>,
): Known<TrustRootManifest>;
export function renderTrustRoot(
    name: MaybeUnknown<string>,
    spec: MaybeUnknown<TrustRootSpec>,
): Known<TrustRootManifest> {
    return { apiVersion: API_VERSION, kind: "TrustRoot", metadata: { name }, spec: whenKnown(spec, renderTrust) };
}

/** `spec` of a policy. */
export function renderSpec(spec: Known<ClusterImagePolicySpec>): Known<ClusterImagePolicyManifestSpec> {
    return canonical({
        images: whenKnown(spec.images, (images) => images.map((glob) => ({ glob }))),
        authorities: whenKnown(spec.authorities, (authorities) =>
            authorities.map((authority, index) => whenKnown(authority, (known) => renderAuthority(known, index))),
        ),
        mode: orDefault(spec.mode, PolicyMode.Enforce),
        match: whenKnown(spec.match, (match) => match.map((entry) => whenKnown(entry, renderMatch))),
        policy: spec.policy,
    });
}

function renderAuthority(authority: Known<Authority>, index: number): Known<AuthorityManifest> {
    return {
        ...authority,
        name: orDefault(authority.name, defaultAuthorityName(index)),
        key: whenKnown(authority.key, renderKey),
        keyless: whenKnown(authority.keyless, renderKeyless),
    };
}

function renderKey(key: Known<KeyRef>): Known<KeyRefManifest> {
    return { ...key, hashAlgorithm: key.hashAlgorithm ?? hashForData(key.data) };
}

/** SHA-256 is the webhook's own default, and is not written: a policy that was adopted has no reason to change. */
function hashForData(data: KeyRef["data"] | typeof UNKNOWN): Known<KeyRefManifest>["hashAlgorithm"] {
    if (data === UNKNOWN) {
        return UNKNOWN;
    }
    const hash = data === undefined ? undefined : cosignHashOf(data);
    return hash === "sha256" ? undefined : hash;
}

function renderKeyless(keyless: Known<Keyless>): Known<KeylessManifest> {
    const { issuer, issuerRegExp, subject, subjectRegExp, identities, caCert, ...rest } = keyless;
    const inPlace = hasIdentityInPlace(keyless)
        ? [{ issuer, issuerRegExp, subject, subjectRegExp } satisfies Known<Identity>]
        : [];
    return {
        ...rest,
        url: caCert === undefined ? (rest.url ?? PUBLIC_FULCIO_URL) : rest.url,
        "ca-cert": caCert,
        identities: identities === UNKNOWN ? UNKNOWN : [...inPlace, ...(identities ?? [])],
    };
}

/** True where `keyless` has an identity of its own, which then is the first of the rendered list. */
export function hasIdentityInPlace(keyless: Known<Keyless>): boolean {
    return [keyless.issuer, keyless.issuerRegExp, keyless.subject, keyless.subjectRegExp].some(
        (field) => field !== undefined,
    );
}

function renderMatch(match: Known<Match>): Known<MatchManifest> {
    return {
        group: orDefault(match.group, ""),
        version: orDefault(match.version, ""),
        resource: orDefault<string>(match.resource, ""),
        selector: match.selector,
    };
}

function renderTrust(spec: Known<TrustRootSpec>): Known<TrustRootManifestSpec> {
    return canonical({
        ...spec,
        remote: whenKnown(spec.remote, (remote) => ({ ...remote, targets: orDefault(remote.targets, "targets") })),
        repository: whenKnown(spec.repository, (repository) => ({
            ...repository,
            targets: orDefault(repository.targets, "targets"),
        })),
        // Absent, the webhook's decoder would write null in its place, which the API server refuses.
        sigstoreKeys: whenKnown(spec.sigstoreKeys, (keys) => ({
            ...keys,
            certificateAuthorities: keys.certificateAuthorities ?? [],
        })),
    });
}

/** The default for a value that is absent or empty, as Go's defaulting sees it. */
function orDefault<T>(value: T | typeof UNKNOWN | undefined, fallback: T): T | typeof UNKNOWN {
    return value === undefined || (isKnown(value) && (value as unknown) === "") ? fallback : value;
}
