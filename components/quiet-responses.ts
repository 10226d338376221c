import { RegisterResourceResponse } from "@pulumi/pulumi/proto/resource_pb";

/**
 * Keeps the engine's answers out of debug messages.
 *
 * The SDK sends each answer of the engine, secrets in clear, as a debug message ("RegisterResource RPC finished",
 * sdk/nodejs/runtime/resource.ts), and the engine hands debug messages on to whoever asks for its events: `pulumi up
 * --json`, `--event-log`, the Automation API's `onEvent`, and `--debug`. A message of the answer's type is all that is
 * taken away.
 */
export function keepAnswersOutOfDebugMessages(): void {
    RegisterResourceResponse.prototype.toString = () => "[not shown: it may hold secrets]";
}
