/** The measurements, one after another: tools take turns, so that a busy minute of the machine is everybody's. */
import { contestants } from "./contestants";
import { measure, type Measurement } from "./measure";
import { setStage, type Stage } from "./stage";

import type { Contestant } from "./contestants";
import type { BenchOptions } from "./options";
import type { Row, Tool } from "./row";

/** What takes so long once is not repeated: chance weighs little in it. */
const LONG_SECONDS = 5;

/** A tool that does not say of an image what is so. There is nothing to compare then. */
export class WrongVerdict extends Error {
    public override readonly name = "WrongVerdict";
}

/**
 * Measures.
 *
 * @param program the words that start the program of this package
 * @param onRow after each row
 * @throws WrongVerdict, ToolError
 */
export async function runBench(
    { images, roundTripsMs, repeat, tools }: Omit<BenchOptions, "output">,
    program: readonly string[],
    onRow: (row: Row) => void = () => undefined,
): Promise<Row[]> {
    const stage = await setStage(Math.max(...images));
    try {
        const all = await contestants(tools, stage, program);
        await tryOut(all, stage);
        const rows: Row[] = [];
        for (const roundTripMs of roundTripsMs) {
            for (const count of images) {
                stage.proxy.roundTripMs = roundTripMs;
                const measured = await takeTurns(all, stage, count, repeat);
                rows.push(...Array.from(measured, ([tool, runs]) => rowOf(tool, count, roundTripMs, runs)));
                rows.slice(-measured.size).forEach(onRow);
            }
        }
        return rows;
    } finally {
        await stage.close();
    }
}

/** Each tool once before it counts, so that it is in memory; and once with an image that it must refuse. */
async function tryOut(all: ReadonlyMap<Tool, Contestant>, { signed, unsigned, home }: Stage): Promise<void> {
    for (const [tool, contestant] of all) {
        const admitted = await measure(contestant(signed.slice(0, 1)), home);
        const refused = await measure(contestant([unsigned]), home);
        if (!admitted.succeeded || refused.succeeded) {
            const wrong = admitted.succeeded ? `admits an unsigned image` : `refuses a signed image`;
            throw new WrongVerdict(`${tool} ${wrong}: ${(admitted.succeeded ? refused : admitted).lastWords}`);
        }
    }
}

type Run = Measurement & { requests: number };

async function takeTurns(
    all: ReadonlyMap<Tool, Contestant>,
    { proxy, signed, home }: Stage,
    count: number,
    repeat: number,
): Promise<Map<Tool, Run[]>> {
    const runs = new Map(Array.from(all.keys(), (tool): [Tool, Run[]] => [tool, []]));
    for (let turn = 0; turn < repeat; turn++) {
        for (const [tool, contestant] of all) {
            const before = runs.get(tool) ?? [];
            if (before.some(({ seconds }) => seconds > LONG_SECONDS)) {
                continue;
            }
            proxy.takeRequests();
            const measured = await measure(contestant(signed.slice(0, count)), home);
            if (!measured.succeeded) {
                throw new WrongVerdict(`${tool} does not admit ${count} signed images: ${measured.lastWords}`);
            }
            before.push({ ...measured, requests: proxy.takeRequests() });
        }
    }
    return runs;
}

function rowOf(tool: Tool, images: number, roundTripMs: number, runs: readonly Run[]): Row {
    return {
        tool,
        images,
        roundTripMs,
        seconds: rounded(median(runs.map(({ seconds }) => seconds))),
        requests: median(runs.map(({ requests }) => requests)),
        peakMiB: rounded(Math.max(...runs.map(({ peakMiB }) => peakMiB))),
    };
}

/** The lower one of two. */
function median(values: readonly number[]): number {
    return values.toSorted((left, right) => left - right)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

function rounded(value: number): number {
    return Math.round(value * 1000) / 1000;
}
