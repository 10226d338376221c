import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { rejectFindings } from "./findings";
import { validateEnforcedNamespaceArgs } from "./argument-rules";

/** What {@link EnforcedNamespace} takes. */
export interface EnforcedNamespaceArgs {
    /** The namespace to enforce policies in. It must exist, unless `create` makes it. */
    name: pulumi.Input<string>;
    /**
     * Whether to make the namespace too. Then it goes with the stack; a namespace that the stack did not make keeps
     * everything but the label when the stack goes.
     *
     * @default false
     */
    create?: boolean;
}

/** The label by which policy-controller's webhooks select namespaces (the chart's `webhook.namespaceSelector`). */
const ENFORCED = { "policy.sigstore.dev/include": "true" };

/**
 * A namespace that runs only what the cluster's policies admit.
 *
 * Make it depend on the policies: a namespace without a matching policy runs nothing new at all, since the controller
 * refuses by default what no policy matches.
 */
export class EnforcedNamespace extends pulumi.ComponentResource {
    /** The namespace's name. */
    public readonly name: pulumi.Output<string>;

    /** @throws InputPropertiesError for a namespace whose enforcement locks the cluster out. */
    constructor(name: string, args: EnforcedNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
        if (typeof args.name === "string") {
            rejectFindings("EnforcedNamespace", name, validateEnforcedNamespaceArgs({ name: args.name }));
        }
        super("signed-images:index:EnforcedNamespace", name, {}, opts);

        const namespaceName = pulumi.output(args.name).apply((known) => {
            rejectFindings("EnforcedNamespace", name, validateEnforcedNamespaceArgs({ name: known }));
            return known;
        });
        const made = args.create
            ? [new kubernetes.core.v1.Namespace(name, { metadata: { name: namespaceName } }, { parent: this })]
            : [];
        // The label is a patch of its own also where the namespace is ours: taking it off never touches the namespace.
        const label = new kubernetes.core.v1.NamespacePatch(
            name,
            { metadata: { name: namespaceName, labels: ENFORCED } },
            { parent: this, dependsOn: made },
        );
        this.name = label.metadata.name;
        this.registerOutputs({ name: this.name });
    }
}
