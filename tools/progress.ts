const HEARTBEAT_MILLISECONDS = 15_000;

/** Where progress goes, a line at a time; it reads the same on a terminal and in the log of a CI job. */
export type Report = (line: string) => void;

/** `4 min 58 s`, `12 s`, `0.3 s`. */
export function formatDuration(milliseconds: number): string {
    if (milliseconds < 9_950) return `${(milliseconds / 1000).toFixed(1)} s`;
    const seconds = Math.round(milliseconds / 1000);
    if (seconds < 60) return `${seconds} s`;
    return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Says that a step runs, until it is stopped. */
export class Heartbeat {
    private readonly started = performance.now();
    private readonly timer: NodeJS.Timeout;
    private fetched = 0;

    constructor(title: string, report: Report, milliseconds = HEARTBEAT_MILLISECONDS) {
        this.timer = setInterval(() => {
            const fetching = this.fetched > 0 ? `, ${this.fetched} modules fetched` : "";
            report(`${title}  ${formatDuration(this.elapsed)} so far${fetching}`);
        }, milliseconds);
    }

    /** Takes notice of a line of `go build`: it prints one for each module that it fetches, and none while it compiles. */
    public readonly notice = (line: string): void => {
        if (line.startsWith("go: downloading ")) this.fetched++;
    };

    public get elapsed(): number {
        return performance.now() - this.started;
    }

    public stop(): void {
        clearInterval(this.timer);
    }
}
