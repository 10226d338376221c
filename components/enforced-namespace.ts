import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { INCLUDE_LABEL } from "../core/admission/namespace";
import type { Finding } from "../core/policy";
import { isControllerNamespace } from "./controller/namespaces";
import { requireWhereReached } from "./existing-objects";
import { isExempt, validateExemption } from "./exemption";
import { rejectFindings } from "./findings";
import { validateNamespaceChoice } from "./namespace-rules";
import { OWNER_ANNOTATION, ownerMark } from "./ownership";
import { warnOfForbidden } from "./write-rights";

/** What {@link EnforcedNamespace} takes. */
export interface EnforcedNamespaceArgs {
    /** The namespace to enforce policies in. It must exist, unless `create` makes it. */
    name: pulumi.Input<string>;
    /**
     * Whether to make the namespace too. Then it goes with the stack; a namespace that the stack did not make keeps
     * everything but the label when the stack goes. One that exists is refused.
     *
     * @default false
     */
    create?: boolean;
    /**
     * Until when any image may run in it all the same: an RFC 3339 date and time, `2026-12-01T00:00:00Z`. As long as it lasts,
     * the label is off (`false`) and every preview warns with the days that are left. The first `up` after it enforces again.
     *
     * @default no exemption
     */
    exemptUntil?: string;
    /**
     * Whether to enforce in a namespace with the cluster's own machinery, such as kube-system. Nothing may start there then that
     * your policies do not admit: a node that restarts comes back without DNS and network if one of their images is not signed.
     *
     * @default false
     */
    allowSystemNamespace?: boolean;
}

/** Whoever set the label to something else in the meantime is overruled. */
const OVERRULE = { "pulumi.com/patchForce": "true" };

/**
 * A namespace that runs only what the cluster's policies admit.
 *
 * Make it depend on the policies: a namespace without a matching policy runs nothing new at all, since the controller
 * refuses by default what no policy matches.
 */
export class EnforcedNamespace extends pulumi.ComponentResource {
    /** The namespace's name. */
    public readonly name: pulumi.Output<string>;

    /**
     * @throws InputPropertiesError for a namespace whose enforcement locks the cluster out, and for an `exemptUntil` that is no
     * RFC 3339 date.
     */
    constructor(name: string, args: EnforcedNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
        const now = new Date();
        const known = typeof args.name === "string" ? args.name : undefined;
        rejectFindings("EnforcedNamespace", name, [
            ...(known === undefined ? [] : validateName(known, args)),
            ...validateExemption(known ?? name, args.exemptUntil, now),
        ]);
        super("signed-images:index:EnforcedNamespace", name, {}, opts);

        const namespaceName = pulumi.output(args.name).apply((resolved) => {
            rejectFindings("EnforcedNamespace", name, validateName(resolved, args));
            return resolved;
        });
        const checked = args.create
            ? [makeNamespace(name, known, namespaceName, this)]
            : requireNamespace(name, namespaceName, this);
        // Said, and not left out, during an exemption: a label that somebody else has set as well (`kubectl label`) would stay.
        const labels = { [INCLUDE_LABEL]: isExempt(args.exemptUntil, now) ? "false" : "true" };
        // The label is a patch of its own also where the namespace is ours: taking it off never touches the namespace.
        const label = new kubernetes.core.v1.NamespacePatch(
            name,
            { metadata: { name: namespaceName, labels, annotations: OVERRULE } },
            { parent: this, dependsOn: checked },
        );
        this.name = label.metadata.name;
        this.registerOutputs({ name: this.name });
    }
}

function validateName(name: string, { allowSystemNamespace }: EnforcedNamespaceArgs): Finding[] {
    return validateNamespaceChoice({ name, allowSystemNamespace, isControllers: isControllerNamespace(name) });
}

/** A patch of a namespace that is not there would make it: a name that is mistyped would be enforced, and nothing else. */
function requireNamespace(
    name: string,
    namespaceName: pulumi.Output<string>,
    parent: pulumi.Resource,
): Promise<pulumi.Resource> {
    const existingObjects = [{ apiVersion: "v1", kind: "Namespace", name: namespaceName }];
    const instead =
        "Make it first (dependsOn, where this stack does), or write `create: true`: it then goes with the stack.";
    return requireWhereReached(`${name}-exists`, { existingObjects, instead }, parent);
}

/** A namespace of the stack's own; one that is there already is somebody else's. */
function makeNamespace(
    name: string,
    known: string | undefined,
    namespaceName: pulumi.Output<string>,
    parent: pulumi.Resource,
): kubernetes.core.v1.Namespace {
    const instead = "Leave out `create: true`: a namespace that is not the stack's only gets the label.";
    const owner = ownerMark(name, { parent });
    const check = (existing: string) =>
        requireWhereReached(
            `${name}-is-new`,
            { newObjects: [{ apiVersion: "v1", kind: "Namespace", name: existing }], owner, instead },
            parent,
        );
    const made = new kubernetes.core.v1.Namespace(
        name,
        { metadata: { name: namespaceName, annotations: { [OWNER_ANNOTATION]: owner } } },
        { parent, dependsOn: known === undefined ? [] : check(known) },
    );
    warnOfForbidden("EnforcedNamespace", name, [made], parent);
    return made;
}
