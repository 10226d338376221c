/** `npm run bench`: verification beside cosign and policy-tester, in one run. */
import { execFile } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";

import { ToolError } from "../tools";
import { HELP, readOptions, UsageError } from "./options";
import { runBench, WrongVerdict } from "./run";
import { goalsOf, tableOf } from "./table";

const PROJECT = path.resolve(__dirname, "..");

/** As an installed user runs it: compiled, with Node on PATH. */
const PROGRAM = [path.join(PROJECT, "node_modules/.bin/node"), path.join(PROJECT, "dist/cli/main.js")];

async function main(): Promise<void> {
    const options = readOptions(process.argv.slice(2));
    if (options === "help") {
        console.log(HELP);
        return;
    }
    await promisify(execFile)("npm", ["run", "--silent", "build"], { cwd: PROJECT });
    const rows = await runBench(options, PROGRAM, ({ tool, images, roundTripMs, seconds }) => {
        console.error(`${tool}, ${images} images, ${roundTripMs} ms: ${seconds.toFixed(2)} s`);
    });
    console.log([tableOf(rows), "", ...goalsOf(rows)].join("\n").trimEnd());
    if (options.output !== undefined) {
        await fs.writeFile(options.output, `${JSON.stringify({ rows }, undefined, 2)}\n`);
    }
}

main().catch((error: unknown) => {
    const isUsage = error instanceof UsageError || error instanceof TypeError;
    const isExpected = isUsage || error instanceof WrongVerdict || error instanceof ToolError;
    console.error(isExpected ? error.message : error);
    process.exitCode = isUsage ? 2 : 1;
});
