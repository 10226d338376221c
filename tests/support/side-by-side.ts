import { spawn } from "node:child_process";

/** What a run of tests came to. */
export interface Counts {
    passed: number;
    failed: number;
    skipped: number;
}

/** A program that runs tests, and ends with the line of `tests/support/reporter.ts`. */
export interface TestRun {
    file: string;
    args: readonly string[];
}

/**
 * Runs tests beside one another. The first run is shown as it goes, the others when they are through.
 *
 * @throws Error where a run ends without its line: nobody knows what it came to
 */
export async function sideBySide(runs: readonly TestRun[], show: (text: string) => void): Promise<Counts> {
    const reports = runs.map((run, index) => reportOf(run, index === 0 ? show : () => undefined));
    const all: Counts[] = [];
    for (const [index, report] of reports.entries()) {
        const text = await report;
        if (index > 0) {
            show(text);
        }
        all.push(countsOf(text));
    }
    return all.reduce((sum, each) => ({
        passed: sum.passed + each.passed,
        failed: sum.failed + each.failed,
        skipped: sum.skipped + each.skipped,
    }));
}

/** The line that ends a report of tests. */
export function summaryOf({ passed, failed, skipped }: Counts): string {
    return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

function reportOf({ file, args }: TestRun, onText: (text: string) => void): Promise<string> {
    return new Promise((resolve, reject) => {
        const child = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
        let text = "";
        child.stdout.setEncoding("utf8").on("data", (piece: string) => {
            text += piece;
            onText(piece);
        });
        child.once("error", reject);
        child.once("close", () => {
            resolve(text);
        });
    });
}

function countsOf(report: string): Counts {
    const line = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(report.trimEnd().split("\n").at(-1) ?? "");
    if (line === null) {
        throw new Error("a test run ended without saying what it came to");
    }
    const [passed = 0, failed = 0, skipped = 0] = line.slice(1).map((digits?: string) => Number(digits ?? 0));
    return { passed, failed, skipped };
}
