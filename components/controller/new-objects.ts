import type * as pulumi from "@pulumi/pulumi";
import {
    DEFAULTING_WEBHOOK,
    POLICY_DEFINITION,
    TRUST_ROOT_DEFINITION,
    VALIDATING_WEBHOOK,
    WORKLOAD_WEBHOOK,
} from "../../core/admission/names";
import type { ClusterRequirements, ClusterObject } from "../existing-objects";
import { DEFAULT_CONTROLLER_NAMESPACE, type PolicyControllerArgs } from "./args";
import { OWN_PRIORITY_CLASS } from "./chart-values";
import { fullName } from "./release";

/** The version whose API server knows `matchConditions` of webhooks without a feature gate. */
const MATCH_CONDITIONS_SINCE = "1.28";

/** What the controller needs of its cluster, and must not find there. */
export function clusterRequirements(args: PolicyControllerArgs, owner: pulumi.Input<string>): ClusterRequirements {
    return {
        newObjects: newObjects(args),
        owner,
        takesOver: args.adopt ?? false,
        instead:
            "adopt: true takes over a policy-controller without deleting or replacing anything, and leaves it behind " +
            "when the stack goes (docs/migration.md).",
        oldest: args.judgeOwnedObjects
            ? undefined
            : {
                  version: MATCH_CONDITIONS_SINCE,
                  instead:
                      "Upgrade it; judgeOwnedObjects: true does without matchConditions, and brings the storm back that they cure (docs/gitops.md).",
              },
    };
}

/** The cluster-scoped objects: who has any of them has a policy-controller, in whichever namespace. */
function newObjects(args: PolicyControllerArgs): ClusterObject[] {
    const rbac = "rbac.authorization.k8s.io/v1";
    const admission = "admissionregistration.k8s.io/v1";
    const definitions = "apiextensions.k8s.io/v1";
    return [
        { apiVersion: "v1", kind: "Namespace", name: args.namespace ?? DEFAULT_CONTROLLER_NAMESPACE },
        { apiVersion: definitions, kind: "CustomResourceDefinition", name: POLICY_DEFINITION },
        { apiVersion: definitions, kind: "CustomResourceDefinition", name: TRUST_ROOT_DEFINITION },
        { apiVersion: admission, kind: "MutatingWebhookConfiguration", name: WORKLOAD_WEBHOOK },
        { apiVersion: admission, kind: "ValidatingWebhookConfiguration", name: WORKLOAD_WEBHOOK },
        { apiVersion: admission, kind: "MutatingWebhookConfiguration", name: DEFAULTING_WEBHOOK },
        { apiVersion: admission, kind: "ValidatingWebhookConfiguration", name: VALIDATING_WEBHOOK },
        { apiVersion: rbac, kind: "ClusterRole", name: `${fullName(args)}-webhook` },
        { apiVersion: rbac, kind: "ClusterRoleBinding", name: `${fullName(args)}-webhook` },
        ...(args.priorityClass === undefined
            ? [{ apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", name: OWN_PRIORITY_CLASS }]
            : []),
    ];
}
