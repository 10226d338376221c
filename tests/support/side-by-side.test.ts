import { expect } from "chai";
import { sideBySide, summaryOf, type TestRun } from "./side-by-side";

/** A run of tests that says this after so many milliseconds. */
function saying(text: string, afterMs = 0): TestRun {
    return {
        file: process.execPath,
        args: ["-e", `setTimeout(() => console.log(${JSON.stringify(text)}), ${afterMs})`],
    };
}

describe("tests beside one another", () => {
    it("are counted together, and shown one run after another", async () => {
        const shown: string[] = [];
        const runs = [saying("first\n1 passed, 0 failed", 500), saying("second\n20 passed, 3 failed, 4 skipped")];
        const counts = await sideBySide(runs, (text) => shown.push(text));
        expect(counts).to.deep.equal({ passed: 21, failed: 3, skipped: 4 });
        expect(summaryOf(counts)).to.equal("21 passed, 3 failed, 4 skipped");
        expect(shown.join("")).to.match(/^first[^]*second/);
    });

    it("are not taken for passed where one run says nothing", async () => {
        const outcome = sideBySide([saying("1 passed, 0 failed"), saying("out of memory")], () => undefined);
        const problem = await outcome.catch((error: unknown) => error);
        expect(problem).to.be.an("error").with.property("message").that.includes("without saying");
    });
});
