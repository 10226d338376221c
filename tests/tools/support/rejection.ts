import { ToolError, type ToolErrorCode } from "../../../tools/errors";

/** The ToolError that a promise ends with. */
export async function rejection(
    promise: Promise<unknown>,
): Promise<{ readonly code: ToolErrorCode; readonly message: string }> {
    try {
        await promise;
    } catch (error) {
        if (error instanceof ToolError) return error;
        throw error;
    }
    throw new Error("nothing was refused");
}
