import { parseReference } from "../policy/go/reference";
import { RegistryError } from "../registry";
import { troubleOf } from "./registry-trouble";

import type { RegistryReader } from "../registry";

/** What an image stands for, as the webhooks see it. */
export type ResolvedImage =
    | { state: "known"; digest: string }
    /** It is refused before any policy is asked. */
    | { state: "refused"; reason: string }
    /** It stands for something that cannot be had here. */
    | { state: "unknown"; reason: string };

/**
 * Resolves an image as the mutating webhook does (`resolvePodSpec`): a digest stays, a tag becomes one; what it cannot resolve
 * stays a tag, and the validating webhook refuses that, also where every policy only warns.
 */
export async function resolveImage(
    image: string,
    isEphemeral: boolean,
    registry: RegistryReader,
): Promise<ResolvedImage> {
    const reference = parseReference(image);
    if (reference === undefined) {
        return { state: "refused", reason: "could not parse reference: this is no image's name." };
    }
    if (reference.digest !== undefined) {
        return { state: "known", digest: reference.digest };
    }
    if (isEphemeral) {
        return {
            state: "refused",
            reason: "must be an image digest: tags of ephemeral containers are not resolved (the mutating webhook does not see them).",
        };
    }
    try {
        return { state: "known", digest: (await registry.resolve(reference)).digest };
    } catch (error) {
        if (error instanceof RegistryError && error.code === "not-found") {
            return {
                state: "refused",
                reason: "must be an image digest: the registry has no such tag to take it from.",
            };
        }
        return { state: "unknown", reason: troubleOf(error).reason };
    }
}
