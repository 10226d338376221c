import type { Surroundings } from "../command";

/** Before this long, nobody waits. */
const SILENT_MS = 1000;
const EVERY_MS = 200;

/** Clears the line that stands there. */
const CLEAR_LINE = "\r\u001b[K";

/** Shows on a terminal how far `check` is once it takes longer than a second, and takes the line away at the end. */
export class Progress {
    private done = 0;
    private line: (() => string) | undefined;
    private isShown = false;
    private readonly timer: NodeJS.Timeout | undefined;
    private readonly begun = Date.now();

    public constructor(private readonly stderr: Surroundings["stderr"]) {
        const show = () => {
            this.show();
        };
        this.timer = stderr.isTTY === true ? setInterval(show, EVERY_MS) : undefined;
    }

    /** Says that something is read, of which nobody knows how much it is. */
    public reading(what: string): void {
        this.line = () => `Reading ${what} …`;
    }

    /** Counts what is checked from now on. */
    public count(total: number): void {
        this.line = () => `Checked ${this.done} of ${total} …`;
    }

    /** One more is done. */
    public step(): void {
        this.done += 1;
    }

    public stop(): void {
        clearInterval(this.timer);
        if (this.isShown) {
            this.stderr.write(CLEAR_LINE);
        }
    }

    private show(): void {
        if (this.line !== undefined && Date.now() - this.begun >= SILENT_MS) {
            this.isShown = true;
            this.stderr.write(`${CLEAR_LINE}${this.line()}`);
        }
    }
}
