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
 * the result, so that one unknown value does not hide the others from a preview, nor one secret make them secret.
 *
 * @param check Throws where the arguments must not reach the engine.
 * @param render What it puts at a place must come from the same field of the arguments, in a list from the same entry.
 */
export function applyKnown<T, Result>(
    args: T,
    check: (known: MaybeUnknown<pulumi.Unwrap<T>>) => void,
    render: (known: MaybeUnknown<pulumi.Unwrap<T>>) => MaybeUnknown<Result>,
): pulumi.Input<Result> {
    const now = knownNow(args);
    // It decides about all of the arguments, and says nothing of their values.
    const checked = pulumi.unsecret(
        withUnknowns(pulumi.output(args)).apply((value) => {
            check(withMarks(value) as typeof now);
            return true;
        }, true),
    );
    const outputAt = (path: PropertyPath) => {
        const source = sourceOf(args, path);
        return withUnknowns(pulumi.all([valueAt(args, source), checked])).apply((values) => {
            const [value] = values as unknown[];
            const known = replaceAt(now, source, withMarks(value)) as typeof now;
            return mapLeaves(valueAt(render(known), path), (leaf) => (leaf === UNKNOWN ? pulumi.unknown : leaf));
        }, true);
    };
    return mapLeaves(render(now), (leaf, path) => (leaf === UNKNOWN ? outputAt(path) : leaf)) as pulumi.Input<Result>;
}

/** Where in the arguments the value at a place of the result comes from: a field, or an entry of its list. */
function sourceOf(args: unknown, [field, index]: PropertyPath): PropertyPath {
    if (field === undefined || !isPlainObject(args)) {
        return [];
    }
    return Array.isArray(args[field]) && typeof index === "number" ? [field, index] : [field];
}

function replaceAt(root: unknown, [first, ...rest]: PropertyPath, value: unknown): unknown {
    if (first === undefined) {
        return value;
    }
    const child = replaceAt(valueAt(root, [first]), rest, value);
    return Array.isArray(root)
        ? root.map((entry: unknown, index) => (index === first ? child : entry))
        : { ...(root as object), [first]: child };
}

/** The engine's mark for what it does not know, as the core's. */
function withMarks(value: unknown): unknown {
    return mapLeaves(value, (leaf) => (pulumi.isUnknown(leaf) ? UNKNOWN : leaf));
}

/** An Output whose `apply` runs also where it is not known; {@link UnknownsApply} says how. */
export function withUnknowns(output: pulumi.Output<unknown>): UnknownsApply {
    return output;
}

/**
 * `apply` with the argument that its declaration leaves out: run the callback also where values are unknown, and hand
 * it the engine's mark in their place. The SDK's own property access (`output.a.b`) is made with it (output.ts).
 */
export interface UnknownsApply {
    apply<T>(callback: (value: unknown) => T, runWithUnknowns: true): pulumi.Output<T>;
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
