/**
 * `npm test`: what starts policy-controller, whose ports are fixed, one after another, and beside it everything else. The former
 * waits more than it works.
 */
import * as path from "node:path";
import { sideBySide, summaryOf } from "./support/side-by-side";

const MOCHA = path.resolve(__dirname, "../node_modules/mocha/bin/mocha.js");
const ONE_AFTER_ANOTHER = "tests/{cluster,sandbox}/**/*.test.ts";

const mocha = (...args: string[]) => ({ file: process.execPath, args: [MOCHA, ...args, ...process.argv.slice(2)] });

sideBySide([mocha(ONE_AFTER_ANOTHER), mocha("tests/**/*.test.ts", "--ignore", ONE_AFTER_ANOTHER)], (text) =>
    process.stdout.write(text),
)
    .then((counts) => {
        console.log(`\n${summaryOf(counts)}`);
        process.exitCode = counts.failed > 0 ? 1 : 0;
    })
    .catch((problem: unknown) => {
        console.error(problem);
        process.exitCode = 1;
    });
