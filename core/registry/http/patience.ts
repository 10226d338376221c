import { RegistryError } from "../errors";

import type { RepositoryName } from "../types";

/** What an honest registry takes for a question at most, and then some. */
const SLOW_MS = 5_000;

/**
 * What is left of the time that each repository may waste: whoever writes into one can have it name a thousand payloads, and
 * each question has a limit, but all of them together would take hours. Only slow answers count.
 */
export class Patience {
    private readonly wastedMs = new Map<string, number>();

    /** @param limitMs of each repository */
    public constructor(private readonly limitMs: number) {}

    /** @throws RegistryError `timeout` where a repository has wasted all of it */
    public async spend<T>(name: RepositoryName, ask: () => Promise<T>): Promise<T> {
        const wastedMs = this.wastedMs.get(name.repository) ?? 0;
        if (wastedMs >= this.limitMs) {
            const message = `kept its readers waiting for more than ${this.limitMs} ms in all, and is asked nothing more`;
            throw new RegistryError(message, { ...name, code: "timeout" });
        }
        const started = Date.now();
        try {
            return await ask();
        } finally {
            const tookMs = Date.now() - started;
            if (tookMs >= Math.min(SLOW_MS, this.limitMs)) {
                this.wastedMs.set(name.repository, (this.wastedMs.get(name.repository) ?? 0) + tookMs);
            }
        }
    }
}
