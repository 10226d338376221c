#!/usr/bin/env node
/** `signed-images`: policies and keys from the command line. */
import "./node-version";
import "./compile-cache";

import { systemCode, ExitCode } from "./errors";
import { runProgram } from "./program";

// Whoever reads the output may stop early (`| head`).
process.stdout.on("error", (error) => {
    if (systemCode(error) !== "EPIPE") {
        throw error;
    }
});

runProgram(process.argv.slice(2), process)
    .then((exitCode) => {
        process.exitCode = exitCode;
    })
    .catch((error: unknown) => {
        console.error(error);
        process.exitCode = ExitCode.Usage;
    });
