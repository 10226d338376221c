/** Why a cluster was not asked, or gave no answer. Stable names. */
export type ClusterErrorCode =
    /** There is a kubeconfig, and it cannot be read. */
    | "kubeconfig-unreadable"
    /** The kubeconfig has no such context, or no cluster for it. */
    | "no-such-context"
    /** The API server does not answer, or does not let something be read. */
    | "unreadable"
    /** What the controller enforces is nothing that it could have read. */
    | "configuration-malformed";

/** The message says what is wrong and what to do. It never holds what the kubeconfig says: that has credentials. */
export class ClusterError extends Error {
    public override readonly name = "ClusterError";

    public constructor(
        public readonly code: ClusterErrorCode,
        message: string,
    ) {
        super(message);
    }
}
