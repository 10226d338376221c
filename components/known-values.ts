import * as pulumi from "@pulumi/pulumi";
import { type MaybeUnknown, type PropertyPath, UNKNOWN, valueAt } from "../core/policy";
import { isPlainObject } from "./plain-object";

/**
 * What is known of the arguments right now: every Output and Promise in them stands as UNKNOWN.
 *
 * For checks that have to speak before any resource is registered.
 */
export function knownNow<T>(args: T): MaybeUnknown<pulumi.Unwrap<T>> {
    return mapLeaves(args, (leaf) =>
        pulumi.Output.isInstance(leaf) || leaf instanceof Promise ? UNKNOWN : leaf,
    ) as MaybeUnknown<pulumi.Unwrap<T>>;
}

/**
 * The arguments, rendered by a function that sees UNKNOWN where a value is not known yet.
 *
 * What is plain in the arguments stays plain in the result, and every Output of theirs becomes an Output at its place in
 * the result, so that one unknown value does not hide the others from a preview.
 *
 * @param check Throws where the arguments must not reach the engine.
 */
export function applyKnown<T, Result>(
    args: T,
    check: (known: MaybeUnknown<pulumi.Unwrap<T>>) => void,
    render: (known: MaybeUnknown<pulumi.Unwrap<T>>) => MaybeUnknown<Result>,
): pulumi.Input<Result> {
    const now = knownNow(args);
    const resolved = (pulumi.output(args) as unknown as UnknownsApply).apply((value) => {
        const known = mapLeaves(value, (leaf) => (pulumi.isUnknown(leaf) ? UNKNOWN : leaf)) as typeof now;
        check(known);
        return render(known);
    }, true) as unknown as UnknownsApply;
    const outputAt = (path: PropertyPath) =>
        resolved.apply(
            (result) => mapLeaves(valueAt(result, path), (leaf) => (leaf === UNKNOWN ? pulumi.unknown : leaf)),
            true,
        );
    return mapLeaves(render(now), (leaf, path) => (leaf === UNKNOWN ? outputAt(path) : leaf)) as pulumi.Input<Result>;
}

/**
 * `apply` with the argument that its declaration leaves out: run the callback also where values are unknown, and hand
 * it the engine's mark in their place. The SDK's own property access (`output.a.b`) is made with it (output.ts).
 */
interface UnknownsApply {
    apply(callback: (value: unknown) => unknown, runWithUnknowns: true): pulumi.Output<unknown>;
}

function mapLeaves(
    value: unknown,
    change: (leaf: unknown, path: PropertyPath) => unknown,
    path: PropertyPath = [],
): unknown {
    if (Array.isArray(value)) {
        return value.map((item, index) => mapLeaves(item, change, [...path, index]));
    }
    if (isPlainObject(value)) {
        const entries = Object.entries(value).map(([key, item]) => [key, mapLeaves(item, change, [...path, key])]);
        return Object.fromEntries(entries);
    }
    return change(value, path);
}
