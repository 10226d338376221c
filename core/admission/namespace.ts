import type { Labels } from "./label-selector";

/** The namespace of a workload. */
export interface NamespaceState {
    name: string;
    /** @default nobody says whether it is enforced: taken for enforced */
    labels?: Labels;
}

/** The label that opts a namespace in (the chart's `webhook.namespaceSelector`). */
export const INCLUDE_LABEL = "policy.sigstore.dev/include";

/** The label that takes a namespace out again, with any value: the controller writes it into its selectors (knative.dev/pkg). */
export const EXCLUDE_LABEL = "webhooks.knative.dev/exclude";

/** Why the webhooks see nothing of a namespace; undefined where they do, and where its labels are not known. */
export function exemption({ name, labels }: NamespaceState): string | undefined {
    if (labels === undefined) {
        return undefined;
    }
    if (Object.hasOwn(labels, EXCLUDE_LABEL)) {
        return `The namespace ${name} is exempt: it has the label ${EXCLUDE_LABEL}.`;
    }
    return labels[INCLUDE_LABEL] === "true"
        ? undefined
        : `The namespace ${name} is not enforced: it has no label ${INCLUDE_LABEL}: "true".`;
}
