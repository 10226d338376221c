import type { LabelSelectorManifest } from "../policy";

/** Labels of an object. */
export type Labels = Readonly<Record<string, string>>;

/**
 * Whether labels fit a selector, as Kubernetes compares them (`LabelSelectorAsSelector`): an empty selector fits everything,
 * and `NotIn` also fits where there is no such label.
 */
export function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelectorManifest, labels: Labels): boolean {
    return (
        Object.entries(matchLabels).every(([name, value]) => labels[name] === value) &&
        matchExpressions.every(({ key = "", operator, values = [] }) => {
            const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
            switch (operator) {
                case "In":
                    return value !== undefined && values.includes(value);
                case "NotIn":
                    return value === undefined || !values.includes(value);
                case "Exists":
                    return value !== undefined;
                default:
                    return value === undefined;
            }
        })
    );
}
