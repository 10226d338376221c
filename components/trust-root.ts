import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { API_VERSION, errorsOf, renderTrustRoot, validateTrustRoot } from "../core/policy";
import { rejectFindings } from "./findings";
import { applyKnown, knownNow } from "./known-values";
import { READY_TIMEOUT, WAIT_UNTIL_READY } from "./ready";
import type { TrustRootArgs } from "./policy/trust-root";

/**
 * A TrustRoot: certificate authorities, logs and time-stamping authorities to trust in place of sigstore's public ones.
 * Policies name it in `trustRootRef`.
 */
export class TrustRoot extends pulumi.ComponentResource {
    /** The name of the TrustRoot, known once the controller has read it. */
    public readonly name: pulumi.Output<string>;

    /** @throws InputPropertiesError for what the cluster would refuse or drop, all problems at once. */
    constructor(name: string, args: TrustRootArgs, opts?: pulumi.ComponentResourceOptions) {
        rejectFindings("TrustRoot", name, errorsOf(validateTrustRoot(knownNow(args))));
        super("signed-images:index:TrustRoot", name, {}, opts);

        const spec = applyKnown(
            args,
            (known) => {
                rejectFindings("TrustRoot", name, validateTrustRoot(known));
            },
            (known) => renderTrustRoot(name, known).spec,
        );
        const trustRoot = new kubernetes.apiextensions.CustomResource(
            name,
            { apiVersion: API_VERSION, kind: "TrustRoot", metadata: { name, annotations: WAIT_UNTIL_READY }, spec },
            { parent: this, customTimeouts: READY_TIMEOUT },
        );
        this.name = trustRoot.metadata.name;
        this.registerOutputs({ name: this.name });
    }
}
