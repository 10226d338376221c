/** What can be wrong when a tool is to be had. */
export type ToolErrorCode =
    | "unknown-tool"
    | "go-missing"
    | "go-too-old"
    | "module-refused"
    | "module-unreachable"
    | "module-changed"
    | "disk-full"
    | "cache-unusable"
    | "build-failed"
    | "aborted";

/** The one error of this folder: what failed, and what to do about it. */
export class ToolError extends Error {
    public readonly code: ToolErrorCode;

    constructor(code: ToolErrorCode, message: string, options?: ErrorOptions) {
        super(message, options);
        this.name = "ToolError";
        this.code = code;
    }
}

/** Throws as soon as somebody has asked to stop. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
    if (signal?.aborted) {
        throw new ToolError("aborted", "Stopped before all tools were built.", { cause: signal.reason });
    }
}
