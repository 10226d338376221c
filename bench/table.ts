/** The rows as people read them, and what becomes of the goals. */
import type { Row, Tool } from "./row";

const HEAD = ["round trip", "images", "tool", "seconds", "ratio", "requests/image", "peak MiB"];

/** Requests of ours that are in flight to one registry. */
const IN_FLIGHT = 32;

/** The rows, each beside ours of the same images: `ratio` says how many times as long it took. */
export function tableOf(rows: readonly Row[]): string {
    const lines = rows.map((row) => [
        `${row.roundTripMs} ms`,
        String(row.images),
        row.tool,
        row.seconds.toFixed(2),
        ratio(row, secondsOf(rows, "signed-images", row)),
        (row.requests / row.images).toFixed(2),
        row.peakMiB.toFixed(0),
    ]);
    const widths = HEAD.map((head, column) => Math.max(head.length, ...lines.map((line) => line[column]?.length ?? 0)));
    return [HEAD, ...lines]
        .map((line) =>
            line
                .map((cell, column) => cell.padEnd(widths[column] ?? 0))
                .join("  ")
                .trimEnd(),
        )
        .join("\n");
}

/** How near the goals for 100 images are, for as much of them as was measured. */
export function goalsOf(rows: readonly Row[]): string[] {
    const at = (roundTripMs: number) => (tool: Tool) => secondsOf(rows, tool, { images: 100, roundTripMs });
    const [near, far, farther] = [at(0), at(20), at(100)];
    return [
        atMost(2, "times cosign's time at 0 ms", near("signed-images"), near("cosign")),
        atLeast(15, "times as fast as cosign at 20 ms", far("cosign"), far("signed-images")),
        atLeast(6, "times as fast as xargs at 20 ms", far("policy-tester-xargs"), far("signed-images")),
        atLeast(30, "times as fast as cosign at 100 ms", farther("cosign"), farther("signed-images")),
        atMost(1.5, `times the round trips of ${IN_FLIGHT} at once at 100 ms`, farther("signed-images"), ideal(rows)),
    ].filter((line) => line !== undefined);
}

/** The seconds of nothing but waiting: the requests in a row of each image, for as many images as are in flight at once. */
function ideal(rows: readonly Row[]): number | undefined {
    const ours = rowOf(rows, "signed-images", { images: 100, roundTripMs: 100 });
    // Rounded, because a request that is repeated is no second one in a row of every image.
    return ours && Math.max(1, Math.round(ours.requests / ours.images)) * 0.1 * Math.ceil(ours.images / IN_FLIGHT);
}

function atMost(limit: number, what: string, numerator?: number, denominator?: number): string | undefined {
    return goal(`at most ${limit} ${what}`, (reached) => reached <= limit, numerator, denominator);
}

function atLeast(limit: number, what: string, numerator?: number, denominator?: number): string | undefined {
    return goal(`at least ${limit} ${what}`, (reached) => reached >= limit, numerator, denominator);
}

function goal(
    text: string,
    isMet: (reached: number) => boolean,
    numerator: number | undefined,
    denominator: number | undefined,
): string | undefined {
    if (numerator === undefined || denominator === undefined) {
        return undefined;
    }
    const reached = numerator / denominator;
    return `${text}: ${reached.toFixed(2)}, ${isMet(reached) ? "met" : "missed"}`;
}

function ratio({ seconds }: Row, ours: number | undefined): string {
    return ours === undefined ? "" : (seconds / ours).toFixed(2);
}

/** What is measured of all tools together. */
type Measured = Pick<Row, "images" | "roundTripMs">;

function secondsOf(rows: readonly Row[], tool: Tool, measured: Measured): number | undefined {
    return rowOf(rows, tool, measured)?.seconds;
}

function rowOf(rows: readonly Row[], tool: Tool, { images, roundTripMs }: Measured): Row | undefined {
    return rows.find((row) => row.tool === tool && row.images === images && row.roundTripMs === roundTripMs);
}
