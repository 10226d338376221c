#!/usr/bin/env node
/** `signed-images`: policies and keys from the command line. */
import "./node-version";
import { systemCode, systemReason } from "../core/system-error";
import { loadCompiled } from "./compile-cache";
import { ExitCode } from "./errors";

import type * as Program from "./program";

const { runProgram } = loadCompiled(require.resolve("./program"), process.argv[2] ?? "") as typeof Program;

let isUnwritten = false;
for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error) => {
        // Whoever reads the output may stop early (`| head`).
        if (systemCode(error) === "EPIPE") {
            return;
        }
        isUnwritten = true;
        process.exitCode = ExitCode.Usage;
        if (stream === process.stdout) {
            process.stderr.write(`signed-images: standard output cannot be written: ${systemReason(error)}.\n`);
        }
    });
}

runProgram(process.argv.slice(2), process)
    .then((exitCode) => {
        process.exitCode = isUnwritten ? ExitCode.Usage : exitCode;
    })
    .catch((error: unknown) => {
        console.error(error);
        process.exitCode = ExitCode.Usage;
    });
