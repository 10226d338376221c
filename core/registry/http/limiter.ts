/** Lets so many things run at a time; the others wait in the order in which they came. */
export class Limiter {
    private readonly waiting: (() => void)[] = [];
    private running = 0;

    public constructor(private readonly limit: number) {}

    /** Whether something waits. */
    public get hasWaiting(): boolean {
        return this.waiting.length > 0;
    }

    public async run<T>(work: () => Promise<T>): Promise<T> {
        if (this.running >= this.limit) {
            // Whoever ends hands its place on, so `running` stays.
            await new Promise<void>((resolve) => this.waiting.push(resolve));
        } else {
            this.running++;
        }
        try {
            return await work();
        } finally {
            const next = this.waiting.shift();
            if (next === undefined) {
                this.running--;
            } else {
                next();
            }
        }
    }
}
