import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { API_VERSION, type ManifestKind } from "../core/policy";
import type { SplitAliases } from "./child-aliases";
import { requireWhereReached } from "./existing-objects";
import { OWNER_ANNOTATION, ownerMark } from "./ownership";
import { READY_TIMEOUT, WAIT_UNTIL_READY } from "./ready";
import { warnOfForbidden } from "./write-rights";

/**
 * Server-side apply that takes the fields over from whoever set them before (kubectl, Helm), as the provider's
 * documentation of server-side apply names it.
 */
const FORCED_OWNERSHIP = { "pulumi.com/patchForce": "true" };

/** What a policy or trust root in the cluster is made of. */
export interface PolicyObjectArgs {
    kind: ManifestKind;
    spec: pulumi.Input<unknown>;
    /**
     * Whether an object that is there already is taken over.
     *
     * @default false
     */
    adopt?: boolean;
}

/** Where the object stands in the stack, and stood before. */
export interface PolicyObjectPlace {
    parent: pulumi.Resource;
    aliases: SplitAliases["child"];
}

/** The object of a component in the cluster, waited for until the controller has taken it up. */
export function policyObject(
    name: string,
    { kind, spec, adopt = false }: PolicyObjectArgs,
    { parent, aliases }: PolicyObjectPlace,
): kubernetes.apiextensions.CustomResource {
    const owner = ownerMark(name, { parent });
    // What had another place in the stack is its own, and has no mark yet.
    const isNew = !adopt && aliases.length === 0;
    const instead =
        "Write `adopt: true` to take it over, the same object with the same UID (docs/adopt-policies.md), or choose another name.";
    const newObjects = [{ apiVersion: API_VERSION, kind, name }];
    const object = new kubernetes.apiextensions.CustomResource(
        name,
        {
            apiVersion: API_VERSION,
            kind,
            metadata: {
                name,
                annotations: { ...WAIT_UNTIL_READY, ...(adopt ? FORCED_OWNERSHIP : {}), [OWNER_ANNOTATION]: owner },
            },
            spec,
        },
        {
            parent,
            aliases,
            dependsOn: isNew ? requireWhereReached(`${name}-is-new`, { newObjects, owner, instead }, parent) : [],
            customTimeouts: READY_TIMEOUT,
        },
    );
    // The provider does not try out what is not known whole.
    warnOfForbidden(
        kind,
        name,
        pulumi.all([spec]).apply(() => [object]),
        parent,
    );
    return object;
}
