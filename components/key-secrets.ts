import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { COSIGN_SECRET_IMMUTABLE, COSIGN_SECRET_TYPE, cosignSecretData, publicSecretData } from "../core/keys";
import type { KeyMaterial, Signer } from "./key-material";

/** What the Secrets of a generation are, beside their content. */
export interface SecretPlace {
    /** The component's child is called so; `-pub` is added for the public key's. */
    name: string;
    /** The Secret's own name; `-pub` is added for the public key's. */
    secretName: string;
    namespace: pulumi.Input<string>;
    generation: string;
    options: pulumi.CustomResourceOptions;
}

/** The Secret from which the real cosign signs: `cosign sign --key k8s://NAMESPACE/NAME`. */
export function signerSecret(key: KeyMaterial, signer: Signer, place: SecretPlace): kubernetes.core.v1.Secret {
    const pair = pulumi.all([signer.privateKey, key.publicKey, signer.password]);
    return new kubernetes.core.v1.Secret(
        place.name,
        {
            metadata: metadata(key, place.secretName, place),
            type: COSIGN_SECRET_TYPE,
            immutable: COSIGN_SECRET_IMMUTABLE,
            data: pair.apply(([privateKey, publicKey, password]) =>
                base64Values(cosignSecretData({ privateKey, publicKey, password })),
            ),
        },
        place.options,
    );
}

/**
 * The Secret that policies name. policy-controller refuses one with more than one entry
 * (pkg/reconciler/clusterimagepolicy), so cosign's three-entry Secret cannot serve it.
 */
export function publicSecret(key: KeyMaterial, place: SecretPlace): kubernetes.core.v1.Secret {
    return new kubernetes.core.v1.Secret(
        `${place.name}-pub`,
        {
            metadata: metadata(key, `${place.secretName}-pub`, place),
            type: COSIGN_SECRET_TYPE,
            immutable: COSIGN_SECRET_IMMUTABLE,
            data: key.publicKey.apply((known) => base64Values(publicSecretData(known))),
        },
        place.options,
    );
}

/** To be found by `kubectl get secret --selector`. Metadata of an immutable Secret can be changed in place. */
function metadata(key: KeyMaterial, secretName: string, place: SecretPlace) {
    return {
        name: secretName,
        namespace: place.namespace,
        labels: {
            "signed-images/generation": place.generation,
            "signed-images/algorithm": key.algorithm,
            "signed-images/fingerprint": key.fingerprintLabel,
        },
        // In cosign's own form, base64, which no label may hold.
        annotations: { "signed-images/fingerprint": key.fingerprint },
    };
}

function base64Values(data: Record<string, string>): Record<string, string> {
    return Object.fromEntries(
        Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "utf8").toString("base64")]),
    );
}
