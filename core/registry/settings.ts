import { parseRepository } from "../policy/go/reference";

import type { RegistryLimits, RegistryOptions, RegistryTimeouts } from "./options";

const MIB = 1024 * 1024;

/** The options with every default in place. */
export interface Settings extends Required<Omit<RegistryOptions, "timeouts" | "limits">> {
    timeouts: Required<RegistryTimeouts>;
    limits: Required<RegistryLimits>;
}

export function settingsOf(options: RegistryOptions): Settings {
    return {
        credentials: options.credentials ?? [],
        environment: options.environment ?? process.env,
        certificateAuthorities: options.certificateAuthorities ?? [],
        mirrors: byReadName(options.mirrors ?? {}),
        concurrency: options.concurrency ?? 32,
        retries: options.retries ?? 2,
        retryDelayMs: options.retryDelayMs ?? 200,
        timeouts: {
            connectMs: options.timeouts?.connectMs ?? 10_000,
            responseMs: options.timeouts?.responseMs ?? 15_000,
            exchangeMs: options.timeouts?.exchangeMs ?? 30_000,
            questionMs: options.timeouts?.questionMs ?? 60_000,
            repositoryMs: options.timeouts?.repositoryMs ?? 120_000,
            helperMs: options.timeouts?.helperMs ?? 10_000,
        },
        limits: {
            manifestBytes: options.limits?.manifestBytes ?? 4 * MIB,
            blobBytes: options.limits?.blobBytes ?? 32 * MIB,
            cacheBytes: options.limits?.cacheBytes ?? 64 * MIB,
        },
    };
}

/** Mirrors by the names that registries have after reading: people write `docker.io`. */
function byReadName(mirrors: NonNullable<RegistryOptions["mirrors"]>): Record<string, readonly string[]> {
    const read: Record<string, readonly string[]> = {};
    for (const [registry, places] of Object.entries(mirrors)) {
        const name = parseRepository(`${registry}/any/image`)?.registry ?? registry;
        read[name] = [...(read[name] ?? []), ...places];
    }
    return read;
}
