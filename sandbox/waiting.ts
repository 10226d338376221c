import { setTimeout as delay } from "node:timers/promises";

import { SandboxError, abortedError, messageOf } from "./errors";
import { ManagedProcess } from "./process";

export interface WaitOptions {
    timeoutMs: number;
    everyMs?: number;
    signal?: AbortSignal;
    /** Whose end makes the waiting pointless. */
    processes: readonly ManagedProcess[];
}

/**
 * Calls `check` until it answers something.
 *
 * @throws SandboxError `aborted`, `process-died` (with the process's last words) or `not-ready` (with the last error).
 */
export async function waitFor<T>(
    what: string,
    check: () => Promise<T | undefined> | T | undefined,
    options: WaitOptions,
): Promise<T> {
    const deadline = Date.now() + options.timeoutMs;
    let lastError: unknown;
    for (;;) {
        if (options.signal?.aborted) {
            throw abortedError();
        }
        const dead = options.processes.find((process) => process.exit !== undefined);
        if (dead !== undefined) {
            throw dead.deathError();
        }
        try {
            const answer = await check();
            if (answer !== undefined) {
                return answer;
            }
        } catch (error) {
            lastError = error;
        }
        if (Date.now() >= deadline) {
            const reason = lastError === undefined ? "" : `: ${messageOf(lastError)}`;
            throw new SandboxError("not-ready", `${what} was not ready after ${options.timeoutMs / 1000} s${reason}`, {
                cause: lastError,
            });
        }
        await delay(options.everyMs ?? 50);
    }
}

/** Waits; ends early, without an error, when the signal fires. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}

/** Whether the signal has fired by now; a property would count as unchanged across an await. */
export function hasFired(signal: AbortSignal): boolean {
    return signal.aborted;
}
