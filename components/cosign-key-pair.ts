import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import {
    COSIGN_SECRET_IMMUTABLE,
    COSIGN_SECRET_TYPE,
    type CosignKeyPairPem,
    cosignSecretData,
    generateKeyPair,
    publicSecretData,
    readPublicKey,
} from "../core/keys";
import { validateGenerations, validateLabel, validateSecretName } from "./argument-rules";
import { rejectFindings } from "./findings";
import type { AuthorityArgs } from "./policy/authority";
import { Authority } from "./policy/factories";
import { DEFAULT_CONTROLLER_NAMESPACE } from "./policy-controller";

/** One key of a key pair that is rotated by adding the next one. */
export interface KeyGeneration {
    /**
     * The generation's name, for good: a lowercase RFC 1123 label such as `2026-11`. It is part of the names of its
     * Secrets; a key is made once for each id, and an id that is dropped and listed again is a new key.
     */
    id: string;
}

/** What {@link CosignKeyPair} takes. */
export interface CosignKeyPairArgs {
    /**
     * The generations whose signatures are trusted, in any order. The key is made when its generation is first listed
     * and stays until it is dropped; adding one changes nothing of the others.
     *
     * @default [{ id: "1" }]
     */
    generations?: KeyGeneration[];
    /**
     * The id of the generation that signs. Required once two are listed: a new key must be trusted everywhere before
     * anything is signed with it.
     *
     * @default the only generation
     */
    current?: string;
    /**
     * The namespace of the Secrets. policy-controller reads Secrets of its own namespace only.
     *
     * @default "cosign-system"
     */
    namespace?: pulumi.Input<string>;
    /**
     * What the names of the Secrets start with: `PREFIX-ID` holds the generation's private key in cosign's form,
     * `PREFIX-ID-pub` the public key alone.
     *
     * @default the name of the component
     */
    secretNamePrefix?: string;
}

/** A fresh password has more entropy than the 256-bit key it protects. */
const PASSWORD_LENGTH = 48;

/**
 * Signing keys, made once and kept: ECDSA P-256 in cosign's own encrypted form.
 *
 * The private half is generated in the engine's process, encrypted under a generated password, and held in the
 * stack's state only as a secret. It reaches the cluster as a Secret in cosign's three-entry form, so that
 * `cosign sign --key k8s://NAMESPACE/NAME` works for whoever may read that Secret.
 */
export class CosignKeyPair extends pulumi.ComponentResource {
    /** The public key of the current generation, PEM (PKIX `PUBLIC KEY`). */
    public readonly publicKey: pulumi.Output<string>;
    /** One authority for each generation: an image signed by any of them is trusted. */
    public readonly authorities: pulumi.Output<AuthorityArgs[]>;
    /** The current key's fingerprint as cosign's hint has it: base64 of the SHA-256 of the public key's DER. */
    public readonly fingerprint: pulumi.Output<string>;
    /** The Secret that holds the current private key: `cosign sign --key k8s://NAMESPACE/SECRETNAME`. */
    public readonly secretName: pulumi.Output<string>;

    /** @throws InputPropertiesError for empty, doubled or badly named generations, and for an unknown `current`. */
    constructor(name: string, args: CosignKeyPairArgs = {}, opts?: pulumi.ComponentResourceOptions) {
        const generations = args.generations ?? [{ id: "1" }];
        const prefix = args.secretNamePrefix ?? name;
        rejectFindings("CosignKeyPair", name, [
            ...validateGenerations(generations, args.current),
            ...validateSecretName(prefix, ["secretNamePrefix"]),
            ...(typeof args.namespace === "string" ? validateLabel(args.namespace, ["namespace"]) : []),
        ]);
        super("signed-images:index:CosignKeyPair", name, {}, opts);

        const namespace = args.namespace ?? DEFAULT_CONTROLLER_NAMESPACE;
        const keys = generations.map(({ id }) => ({
            id,
            ...makeGeneration({ name: `${name}-${id}`, secretName: `${prefix}-${id}`, id, namespace, parent: this }),
        }));
        const current = keys.find((key) => key.id === args.current) ?? keys[0];
        if (current === undefined) {
            throw new Error("unreachable: an empty list of generations was refused above");
        }

        this.publicKey = current.publicKey;
        this.fingerprint = current.publicKey.apply((known) => readPublicKey(known).fingerprint);
        this.secretName = current.signerSecret.metadata.name;
        this.authorities = pulumi.output(
            keys.map((key) =>
                Authority.key({ name: `${name}-${key.id}`, secretRef: { name: key.publicSecret.metadata.name } }),
            ),
        );
        this.registerOutputs({
            publicKey: this.publicKey,
            authorities: this.authorities,
            fingerprint: this.fingerprint,
            secretName: this.secretName,
        });
    }
}

interface GenerationPlace {
    name: string;
    secretName: string;
    id: string;
    namespace: pulumi.Input<string>;
    parent: pulumi.Resource;
}

function makeGeneration(place: GenerationPlace) {
    const password = new random.RandomPassword(
        `${place.name}-password`,
        { length: PASSWORD_LENGTH, special: false },
        { parent: place.parent },
    );
    // A Stash keeps the first value that it was given. `ignoreChanges` makes it so: the value generated by every later
    // run is thrown away, instead of showing as an update.
    const stash = new pulumi.Stash(
        `${place.name}-key`,
        { input: pulumi.secret(password.result.apply(generateOutsidePreview)) },
        { parent: place.parent, ignoreChanges: ["input"] },
    );
    const pair = stash.output.apply((kept: CosignKeyPairPem) => kept);
    const publicKey = pulumi.unsecret(pair.apply((known) => known.publicKey));

    const metadata = (secretName: string) => ({
        name: secretName,
        namespace: place.namespace,
        labels: { "signed-images/generation": place.id },
    });
    const signerSecret = new kubernetes.core.v1.Secret(
        place.name,
        {
            metadata: metadata(place.secretName),
            type: COSIGN_SECRET_TYPE,
            immutable: COSIGN_SECRET_IMMUTABLE,
            data: pulumi
                .all([pair, password.result])
                .apply(([known, secret]) => base64Values(cosignSecretData({ ...known, password: secret }))),
        },
        { parent: place.parent },
    );
    // policy-controller refuses a Secret with more than one entry (pkg/reconciler/clusterimagepolicy), so cosign's
    // three-entry Secret cannot serve it.
    const publicSecret = new kubernetes.core.v1.Secret(
        `${place.name}-pub`,
        {
            metadata: metadata(`${place.secretName}-pub`),
            type: COSIGN_SECRET_TYPE,
            immutable: COSIGN_SECRET_IMMUTABLE,
            data: publicKey.apply((known) => base64Values(publicSecretData(known))),
        },
        { parent: place.parent },
    );
    return { publicKey, signerSecret, publicSecret };
}

/** Generated once and for all by the `up` that creates the Stash; a preview knows that a key will come, but not which. */
function generateOutsidePreview(password: string): Promise<CosignKeyPairPem> | typeof pulumi.unknown {
    return pulumi.runtime.isDryRun() ? pulumi.unknown : generateKeyPair(password);
}

function base64Values(data: Record<string, string>): Record<string, string> {
    return Object.fromEntries(
        Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "utf8").toString("base64")]),
    );
}
