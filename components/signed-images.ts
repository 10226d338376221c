import * as pulumi from "@pulumi/pulumi";
import type { PolicyMode } from "../core/policy";
import { validateSignedImagesArgs } from "./signed-images-rules";
import { ClusterImagePolicy } from "./cluster-image-policy";
import { CosignKeyPair, type KeyGeneration } from "./cosign-key-pair";
import { EnforcedNamespace } from "./enforced-namespace";
import { rejectFindings } from "./findings";
import type { AuthorityArgs } from "./policy/authority";
import { PolicyController, type PolicyControllerArgs } from "./policy-controller";

/** What {@link SignedImages} takes. */
export interface SignedImagesArgs {
    /** Globs of the images that must be signed, as `ClusterImagePolicyArgs.images`: `ghcr.io/acme/**`. */
    images: pulumi.Input<pulumi.Input<string>[]>;
    /** The namespaces to enforce the policy in. */
    namespaces: string[];
    /**
     * Whether to make the namespaces too. Then they go with the stack.
     *
     * @default false
     */
    createNamespaces?: boolean;
    /**
     * The generations of the key pair of this stack, as `CosignKeyPairArgs.generations`.
     *
     * @default one generated key where `authorities` are not given, otherwise no key pair
     */
    generations?: KeyGeneration[];
    /**
     * The id of the generation that signs.
     *
     * @default the only generation
     */
    current?: string;
    /**
     * Who else may sign, beside the key pair of this stack: an image signed by any of them is admitted.
     *
     * @default []
     */
    authorities?: pulumi.Input<pulumi.Input<AuthorityArgs>[]>;
    /**
     * Whether an image that fails the policy is refused, or admitted with a warning.
     *
     * @default "enforce"
     */
    mode?: PolicyMode;
    /**
     * Lints that do not apply to the policy, as `ClusterImagePolicyArgs.ignoreLints`.
     *
     * @default []
     */
    ignoreLints?: string[];
    /**
     * The policy-controller to install.
     *
     * @default {}
     */
    controller?: PolicyControllerArgs;
}

/** What a {@link SignedImages} made, in the order in which it was made. */
interface Parts {
    controller: PolicyController;
    keyPair: CosignKeyPair | undefined;
    policy: ClusterImagePolicy;
    enforcedNamespaces: EnforcedNamespace[];
}

// Not properties: the multi-language analyzer publishes every property, also a private one, and refuses component types.
const parts = new WeakMap<SignedImages, Parts>();

/**
 * Only signed images in the namespaces you name: the controller, a key pair, one policy, and the namespaces, in the
 * order that leaves no gap. For more than one policy, use the components that it is made of.
 */
export class SignedImages extends pulumi.ComponentResource {
    /** The public key of the stack's current generation, PEM; empty where the stack has no key pair. */
    public readonly publicKey: pulumi.Output<string>;
    /** The Secret with the current private key, in the controller's namespace; empty where there is no key pair. */
    public readonly secretName: pulumi.Output<string>;
    /** The names of the ClusterImagePolicies. */
    public readonly policies: pulumi.Output<string[]>;
    /** The enforced namespaces. */
    public readonly namespaces: pulumi.Output<string[]>;

    /** @throws InputPropertiesError for what one of the components refuses, and for a doubled or missing namespace. */
    constructor(name: string, args: SignedImagesArgs, opts?: pulumi.ComponentResourceOptions) {
        const generations = args.generations ?? (args.authorities === undefined ? [{ id: "1" }] : undefined);
        rejectFindings("SignedImages", name, validateSignedImagesArgs(args, generations));
        super("signed-images:index:SignedImages", name, {}, opts);

        const controller = new PolicyController(name, args.controller ?? {}, { parent: this });
        const keyPair =
            generations &&
            new CosignKeyPair(
                name,
                { generations, current: args.current, namespace: controller.namespace },
                { parent: this },
            );
        const policy = new ClusterImagePolicy(
            name,
            {
                images: args.images,
                authorities: pulumi
                    .all([keyPair?.authorities ?? [], args.authorities ?? []])
                    .apply(([own, others]) => [...own, ...others]),
                mode: args.mode,
                ignoreLints: args.ignoreLints,
            },
            { parent: this, dependsOn: controller },
        );
        const enforcedNamespaces = args.namespaces.map(
            (namespace) =>
                new EnforcedNamespace(
                    `${name}-${namespace}`,
                    { name: namespace, create: args.createNamespaces ?? false },
                    { parent: this, dependsOn: policy },
                ),
        );
        parts.set(this, { controller, keyPair, policy, enforcedNamespaces });

        this.publicKey = keyPair?.publicKey ?? pulumi.output("");
        this.secretName = keyPair?.secretName ?? pulumi.output("");
        this.policies = pulumi.output([policy.name]);
        this.namespaces = pulumi.output(enforcedNamespaces.map((namespace) => namespace.name));
        this.registerOutputs({
            publicKey: this.publicKey,
            secretName: this.secretName,
            policies: this.policies,
            namespaces: this.namespaces,
        });
    }

    /** The policy-controller of the cluster. */
    public get controller(): PolicyController {
        return partsOf(this).controller;
    }

    /** The key pair of the stack; undefined where only other authorities sign. */
    public get keyPair(): CosignKeyPair | undefined {
        return partsOf(this).keyPair;
    }

    /** The policy. */
    public get policy(): ClusterImagePolicy {
        return partsOf(this).policy;
    }

    /** The namespaces, opted in. */
    public get enforcedNamespaces(): readonly EnforcedNamespace[] {
        return partsOf(this).enforcedNamespaces;
    }
}

function partsOf(component: SignedImages): Parts {
    const found = parts.get(component);
    if (found === undefined) {
        throw new Error("a SignedImages that is still being constructed has no parts yet");
    }
    return found;
}
