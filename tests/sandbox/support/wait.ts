import { setTimeout as delay } from "node:timers/promises";

/** Asks again and again until the answer is yes. */
export async function eventually(
    what: string,
    check: () => Promise<boolean> | boolean,
    timeoutMs = 60_000,
): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!(await check())) {
        if (Date.now() > deadline) {
            throw new Error(`Not after ${timeoutMs / 1000} s: ${what}`);
        }
        await delay(100);
    }
}
