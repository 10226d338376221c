import * as pulumi from "@pulumi/pulumi";
import { checkPolicy, errorsOf, type PolicyMode, renderClusterImagePolicy, validateMetadata } from "../core/policy";
import { splitAliases } from "./child-aliases";
import { rejectFindings } from "./findings";
import { applyKnown, knownNow } from "./known-values";
import type { AuthorityArgs } from "./policy/authority";
import type { MatchArgs } from "./policy/match";
import type { PolicyArgs } from "./policy/policy";
import { policyObject } from "./policy-object";

/** What {@link ClusterImagePolicy} takes. */
export interface ClusterImagePolicyArgs {
    /**
     * Globs of the images that the policy is about, at least one. They are matched against the name with its digest and
     * without its tag, in full: `ghcr.io/acme/**` is everything below `ghcr.io/acme/`, `ghcr.io/acme/app@*` one
     * repository, and `index.docker.io/library/nginx@*` what `nginx` means.
     */
    images: pulumi.Input<pulumi.Input<string>[]>;
    /** Who may sign, at least one: an image signed by any of them is admitted. */
    authorities: pulumi.Input<pulumi.Input<AuthorityArgs>[]>;
    /**
     * Whether an image that fails the policy is refused, or admitted with a warning.
     *
     * @default "enforce"
     */
    mode?: pulumi.Input<PolicyMode>;
    /**
     * The kinds of objects that the policy is about; an object must fit one of the entries.
     *
     * @default every kind that the webhook sees
     */
    match?: pulumi.Input<pulumi.Input<MatchArgs>[]>;
    /**
     * A program over what the authorities found; it runs only after one of them has passed.
     *
     * @default none
     */
    policy?: pulumi.Input<PolicyArgs>;
    /**
     * Lints that do not apply here, by the code that stands in brackets behind a finding. What the cluster would refuse
     * cannot be ignored.
     *
     * @default []
     */
    ignoreLints?: string[];
    /**
     * Whether to take over a ClusterImagePolicy of this name that is in the cluster already (made by kubectl or Helm): by server-side
     * apply with forced ownership. Once taken over, it goes with the stack. Without it, one that the stack did not make is refused.
     *
     * @default false
     */
    adopt?: boolean;
}

/**
 * A ClusterImagePolicy: which images must be signed by whom. Cluster-wide; it holds in the namespaces that are enforced.
 *
 * Where several policies match an image, all of them must be satisfied.
 *
 * An alias whose type is of Kubernetes means the object inside, so that one that stood at top level is kept:
 * `aliases: [{ type: "kubernetes:policy.sigstore.dev/v1alpha1:ClusterImagePolicy" }]`.
 */
export class ClusterImagePolicy extends pulumi.ComponentResource {
    /** The name of the ClusterImagePolicy, known once the controller enforces it. */
    public readonly name: pulumi.Output<string>;

    /** @throws InputPropertiesError for what the cluster would refuse, drop or never apply, all problems at once. */
    constructor(name: string, args: ClusterImagePolicyArgs, opts?: pulumi.ComponentResourceOptions) {
        const { ignoreLints, adopt, ...policyArgs } = args;
        rejectFindings("ClusterImagePolicy", name, [
            ...validateMetadata({ name }),
            ...errorsOf(checkPolicy(knownNow(policyArgs), { ignoreLints })),
        ]);
        const aliases = splitAliases(opts);
        super("signed-images:index:ClusterImagePolicy", name, {}, aliases.component);

        const spec = applyKnown(
            policyArgs,
            (known) => {
                rejectFindings("ClusterImagePolicy", name, checkPolicy(known, { ignoreLints }));
            },
            (known) => renderClusterImagePolicy(name, known).spec,
        );
        const policy = policyObject(
            name,
            { kind: "ClusterImagePolicy", spec, adopt },
            { parent: this, aliases: aliases.child },
        );
        this.name = policy.metadata.name;
        this.registerOutputs({ name: this.name });
    }
}
