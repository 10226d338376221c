import { expect } from "chai";

import { readOptions, UsageError } from "../../bench/options";
import { runBench, WrongVerdict } from "../../bench/run";
import { goalsOf, tableOf } from "../../bench/table";
import { commandLine } from "../cli/support";

import type { Row, Tool } from "../../bench/row";

/** `policy-tester` is none of the tools that tests build. */
const TOOLS: readonly Tool[] = ["signed-images", "cosign"];

describe("the benchmark", function () {
    this.timeout(60_000);

    let rows: Row[];

    before(async function () {
        // Where cosign is not there yet, it is built.
        this.timeout(1_800_000);
        rows = await runBench({ images: [2], roundTripsMs: [30], repeat: 1, tools: TOOLS }, commandLine([]));
    });

    it("has a row for each tool, with what was measured and nothing else", () => {
        expect(rows.map(({ tool, images, roundTripMs }) => ({ tool, images, roundTripMs }))).to.deep.equal(
            TOOLS.map((tool) => ({ tool, images: 2, roundTripMs: 30 })),
        );
        expect(rows.map((row) => Object.keys(row).sort())).to.deep.equal(
            TOOLS.map(() => ["images", "peakMiB", "requests", "roundTripMs", "seconds", "tool"]),
        );
    });

    it("counts one request for each image of ours, and three of cosign", () => {
        expect(rows.map(({ requests }) => requests)).to.deep.equal([2, 6]);
    });

    it("measures no time that the round trips do not allow", () => {
        const [ours, cosign] = rows;
        expect(ours?.seconds).to.be.within(0.03, 20);
        expect(cosign?.seconds).to.be.within(6 * 0.03, 20);
    });

    it("measures memory", function () {
        if (process.platform !== "linux") {
            this.skip();
        }
        expect(rows.map(({ peakMiB }) => peakMiB).filter((peak) => peak > 20 && peak < 1000)).to.have.length(2);
    });

    it("does not measure a tool that admits what nobody signed", async () => {
        const options = { images: [1], roundTripsMs: [0], repeat: 1, tools: TOOLS.slice(0, 1) };
        const error = await runBench(options, ["true"]).catch((reason: unknown) => reason);
        expect(error).to.be.instanceOf(WrongVerdict);
        expect(String(error)).to.contain("signed-images admits an unsigned image");
    });
});

describe("the benchmark's table", () => {
    const rows: Row[] = [
        { tool: "signed-images", images: 100, roundTripMs: 100, seconds: 0.5, requests: 100, peakMiB: 80 },
        { tool: "cosign", images: 100, roundTripMs: 100, seconds: 30, requests: 300, peakMiB: 70 },
    ];

    it("compares every tool with ours", () => {
        expect(tableOf(rows)).to.match(/100 ms +100 +cosign +30\.00 +60\.00 +3\.00 +70/);
    });

    it("says how near the goals are that were measured", () => {
        expect(goalsOf(rows)).to.deep.equal([
            "at least 30 times as fast as cosign at 100 ms: 60.00, met",
            "at most 1.5 times the round trips of 32 at once at 100 ms: 1.25, met",
        ]);
    });

    it("does not take a request that is repeated for one more of every image", () => {
        const slower = rows.map((row) =>
            row.tool === "signed-images" ? { ...row, seconds: 0.7, requests: 101 } : row,
        );
        expect(goalsOf(slower)).to.include("at most 1.5 times the round trips of 32 at once at 100 ms: 1.75, missed");
    });
});

describe("the benchmark's command line", () => {
    it("measures everything unless told otherwise", () => {
        expect(readOptions([])).to.deep.include({ images: [1, 10, 100, 500], roundTripsMs: [0, 20, 100], repeat: 3 });
    });

    it("refuses what cannot be measured", () => {
        for (const args of [
            ["--images", "0"],
            ["--images", "1,"],
            ["--round-trips", "-1"],
            ["--tools", "notary"],
        ]) {
            expect(() => readOptions([`${args[0]}=${args[1]}`]), args.join(" ")).to.throw(UsageError);
        }
    });
});
