import { RegistryError } from "./errors";

/**
 * Answers by question: asked once however many wait for them, and kept, the oldest forgotten first.
 *
 * What a registry does not have is an answer too; other failures are not kept.
 */
export class AnswerCache {
    private readonly answers = new Map<string, Promise<unknown>>();
    private readonly weights = new Map<string, number>();
    private weight = 0;

    /** @param maxBytes of all answers together */
    public constructor(private readonly maxBytes: number) {}

    /** @param weigh the bytes that an answer takes in memory */
    public get<T>(question: readonly string[], weigh: (answer: T) => number, ask: () => Promise<T>): Promise<T> {
        const key = question.join(" ");
        const known = this.answers.get(key) as Promise<T> | undefined;
        if (known !== undefined) {
            return known;
        }
        const answer = ask();
        this.answers.set(key, answer);
        answer.then(
            (value) => {
                this.keep(key, answer, weigh(value));
            },
            (error: unknown) => {
                if (error instanceof RegistryError && error.code === "not-found") {
                    this.keep(key, answer, 0);
                } else {
                    this.forget(key, answer);
                }
            },
        );
        return answer;
    }

    /** Forgets every answer to questions that begin so. */
    public forgetAll(question: readonly string[]): void {
        const start = `${question.join(" ")} `;
        for (const key of Array.from(this.answers.keys()).filter((name) => name.startsWith(start))) {
            this.forget(key);
        }
    }

    private keep(key: string, answer: Promise<unknown>, bytes: number): void {
        if (this.answers.get(key) !== answer) {
            return;
        }
        this.weights.set(key, bytes);
        this.weight += bytes;
        for (const oldest of this.weights.keys()) {
            if (this.weight <= this.maxBytes) {
                break;
            }
            this.forget(oldest);
        }
    }

    private forget(key: string, onlyIf?: Promise<unknown>): void {
        if (onlyIf === undefined || this.answers.get(key) === onlyIf) {
            this.answers.delete(key);
            this.weight -= this.weights.get(key) ?? 0;
            this.weights.delete(key);
        }
    }
}
