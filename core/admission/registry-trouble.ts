import { RegistryError, type RegistryErrorCode } from "../registry";

/** Answers that are wrong in themselves: whoever asks gets them, the cluster too, and it refuses then. */
const BROKEN: readonly RegistryErrorCode[] = ["digest-mismatch", "size-mismatch", "malformed"];

/** What a registry did instead of answering. */
export interface RegistryTrouble {
    /** Whether the cluster has the same trouble for certain. */
    isCertain: boolean;
    /** As one sentence. */
    reason: string;
}

/**
 * What an error means for a verdict. One that is no registry's is a mistake of ours, met in something that nobody foresaw: then
 * this image is unknown, and the others are judged all the same.
 */
export function troubleOf(error: unknown): RegistryTrouble {
    if (!(error instanceof RegistryError)) {
        const message = error instanceof Error ? error.message : String(error);
        return { isCertain: false, reason: `It could not be judged: ${message}.` };
    }
    return { isCertain: BROKEN.includes(error.code), reason: `${error.message.replace(/\.$/, "")}.` };
}
