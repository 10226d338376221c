/**
 * Stands for a value that is not known yet, at any place of a policy.
 *
 * Pulumi previews with values that only the deployment will know. A rule that meets UNKNOWN says nothing about it,
 * and goes on with what stands beside it: an unknown leaf never keeps its siblings from being validated. The same
 * mark stands where YAML has a value of the wrong type, so that the wrong type is said once and by one rule.
 *
 * For a component: resolve the arguments with their unknowns kept, put UNKNOWN where the engine's sentinel stands,
 * validate and render, and put the sentinel back where the rendered object has UNKNOWN.
 */
export const UNKNOWN: unique symbol = Symbol.for("signed-images.unknown");

/** The type of UNKNOWN. */
export type Unknown = typeof UNKNOWN;

/** `T`, in which any node (a leaf, a list, a whole object) may be UNKNOWN. A plain `T` is one. */
export type MaybeUnknown<T> =
    | Unknown
    | (T extends string | number | boolean | undefined | null
          ? T
          : T extends readonly (infer Item)[]
            ? MaybeUnknown<Item>[]
            : T extends object
              ? { [Key in keyof T]: MaybeUnknown<T[Key]> }
              : T);

/** `T` one level in: known itself, with fields that may be UNKNOWN. What a rule takes. */
export type Known<T> = Exclude<MaybeUnknown<T>, Unknown>;

/** True for a value that is there and known, so that a rule can look at it. */
export function isKnown<T>(value: T): value is Exclude<T, Unknown | undefined> {
    return value !== UNKNOWN && value !== undefined;
}

/** Applies `change` to what is known, and leaves UNKNOWN and an absent value as they are. */
export function whenKnown<T, R>(
    value: T,
    change: (known: Exclude<T, Unknown | undefined>) => R,
): R | Extract<T, Unknown> | Extract<T, undefined> {
    return isKnown(value) ? change(value) : (value as Extract<T, Unknown> | Extract<T, undefined>);
}

/** True where UNKNOWN stands somewhere in the value. */
export function containsUnknown(value: unknown): boolean {
    if (value === UNKNOWN) {
        return true;
    }
    return typeof value === "object" && value !== null && Object.values(value).some(containsUnknown);
}
