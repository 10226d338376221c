import { execFile } from "node:child_process";

import { fromJson } from "../../core/json";
import { printable } from "../../core/policy/printable";
import { systemCode } from "../../core/system-error";
import { CliError, UsageError } from "../errors";

const TIMEOUT_MS = 120_000;
const MAXIMUM_OUTPUT_BYTES = 1024 * 1024;

/**
 * Reads `STACK#OUTPUT` with the pulumi CLI, which decrypts secrets with whatever the user has set up for the stack. The
 * value passes through a pipe only.
 *
 * @throws UsageError, CliError
 */
export async function readStackOutput(reference: string): Promise<string> {
    const [, stack, output] = /^([^#]+)#([^#]+)$/.exec(reference) ?? [];
    if (stack === undefined || output === undefined || stack.startsWith("-") || output.startsWith("-")) {
        throw new UsageError(`pulumi://${printable(reference)} is not pulumi://STACK#OUTPUT.`);
    }
    const printed = await pulumi(["stack", "output", output, "--stack", stack, "--show-secrets", "--json"], reference);
    const value = fromJson(printed);
    if (typeof value !== "string") {
        throw new CliError(`pulumi://${printable(reference)} is no text.`);
    }
    return value;
}

function pulumi(args: readonly string[], reference: string): Promise<string> {
    const options = { timeout: TIMEOUT_MS, maxBuffer: MAXIMUM_OUTPUT_BYTES };
    return new Promise((resolve, reject) => {
        execFile("pulumi", [...args, "--non-interactive"], options, (error, stdout, stderr) => {
            if (error === null) {
                resolve(stdout);
            } else if (systemCode(error) === "ENOENT") {
                reject(new CliError(`pulumi://${printable(reference)} needs the pulumi CLI, and it is not on PATH.`));
            } else {
                // Of what pulumi printed only what it says of errors: the rest may be the secret.
                const said = stderr.trim().split("\n").at(-1) ?? "";
                reject(new CliError(`pulumi://${printable(reference)} cannot be read: ${printable(said)}`));
            }
        });
    });
}
