import { loadKubeConfig } from "../../core/cluster";
import { COSIGN_SECRET_PASSWORD, COSIGN_SECRET_PRIVATE_KEY } from "../../core/keys";
import { printable } from "../../core/policy/printable";
import { CliError, UsageError } from "../errors";

/** A private key and its password, out of a Secret in cosign's form. */
export interface SecretKey {
    readonly text: Buffer;
    /** Undefined where the Secret has none. */
    readonly password: string | undefined;
}

/**
 * Reads `NAMESPACE/NAME` from the cluster of the current context. The Kubernetes client is loaded only for that.
 *
 * @throws UsageError, ClusterError, CliError
 */
export async function readKubernetesSecret(path: string): Promise<SecretKey> {
    const [namespace, name, ...others] = path.split("/");
    if (namespace === undefined || namespace === "" || name === undefined || name === "" || others.length > 0) {
        throw new UsageError(`k8s://${printable(path)} is not k8s://NAMESPACE/NAME.`);
    }
    const { CoreV1Api } = await import("@kubernetes/client-node");
    const config = await loadKubeConfig();
    const answer = config.makeApiClient(CoreV1Api).readNamespacedSecret({ namespace, name });
    const { data = {} } = await answer.catch((error: unknown) => {
        throw new CliError(`k8s://${printable(path)} cannot be read: ${reasonOf(error)}.`);
    });
    const { [COSIGN_SECRET_PRIVATE_KEY]: key, [COSIGN_SECRET_PASSWORD]: password } = data;
    if (key === undefined) {
        throw new CliError(
            `k8s://${printable(path)} has no entry ${COSIGN_SECRET_PRIVATE_KEY}. The Secret with only the public key cannot sign.`,
        );
    }
    return {
        text: Buffer.from(key, "base64"),
        password: password === undefined ? undefined : Buffer.from(password, "base64").toString("utf8"),
    };
}

/** The client's errors quote whole responses; only their status is of interest. */
function reasonOf(error: unknown): string {
    const status = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
    switch (status) {
        case 404:
            return "there is no such Secret";
        case 401:
            return "the cluster does not know who asks";
        case 403:
            return "reading it is not allowed; it takes get on secrets in that namespace";
        default:
            return typeof status === "number"
                ? `the cluster answers ${status}`
                : `the cluster cannot be asked: ${printable(error instanceof Error ? error.message : String(error))}`;
    }
}
