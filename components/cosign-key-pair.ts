import * as pulumi from "@pulumi/pulumi";
import { DEFAULT_CONTROLLER_NAMESPACE } from "../core/policy";
import { rejectFindings } from "./findings";
import { doubledKeys, validateGenerations } from "./generation-rules";
import { generatedKey, importedKey, type KeyMaterial } from "./key-material";
import { publicSecret, signerSecret } from "./key-secrets";
import { validateLabel, validateSubdomainPrefix } from "./names";
import type { AuthorityArgs } from "./policy/authority";
import { Authority } from "./policy/factories";
import { keepAnswersOutOfDebugMessages } from "./quiet-responses";

/** Where the private half of the keys goes, beside the stack's state, where a generated one is kept as a secret. */
export const PrivateKeyHome = {
    /**
     * A Kubernetes Secret for each generation, as `cosign generate-key-pair k8s://` makes it. Whoever may read it can
     * sign; so can policy-controller's own ServiceAccount, which may read every Secret of the cluster.
     */
    Secret: "secret",
    /**
     * The outputs `privateKey` and `password`, both secret, for a signer outside of the cluster. The cluster holds
     * public keys only.
     */
    Output: "output",
} as const;
export type PrivateKeyHome = (typeof PrivateKeyHome)[keyof typeof PrivateKeyHome];

/**
 * One key of a key pair that is rotated by adding the next one.
 *
 * With an `id` alone the key is generated. With `privateKey` and `password` it is imported, with `publicKey` alone its
 * signatures are trusted and made elsewhere.
 */
export interface KeyGeneration {
    /**
     * The generation's name, for good: a lowercase RFC 1123 label such as `2026-11`, which does not end in `-pub`. It is
     * part of the names of its Secrets; a key is made once for each id, and an id that is dropped and listed again is a
     * new key.
     */
    id: string;
    /**
     * The public key of somebody who signs elsewhere: PEM `PUBLIC KEY` (PKIX) or `RSA PUBLIC KEY` (PKCS#1), of ECDSA on
     * P-256, P-384 or P-521, or RSA of 2048, 3072 or 4096 bits.
     *
     * @default none
     */
    publicKey?: pulumi.Input<string>;
    /**
     * A private key to import, kept a secret whether or not it is given as one: PEM as cosign encrypts it
     * (`ENCRYPTED SIGSTORE PRIVATE KEY`), or in clear (PKCS#1, SEC1 or PKCS#8), which is then encrypted with `password`.
     * The algorithms are those of `publicKey`.
     *
     * Pulumi itself hands secrets of the stack's configuration to the program in its environment; the package's
     * docs/keys.md tells of ways around it.
     *
     * @default none
     */
    privateKey?: pulumi.Input<string>;
    /**
     * What `privateKey` is, or is to be, encrypted with; the empty text for a key without a password. Kept a secret
     * whether or not it is given as one.
     *
     * @default none; required with `privateKey`
     */
    password?: pulumi.Input<string>;
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
     * Where the private half of the keys goes.
     *
     * @default "secret"
     */
    privateKey?: PrivateKeyHome;
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

/**
 * Signing keys, generated and kept or imported, in cosign's own encrypted form, and rotated without a gap.
 *
 * A generated key is ECDSA on P-256, made in the program's process and encrypted under a generated password. Both lie in
 * the stack's state as secrets: whoever has the state and its passphrase can sign. An imported private key lies there
 * only as what is written into its Secret or output. What else holds the private half, `privateKey` says.
 *
 * Each Secret has the labels `signed-images/generation`, `signed-images/algorithm` and `signed-images/fingerprint` (32
 * hexadecimal digits), and the fingerprint in cosign's form as an annotation.
 */
export class CosignKeyPair extends pulumi.ComponentResource {
    /** The public key of the current generation, PEM (PKIX `PUBLIC KEY`). */
    public readonly publicKey: pulumi.Output<string>;
    /** One authority for each generation, ordered by id: an image signed by any of them is trusted. */
    public readonly authorities: pulumi.Output<AuthorityArgs[]>;
    /** The current key's fingerprint as cosign's hint has it: base64 of the SHA-256 of the public key's DER. */
    public readonly fingerprint: pulumi.Output<string>;
    /**
     * The Secret that holds the current private key: `cosign sign --key k8s://NAMESPACE/SECRETNAME`. Empty where no
     * Secret does.
     */
    public readonly secretName: pulumi.Output<string>;
    /** The current private key in cosign's encrypted form, a secret. Only with `privateKey: "output"`. */
    public readonly privateKey?: pulumi.Output<string>;
    /** The password of the current private key, a secret. Only with `privateKey: "output"`. */
    public readonly password?: pulumi.Output<string>;

    /**
     * @throws InputPropertiesError for empty, doubled or badly named generations, for an unknown `current`, and for keys
     * and passwords that cannot be used or are listed twice, as soon as they are known.
     */
    constructor(name: string, args: CosignKeyPairArgs = {}, opts?: pulumi.ComponentResourceOptions) {
        const { generations = [{ id: "1" }], current, privateKey: home = PrivateKeyHome.Secret } = args;
        const prefix = args.secretNamePrefix ?? name;
        rejectFindings("CosignKeyPair", name, [
            ...validateGenerations({ generations, current, privateKey: home }),
            ...validateSubdomainPrefix(prefix, longestSuffix(generations), ["secretNamePrefix"]),
            ...(typeof args.namespace === "string" ? validateLabel(args.namespace, ["namespace"]) : []),
        ]);
        super("signed-images:index:CosignKeyPair", name, {}, opts);
        keepAnswersOutOfDebugMessages();

        const namespace = args.namespace ?? DEFAULT_CONTROLLER_NAMESPACE;
        const imported = generations.map((generation, index) => importedKey(generation, { component: name, index }));
        // Nothing is registered before every key that is given has been read, so that one that is refused leaves no other half made.
        const options = { parent: this, dependsOn: whenAccepted(name, imported) };
        const keys = generations.map(({ id }, index) => {
            const child = `${name}-${id}`;
            const key = imported[index] ?? generatedKey(child, options);
            const place = { name: child, secretName: `${prefix}-${id}`, namespace, generation: id, options };
            const signerSecretName =
                home === PrivateKeyHome.Secret && key.signer !== undefined
                    ? signerSecret(key, key.signer, place).metadata.name
                    : pulumi.output("");
            return { ...key, id, signerSecretName, publicSecretName: publicSecret(key, place).metadata.name };
        });
        const signing = keys.find((key) => key.id === current) ?? keys[0];
        if (signing === undefined) {
            throw new Error("unreachable: an empty list of generations was refused above");
        }

        this.publicKey = signing.publicKey;
        this.fingerprint = signing.fingerprint;
        this.secretName = signing.signerSecretName;
        this.authorities = pulumi.output(
            // By id, so that the order of the list is nothing that a policy could change with.
            keys
                .toSorted((one, other) => (one.id < other.id ? -1 : 1))
                .map(({ id, publicSecretName, hashAlgorithm }) =>
                    Authority.key({ name: `${name}-${id}`, secretRef: { name: publicSecretName }, hashAlgorithm }),
                ),
        );
        if (home === PrivateKeyHome.Output) {
            this.privateKey = signing.signer?.privateKey;
            this.password = signing.signer?.password;
        }
        this.registerOutputs({
            publicKey: this.publicKey,
            authorities: this.authorities,
            fingerprint: this.fingerprint,
            secretName: this.secretName,
            privateKey: this.privateKey,
            password: this.password,
        });
    }
}

/** What the children have to wait for: no resource, and a failure where keys cannot be used or are listed twice. */
function whenAccepted(component: string, imported: readonly (KeyMaterial | undefined)[]): pulumi.Output<never[]> {
    return pulumi.all(imported.map((key) => key?.fingerprint)).apply((fingerprints) => {
        rejectFindings("CosignKeyPair", component, doubledKeys(fingerprints));
        return [];
    });
}

/** `-ID-pub` of the longest id. */
function longestSuffix(generations: readonly KeyGeneration[]): number {
    return Math.max(0, ...generations.map(({ id }) => `-${id}-pub`.length));
}
