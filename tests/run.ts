/**
 * `npm test`: what starts policy-controller, whose ports are fixed, one after another, and beside it everything else. The former
 * waits more than it works.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { sideBySide, summaryOf } from "./support/side-by-side";

const MOCHA = path.resolve(__dirname, "../node_modules/mocha/bin/mocha.js");
const ONE_AFTER_ANOTHER = "tests/{cluster,sandbox}/**/*.test.ts";

const mocha = (...args: string[]) => ({ file: process.execPath, args: [MOCHA, ...args, ...process.argv.slice(2)] });

async function runTests(): Promise<void> {
    // Tests look for what others leave behind: sandboxes beside theirs are none of their business.
    const TMPDIR = fs.mkdtempSync(path.join(os.tmpdir(), "signed-images-tests-"));
    try {
        const others = mocha("tests/**/*.test.ts", "--ignore", ONE_AFTER_ANOTHER);
        const runs = [mocha(ONE_AFTER_ANOTHER), { ...others, env: { ...process.env, TMPDIR } }];
        const counts = await sideBySide(runs, (text) => process.stdout.write(text));
        console.log(`\n${summaryOf(counts)}`);
        process.exitCode = counts.failed > 0 ? 1 : 0;
    } finally {
        fs.rmSync(TMPDIR, { recursive: true, force: true });
    }
}

runTests().catch((problem: unknown) => {
    console.error(problem);
    process.exitCode = 1;
});
