/** Policies as they would be without some of their authorities. */
import { defaultAuthorityName } from "../../core/policy/manifest";
import { printable } from "../../core/policy/printable";
import { isRecord, nameOf } from "../../core/policy/shape";
import { UsageError } from "../errors";

import type { KeySecrets } from "../../core/cluster";

/** Policies of one source. */
export interface PolicySource {
    policies: unknown[];
    /** Where the policies have the keys of Secrets written out. */
    keySecrets?: KeySecrets;
}

/**
 * The policies without the authorities of key generations: those of that name, as `CosignKeyPair` calls them
 * (`NAME-GENERATION`), and those whose key comes from its Secret.
 *
 * A policy that loses its last authority refuses its images, as it would once the generation is dropped from its pair.
 *
 * @throws UsageError for a generation that no policy trusts
 */
export function withoutGenerations<T extends PolicySource>(sources: readonly T[], generations: readonly string[]): T[] {
    const trusted = sources.flatMap(({ policies, keySecrets }) =>
        policies.flatMap((policy) => authoritiesOf(policy).flatMap((_, index) => namesOf(policy, index, keySecrets))),
    );
    const untrusted = generations.find((generation) => !trusted.includes(generation));
    if (untrusted !== undefined) {
        const known = [...new Set(trusted)].map(printable);
        throw new UsageError(
            `--without-generation ${printable(untrusted)}: no policy has an authority of this name, nor one with a key of its Secret. There are: ${known.join(", ")}.`,
        );
    }
    return sources.map((source) => ({
        ...source,
        policies: source.policies.map((policy) => withoutAny(policy, generations, source.keySecrets)),
    }));
}

/** In place of an authority list that would be empty. */
const NOBODY = { name: "nobody-left", static: { action: "fail", message: "no authority is left" } };

function withoutAny(policy: unknown, generations: readonly string[], keySecrets: KeySecrets | undefined): unknown {
    const authorities = authoritiesOf(policy);
    const left = authorities.filter(
        (_, index) => !namesOf(policy, index, keySecrets).some((name) => generations.includes(name)),
    );
    if (left.length === authorities.length || !isRecord(policy) || !isRecord(policy.spec)) {
        return policy;
    }
    return { ...policy, spec: { ...policy.spec, authorities: left.length === 0 ? [NOBODY] : left } };
}

/** The generations that an authority may stand for: by its own name, and by the Secret of its key, of which one of public keys alone ends in `-pub`. */
function namesOf(policy: unknown, index: number, keySecrets: KeySecrets | undefined): string[] {
    const { name, key } = authoritiesOf(policy)[index] ?? {};
    const called = typeof name === "string" && name !== "" ? name : defaultAuthorityName(index);
    const own = isRecord(key) && isRecord(key.secretRef) ? key.secretRef.name : undefined;
    const secret = own ?? keySecrets?.get(nameOf(policy) ?? "")?.get(called);
    return typeof secret === "string" ? [called, secret.replace(/-pub$/, ""), secret] : [called];
}

function authoritiesOf(policy: unknown): Record<string, unknown>[] {
    const spec = isRecord(policy) && isRecord(policy.spec) ? policy.spec : {};
    return Array.isArray(spec.authorities) ? spec.authorities.filter(isRecord) : [];
}
