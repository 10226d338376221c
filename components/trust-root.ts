import * as pulumi from "@pulumi/pulumi";
import { errorsOf, renderTrustRoot, validateMetadata, validateTrustRoot } from "../core/policy";
import { splitAliases } from "./child-aliases";
import { rejectFindings } from "./findings";
import { applyKnown, knownNow } from "./known-values";
import { policyObject } from "./policy-object";
import type { TrustRootArgs } from "./policy/trust-root";

/**
 * A TrustRoot: certificate authorities, logs and time-stamping authorities to trust in place of sigstore's public ones.
 * Policies name it in `trustRootRef`.
 *
 * An alias whose type is of Kubernetes means the object inside, so that one that stood at top level is kept:
 * `aliases: [{ type: "kubernetes:policy.sigstore.dev/v1alpha1:TrustRoot" }]`.
 */
export class TrustRoot extends pulumi.ComponentResource {
    /** The name of the TrustRoot, known once the controller has read it. */
    public readonly name: pulumi.Output<string>;

    /** @throws InputPropertiesError for what the cluster would refuse or drop, all problems at once. */
    constructor(name: string, args: TrustRootArgs, opts?: pulumi.ComponentResourceOptions) {
        const { adopt, ...spec } = args;
        rejectFindings("TrustRoot", name, [
            ...validateMetadata({ name }),
            ...errorsOf(validateTrustRoot(knownNow(spec))),
        ]);
        const aliases = splitAliases(opts);
        super("signed-images:index:TrustRoot", name, {}, aliases.component);

        const rendered = applyKnown(
            spec,
            (known) => {
                rejectFindings("TrustRoot", name, validateTrustRoot(known));
            },
            (known) => renderTrustRoot(name, known).spec,
        );
        const trustRoot = policyObject(
            name,
            { kind: "TrustRoot", spec: rendered, adopt },
            { parent: this, aliases: aliases.child },
        );
        this.name = trustRoot.metadata.name;
        this.registerOutputs({ name: this.name });
    }
}
