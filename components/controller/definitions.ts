import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { POLICY_DEFINITION, TRUST_ROOT_DEFINITION } from "../../core/admission/names";
import { API_GROUP } from "../../core/policy/manifest";
import type { PolicyControllerArgs } from "./args";
import { keeps } from "./chart-objects";

/** What the stack and the chart both apply to a definition must not conflict. */
const ANNOTATIONS = { "pulumi.com/patchForce": "true" };

/**
 * The chart's CustomResourceDefinitions once more, by name alone, so that they are deleted before the controller.
 *
 * The controller cannot start without the definitions, so the chart has them first, and a stack is taken down in the opposite order.
 * But every policy has a finalizer that only the controller takes off: with somebody else's policy in the cluster, a definition that
 * is deleted after it would stay in Terminating for good. Created last, these resources are deleted first, and the engine waits until
 * the controller has let go of the last policy.
 *
 * Nothing of them may ever change, and nothing may be in them that the chart's have not: the provider updates a definition by replacing
 * it as a whole (pulumi-kubernetes, provider/pkg/await/await.go).
 *
 * @param created an ID of something that is made with the chart: no preview knows it before
 */
export function definitionsDeletedFirst(
    name: string,
    args: PolicyControllerArgs,
    created: pulumi.Output<string>,
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
    const kept = { ...opts, retainOnDelete: keeps(args, true) };
    // Not known before the first `up`, so that no preview tries it where the chart's definitions are not there yet: without
    // their versions it is no definition, and the dry run would be refused.
    const scope = created.apply(() => "Cluster");
    const definition = (suffix: string, object: string, kind: string, plural: string) =>
        // Its own class demands the versions, which are the chart's.
        new kubernetes.apiextensions.CustomResource(
            `${name}-${suffix}`,
            {
                apiVersion: "apiextensions.k8s.io/v1",
                kind: "CustomResourceDefinition",
                metadata: { name: object, annotations: ANNOTATIONS },
                spec: { group: API_GROUP, names: { kind, plural }, scope },
            },
            kept,
        );
    return [
        definition("policies", POLICY_DEFINITION, "ClusterImagePolicy", "clusterimagepolicies"),
        definition("trust-roots", TRUST_ROOT_DEFINITION, "TrustRoot", "trustroots"),
    ];
}
