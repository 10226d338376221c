import { setTimeout as sleep } from "node:timers/promises";

import type { RegistryError, RegistryErrorCode } from "../errors";

/** What may pass. A time-out took its time already. */
const PASSING: readonly RegistryErrorCode[] = ["unreachable", "server-error", "rate-limited"];

export interface RetryOptions {
    /** Repetitions, at most. */
    retries: number;
    /** The first wait, in milliseconds; each next one is three times as long. */
    retryDelayMs: number;
}

/**
 * Does something again while it fails in a way that passes and there is time for it. Waits are between half and the whole of the nominal ones, or
 * as long as the registry asked for.
 *
 * @param deadline in milliseconds since the epoch
 */
export async function withRetries<T>(
    { retries, retryDelayMs }: RetryOptions,
    deadline: number,
    attempt: () => Promise<T>,
): Promise<T> {
    for (let tries = 0; ; tries++) {
        try {
            return await attempt();
        } catch (error) {
            const failure = error as RegistryError;
            const delayMs = failure.retryAfterMs ?? retryDelayMs * 3 ** tries * (0.5 + Math.random() / 2);
            if (!PASSING.includes(failure.code) || tries >= retries || Date.now() + delayMs >= deadline) {
                throw error;
            }
            await sleep(delayMs);
        }
    }
}

/** The header's wait in milliseconds: a number of seconds, or a date. */
export function retryAfterMs(header: string | undefined): number | undefined {
    if (header === undefined) {
        return undefined;
    }
    const waitMs = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
    return Number.isNaN(waitMs) ? undefined : Math.max(waitMs, 0);
}
