import { RegistryError } from "../errors";

import type { RegistryErrorCode } from "../errors";

/** So many questions in a row must fail before the next is not asked. One suffices where there is no connection at all. */
const FAILURES_TO_GIVE_UP: Partial<Record<RegistryErrorCode, number>> = {
    unreachable: 1,
    tls: 1,
    timeout: 4,
    "server-error": 16,
    "rate-limited": 1,
};

const GIVE_UP_MS = 30_000;

/** Remembers that a registry is down, so that a hundred images do not each wait for it to answer. */
export class Outage {
    private failures = 0;
    private last?: { error: RegistryError; until: number };

    /** Throws what the last question failed with, while the registry is taken as down. */
    public check(): void {
        if (this.last !== undefined && Date.now() < this.last.until) {
            throw this.last.error;
        }
        this.last = undefined;
    }

    public answered(): void {
        this.failures = 0;
    }

    public failed(error: RegistryError): void {
        const enough = FAILURES_TO_GIVE_UP[error.code];
        if (enough === undefined) {
            this.answered();
        } else if (++this.failures >= enough) {
            this.last = { error, until: Date.now() + (error.retryAfterMs ?? GIVE_UP_MS) };
        }
    }
}
