/** Policies as they would be: some put in place of others, some authorities taken away. */
import { printable } from "../../core/policy/printable";
import { isRecord } from "../../core/policy/shape";
import { UsageError } from "../errors";

/**
 * The policies without the authorities of a key generation: those of that name, as `CosignKeyPair` calls them
 * (`NAME-GENERATION`), and those whose key comes from its Secret.
 *
 * A policy that loses its last authority refuses its images, as it would once the generation is dropped from its pair.
 *
 * @throws UsageError for a generation that no policy trusts
 */
export function withoutGenerations(policies: readonly unknown[], generations: readonly string[]): unknown[] {
    let left = policies;
    for (const generation of generations) {
        const next = left.map((policy) => withoutGeneration(policy, generation));
        if (next.every((policy, index) => policy === left[index])) {
            const known = [...new Set(left.flatMap(authoritiesOf).map(({ name }) => String(name)))].map(printable);
            throw new UsageError(
                `--without-generation ${printable(generation)}: no policy has an authority of this name. There are: ${known.join(", ")}.`,
            );
        }
        left = next;
    }
    return [...left];
}

/** In place of an authority list that would be empty. */
const NOBODY = { name: "nobody-left", static: { action: "fail", message: "no authority is left" } };

function withoutGeneration(policy: unknown, generation: string): unknown {
    const authorities = authoritiesOf(policy);
    const left = authorities.filter((authority) => !isOfGeneration(authority, generation));
    if (left.length === authorities.length || !isRecord(policy) || !isRecord(policy.spec)) {
        return policy;
    }
    return { ...policy, spec: { ...policy.spec, authorities: left.length === 0 ? [NOBODY] : left } };
}

function isOfGeneration({ name, key }: Record<string, unknown>, generation: string): boolean {
    const secret = isRecord(key) && isRecord(key.secretRef) ? key.secretRef.name : undefined;
    return name === generation || secret === generation || secret === `${generation}-pub`;
}

function authoritiesOf(policy: unknown): Record<string, unknown>[] {
    const spec = isRecord(policy) && isRecord(policy.spec) ? policy.spec : {};
    return Array.isArray(spec.authorities) ? spec.authorities.filter(isRecord) : [];
}
