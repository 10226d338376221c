import { RegistryError } from "./errors";

/** What a registry answers; undefined where it has no such thing. */
export async function ifFound<T>(answer: Promise<T>): Promise<T | undefined> {
    try {
        return await answer;
    } catch (error) {
        if (error instanceof RegistryError && error.code === "not-found") {
            return undefined;
        }
        throw error;
    }
}
