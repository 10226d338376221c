import { formatDuration } from "../../tools";

/** The parts of the demo whose time is told. */
const CHAPTERS = ["tools", "sandbox", "preview", "up", "verdicts", "destroy"] as const;
export type Chapter = (typeof CHAPTERS)[number];

/** An empty line, dots, or `@ updating....`. */
const PULUMI_WAITS = /^\s*(@ [a-z ]+)?\.*\s*$/;

/** What the demo says while it runs, and how long its parts took. */
export class Story {
    private readonly start = performance.now();
    private readonly times = new Map<Chapter, number>();

    /** @param out Where the lines go: stdout, or stderr where stdout is for JSON. */
    public constructor(private readonly out: NodeJS.WritableStream) {}

    /** A line of the story, with the time since its beginning. */
    public readonly tell = (line: string): void => {
        const seconds = ((performance.now() - this.start) / 1000).toFixed(1).padStart(6);
        this.out.write(`${seconds}s  ${line}\n`);
    };

    /** What Pulumi prints, indented below the story, without the dots that it prints while it waits. */
    public readonly quote = (text: string): void => {
        for (const line of text.split("\n")) {
            if (!PULUMI_WAITS.test(line)) {
                this.out.write(`         | ${line}\n`);
            }
        }
    };

    /** Text without a time. */
    public print(text: string): void {
        this.out.write(`${text}\n`);
    }

    /** Times a part. */
    public async chapter<T>(chapter: Chapter, title: string, work: () => Promise<T>): Promise<T> {
        this.tell(title);
        const start = performance.now();
        try {
            const result = await work();
            this.tell(`… done in ${formatDuration(performance.now() - start)}`);
            return result;
        } finally {
            this.times.set(chapter, (performance.now() - start) / 1000);
        }
    }

    /** Seconds for each part; 0 for what did not happen. */
    public seconds(): Record<Chapter, number> {
        const entries = CHAPTERS.map((chapter) => [chapter, round(this.times.get(chapter) ?? 0)] as const);
        return Object.fromEntries(entries) as Record<Chapter, number>;
    }
}

function round(seconds: number): number {
    return Math.round(seconds * 100) / 100;
}

/** A table with a header, for a terminal. Cells keep their words; only the last column may be long. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
    const widths = header.map((title, column) =>
        Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
    );
    const line = (cells: readonly string[]) =>
        cells
            .map((cell, column) => (column === header.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
            .join("  ");
    return [line(header), widths.map((width) => "-".repeat(Math.min(width, 40))).join("  "), ...rows.map(line)].join(
        "\n",
    );
}
