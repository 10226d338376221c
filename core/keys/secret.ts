/**
 * The Kubernetes Secrets in which keys live, as plain data.
 */
import type { CosignKeyPairPem } from "./key-pair";

/** The entries of cosign's Secret (`secret` in pkg/cosign/kubernetes/secret.go). */
export const COSIGN_SECRET_PRIVATE_KEY = "cosign.key";
export const COSIGN_SECRET_PUBLIC_KEY = "cosign.pub";
export const COSIGN_SECRET_PASSWORD = "cosign.password";

/** The type of cosign's Secret. */
export const COSIGN_SECRET_TYPE = "Opaque";

/** cosign makes its Secret immutable: a key pair is replaced by another one, never changed. */
export const COSIGN_SECRET_IMMUTABLE = true;

/** What {@link cosignSecretData} takes. All of it but the public key is secret. */
export interface CosignSecretInput extends CosignKeyPairPem {
    /** The password of the private key. Whoever can read the Secret can sign. */
    readonly password: string;
}

/** cosign's Secret, as its `stringData`: with it, `cosign sign --key k8s://NAMESPACE/NAME` works. */
export interface CosignSecretData extends Record<string, string> {
    readonly [COSIGN_SECRET_PRIVATE_KEY]: string;
    readonly [COSIGN_SECRET_PUBLIC_KEY]: string;
    readonly [COSIGN_SECRET_PASSWORD]: string;
}

/**
 * The three entries of cosign's Secret, as `stringData`. policy-controller refuses such a Secret: {@link
 * publicSecretData}.
 */
export function cosignSecretData({ privateKey, publicKey, password }: CosignSecretInput): CosignSecretData {
    return {
        [COSIGN_SECRET_PRIVATE_KEY]: privateKey,
        [COSIGN_SECRET_PUBLIC_KEY]: publicKey,
        [COSIGN_SECRET_PASSWORD]: password,
    };
}

/**
 * A Secret for `key.secretRef`, as its `stringData`: policy-controller wants exactly one entry, whatever its name
 * (`inlineAndTrackSecret` in pkg/reconciler/clusterimagepolicy/clusterimagepolicy.go).
 */
export function publicSecretData(publicKey: string): Record<string, string> {
    return { [COSIGN_SECRET_PUBLIC_KEY]: publicKey };
}
