import { RegistryError } from "../errors";

import type { RegistryErrorCode } from "../errors";
import type { About } from "./failures";

/** So many questions in a row must fail before the next is not asked. */
const FAILURES_TO_GIVE_UP: Partial<Record<RegistryErrorCode, number>> = {
    unreachable: 4,
    tls: 4,
    timeout: 4,
    "server-error": 16,
    "rate-limited": 4,
};

const GIVE_UP_MS = 30_000;

/**
 * Remembers that a registry is down, so that a hundred images do not each wait for it to answer.
 *
 * A question counts as failed only where nothing else was answered since it was asked: one repository that misbehaves
 * must not keep the registry's others from being read.
 */
export class Outage {
    private failures = 0;
    private answers = 0;
    private last?: { error: RegistryError; until: number };

    /** What a question is asked in: fails as the last one did, while the registry is taken as down. @throws RegistryError */
    public async watch<T>(about: About, ask: () => Promise<T>): Promise<T> {
        if (this.last !== undefined && Date.now() < this.last.until) {
            const { error } = this.last;
            const { code, status, retryAfterMs } = error;
            const message = `is not asked for now, as the registry is taken as down: ${error.message}`;
            throw new RegistryError(message, { ...about, code, status, retryAfterMs });
        }
        this.last = undefined;
        const before = this.answers;
        try {
            const answer = await ask();
            this.answered();
            return answer;
        } catch (error) {
            this.failed(error, before);
            throw error;
        }
    }

    private answered(): void {
        this.answers++;
        this.failures = 0;
    }

    private failed(error: unknown, answersBefore: number): void {
        const enough = error instanceof RegistryError ? FAILURES_TO_GIVE_UP[error.code] : undefined;
        if (!(error instanceof RegistryError) || enough === undefined) {
            this.answered();
        } else if (this.answers === answersBefore && ++this.failures >= enough) {
            this.last = { error, until: Date.now() + (error.retryAfterMs ?? GIVE_UP_MS) };
        }
    }
}
