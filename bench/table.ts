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
    const ours = rows.find(
        ({ tool, images, roundTripMs }) => tool === "signed-images" && images === 100 && roundTripMs === 100,
    );
    const ideal =
        ours === undefined ? undefined : Math.ceil(ours.requests / ours.images) * 0.1 * Math.ceil(100 / IN_FLIGHT);
    return [
        goal("0 ms: at most 2 times cosign's time", near("signed-images"), near("cosign")),
        goal("20 ms: at least 15 times as fast as cosign", far("cosign"), far("signed-images")),
        goal("20 ms: at least 6 times as fast as xargs", far("policy-tester-xargs"), far("signed-images")),
        goal("100 ms: at least 30 times as fast as cosign", farther("cosign"), farther("signed-images")),
        goal(`100 ms: at most 1.5 times the round trips of ${IN_FLIGHT} at once`, ours?.seconds, ideal),
    ].filter((line) => line !== undefined);
}

function goal(text: string, numerator: number | undefined, denominator: number | undefined): string | undefined {
    return numerator === undefined || denominator === undefined
        ? undefined
        : `${text}: ${(numerator / denominator).toFixed(2)}`;
}

function ratio({ seconds }: Row, ours: number | undefined): string {
    return ours === undefined ? "" : (seconds / ours).toFixed(2);
}

function secondsOf(
    rows: readonly Row[],
    tool: Tool,
    { images, roundTripMs }: Pick<Row, "images" | "roundTripMs">,
): number | undefined {
    return rows.find((row) => row.tool === tool && row.images === images && row.roundTripMs === roundTripMs)?.seconds;
}
