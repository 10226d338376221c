import { RegistryError, type RegistryErrorCode } from "../registry";

/** Answers that are wrong in themselves: whoever asks gets them, the cluster too, and it refuses then. */
const BROKEN: readonly RegistryErrorCode[] = ["digest-mismatch", "size-mismatch", "malformed", "redirect-loop"];

/** What a registry did instead of answering. */
export interface RegistryTrouble {
    /** Whether the cluster has the same trouble for certain. */
    isCertain: boolean;
    /** As one sentence. */
    reason: string;
}

/** What a registry's error means for a verdict. Anything else is thrown on. */
export function troubleOf(error: unknown): RegistryTrouble {
    if (!(error instanceof RegistryError)) {
        throw error;
    }
    return { isCertain: BROKEN.includes(error.code), reason: `${error.message.replace(/\.$/, "")}.` };
}
