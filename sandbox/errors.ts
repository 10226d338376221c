/** What can go wrong, as a word that a program can test. */
export type SandboxErrorCode =
    /** The caller's AbortSignal fired while the sandbox was starting. */
    | "aborted"
    /** A binary of the control plane is not there, or cannot be executed. */
    | "binary-missing"
    /** One of the ports that policy-controller insists on belongs to somebody else. */
    | "ports-taken"
    /** A process of the control plane ended on its own. */
    | "process-died"
    /** Something did not become ready in time. */
    | "not-ready"
    /** There is no such chart. */
    | "chart-missing"
    /** What was given as a chart is not policy-controller's. */
    | "chart-invalid"
    /** Neither disk nor network has policy-controller's manifests. */
    | "manifests-missing";

export interface SandboxErrorDetails {
    cause?: unknown;
    /** The folder where the logs were kept. */
    logs?: string;
}

/** Every error that the sandbox throws on purpose. */
export class SandboxError extends Error {
    override readonly name = "SandboxError";
    readonly code: SandboxErrorCode;
    /** The folder where the logs were kept, when some were. */
    readonly logs: string | undefined;

    constructor(code: SandboxErrorCode, message: string, details: SandboxErrorDetails = {}) {
        super(message, details.cause === undefined ? undefined : { cause: details.cause });
        this.code = code;
        this.logs = details.logs;
    }

    /** The same error, saying where its logs are. */
    withLogs(logs: string): SandboxError {
        const error = new SandboxError(this.code, `${this.message}\nThe logs are in ${logs}`, {
            cause: this.cause,
            logs,
        });
        if (this.stack !== undefined) {
            error.stack = this.stack.replace(this.message, error.message);
        }
        return error;
    }
}

/** The error of an operation that the caller's signal ended. */
export function abortedError(): SandboxError {
    return new SandboxError("aborted", "The sandbox was told to stop while it was starting.");
}

export function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
