/** What stands in the way of a cluster whose policy-controller does not answer, and how each of it is taken away. */
import {
    DEFAULTING_WEBHOOK,
    POLICY_DEFINITION,
    VALIDATING_WEBHOOK,
    WORKLOAD_WEBHOOK,
} from "../../core/admission/names";
import { API_GROUP } from "../../core/policy/manifest";

import type { KubeConfig } from "@kubernetes/client-node";

/** One thing to do to the cluster. */
export interface Remedy {
    /** What is done, for people: `delete MutatingWebhookConfiguration policy.sigstore.dev`. */
    readonly description: string;
    readonly apply: () => Promise<unknown>;
}

const MUTATING = [WORKLOAD_WEBHOOK, DEFAULTING_WEBHOOK];
const VALIDATING = [WORKLOAD_WEBHOOK, VALIDATING_WEBHOOK];
/** The version that is stored: to read it, the API server asks no conversion webhook. */
const STORED_VERSION = "v1alpha1";

interface Listed {
    kind: string;
    metadata: { name: string; finalizers?: string[] };
}

/**
 * Looks at the cluster, and changes nothing. The remedies are in the order in which they must be applied: a policy can only be
 * written once the webhooks are gone.
 */
export async function findRemedies(kubeConfig: KubeConfig): Promise<Remedy[]> {
    // Loaded only here: it takes longer than everything else that the program does.
    const client = await import("@kubernetes/client-node");
    const admission = kubeConfig.makeApiClient(client.AdmissionregistrationV1Api);
    const definitions = kubeConfig.makeApiClient(client.ApiextensionsV1Api);
    const custom = kubeConfig.makeApiClient(client.CustomObjectsApi);

    const found = async <T>(read: () => Promise<T>): Promise<T | undefined> => {
        try {
            return await read();
        } catch (problem) {
            if (problem instanceof client.ApiException && problem.code === 404) {
                return undefined;
            }
            throw problem;
        }
    };
    const remedies: Remedy[] = [];
    for (const name of MUTATING) {
        if (await found(() => admission.readMutatingWebhookConfiguration({ name }))) {
            remedies.push({
                description: `delete MutatingWebhookConfiguration ${name}`,
                apply: () => found(() => admission.deleteMutatingWebhookConfiguration({ name })),
            });
        }
    }
    for (const name of VALIDATING) {
        if (await found(() => admission.readValidatingWebhookConfiguration({ name }))) {
            remedies.push({
                description: `delete ValidatingWebhookConfiguration ${name}`,
                apply: () => found(() => admission.deleteValidatingWebhookConfiguration({ name })),
            });
        }
    }
    const definition = await found(() => definitions.readCustomResourceDefinition({ name: POLICY_DEFINITION }));
    if (definition?.spec.conversion?.strategy === "Webhook") {
        const body = [{ op: "replace", path: "/spec/conversion", value: { strategy: "None" } }];
        remedies.push({
            description: `set the conversion of CustomResourceDefinition ${POLICY_DEFINITION} to None`,
            apply: () => definitions.patchCustomResourceDefinition({ name: POLICY_DEFINITION, body }),
        });
    }
    for (const plural of ["clusterimagepolicies", "trustroots"]) {
        const type = { group: API_GROUP, version: STORED_VERSION, plural };
        const list = (await found(() => custom.listClusterCustomObject(type))) as { items: Listed[] } | undefined;
        for (const { kind, metadata } of list?.items.filter(({ metadata: { finalizers } }) => finalizers?.length) ??
            []) {
            const body = [{ op: "remove", path: "/metadata/finalizers" }];
            remedies.push({
                description: `take the finalizer off ${kind} ${metadata.name}`,
                apply: () => found(() => custom.patchClusterCustomObject({ ...type, name: metadata.name, body })),
            });
        }
    }
    return remedies;
}

/** What the API server said, or why it said nothing. */
export function messageOfApi(problem: unknown): string {
    if (!(problem instanceof Error)) {
        return String(problem);
    }
    const body: unknown = "body" in problem ? problem.body : undefined;
    try {
        const status: unknown = typeof body === "string" ? JSON.parse(body) : body;
        if (typeof status === "object" && status !== null && "message" in status) {
            return String(status.message);
        }
    } catch {
        // No Status of Kubernetes: a proxy's answer, say.
    }
    const cause = problem.cause instanceof Error ? `: ${problem.cause.message}` : "";
    return `${problem.message}${cause}`;
}
