import type { Surroundings } from "../command";

/** Before this long, nobody waits. */
const SILENT_MS = 1000;
const EVERY_MS = 200;

/** Clears the line that stands there. */
const CLEAR_LINE = "\r\u001b[K";

/** Shows on a terminal how far something is that takes longer than a second, and takes the line away at the end. */
export class Progress {
    private done = 0;
    private isShown = false;
    private readonly timer: NodeJS.Timeout | undefined;
    private readonly begun = Date.now();

    public constructor(
        private readonly total: number,
        private readonly stderr: Surroundings["stderr"],
    ) {
        const show = () => {
            this.show();
        };
        this.timer = stderr.isTTY === true ? setInterval(show, EVERY_MS) : undefined;
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
        if (Date.now() - this.begun >= SILENT_MS) {
            this.isShown = true;
            this.stderr.write(`${CLEAR_LINE}Checked ${this.done} of ${this.total} …`);
        }
    }
}
