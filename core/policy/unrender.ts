import { defaultAuthorityName } from "./manifest";
import { PUBLIC_FULCIO_URL, PolicyMode } from "./spec";

import type {
    AuthorityManifest,
    ClusterImagePolicyManifestSpec,
    KeylessManifest,
    KeyRefManifest,
    MatchManifest,
} from "./manifest";
import type { Authority, ClusterImagePolicySpec, Keyless, KeyRef, Match } from "./spec";
import { cosignHashOf } from "./key-hash";

/**
 * The typed policy that renders to a manifest: the way back from `renderClusterImagePolicy`, for policies that exist
 * already. What the webhook fills in by itself is left out, and one identity alone stands in place.
 *
 * @param spec `spec` of a manifest that `validateManifest` finds no errors in
 */
export function specOfManifest(spec: ClusterImagePolicyManifestSpec): ClusterImagePolicySpec {
    return {
        images: (spec.images ?? []).map(({ glob }) => glob ?? ""),
        ...given("authorities", spec.authorities?.map(authorityOf)),
        ...(isDefaultMode(spec.mode) ? {} : { mode: spec.mode as PolicyMode }),
        ...given("match", spec.match?.map(matchOf)),
        // Of a valid manifest; the CRD's own types know strings only.
        ...given("policy", spec.policy as ClusterImagePolicySpec["policy"]),
    };
}

function isDefaultMode(mode: string | undefined): boolean {
    return mode === undefined || mode === "" || mode === PolicyMode.Enforce;
}

function authorityOf(authority: AuthorityManifest, index: number): Authority {
    const { name, key, keyless, ...rest } = authority;
    return {
        ...(name === undefined || name === "" || name === defaultAuthorityName(index) ? {} : { name }),
        ...given("key", key && keyOf(key)),
        ...given("keyless", keyless && keylessOf(keyless)),
        ...(rest as Authority),
    };
}

/** A hash that the key does not imply has to be said, also where the manifest leaves it to the webhook. */
function keyOf({ hashAlgorithm, ...key }: KeyRefManifest): KeyRef {
    const set = hashAlgorithm === undefined || hashAlgorithm === "" ? "sha256" : hashAlgorithm;
    const implied = key.data === undefined ? "sha256" : cosignHashOf(key.data);
    const isSaid = (hashAlgorithm !== undefined && hashAlgorithm !== "") || set !== implied;
    return { ...(key as KeyRef), ...(isSaid ? { hashAlgorithm: set as KeyRef["hashAlgorithm"] } : {}) };
}

function keylessOf({ url, identities, "ca-cert": caCert, ...rest }: KeylessManifest): Keyless {
    const [only, ...more] = identities ?? [];
    const isAlone = only !== undefined && more.length === 0 && Object.keys(only).length > 0;
    return {
        ...(isAlone ? only : given("identities", identities)),
        ...(url === PUBLIC_FULCIO_URL ? {} : given("url", url)),
        ...given("caCert", caCert && keyOf(caCert)),
        ...rest,
    };
}

function matchOf({ group, version, resource, selector }: MatchManifest): Match {
    return {
        ...(group === "" ? {} : given("group", group)),
        ...(version === "" ? {} : given("version", version)),
        ...(resource === "" ? {} : given("resource", resource as Match["resource"])),
        ...given("selector", selector as Match["selector"]),
    };
}

/** The field, if it has a value. */
function given<Name extends string, T>(name: Name, value: T | undefined): Partial<Record<Name, T>> {
    return value === undefined ? {} : ({ [name]: value } as Partial<Record<Name, T>>);
}
