import { openPrivateKey } from "../../core/keys";
import { parse } from "../command";
import { ExitCode, UsageError } from "../errors";
import { readSignerLine } from "./signer-line";

import type { Command, Surroundings } from "../command";
import type * as SignAndJudge from "./sign-and-judge";

const HELP = `Usage: signed-images sign-request [--recursive] IMAGE

Signs an image with a key that comes in on standard input, as the Pulumi component ImageSignature has it done: one line of
JSON, {"privateKey": PEM, "password": TEXT}, with the key in cosign's encrypted form. IMAGE has a digest. An image that
the key has signed already is left as it is. For everything else there is signed-images sign.

Prints one line of JSON, {image, outcome, verdict, reason}: outcome is signed or already-signed, verdict what admission
says of the image for a policy that trusts this key alone.

Options:
  --recursive  sign the images of an index too, one for each platform
  -h, --help   show this

Exit code: 0, 1 for a key that cannot be used and an image that cannot be signed, 2 for wrong arguments and input.`;

/** `signed-images sign-request` */
export const signRequest: Command = {
    name: "sign-request",
    summary: "Sign an image for the component ImageSignature",
    help: HELP,
    run,
};

async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
    const { values, positionals } = parse(args, { recursive: { type: "boolean", default: false } });
    const [image = "", ...others] = positionals;
    if (image === "" || others.length > 0) {
        throw new UsageError("Give one IMAGE.");
    }
    const { privateKey, password } = await readSignerLine(surroundings);
    const key = await openPrivateKey(privateKey, password);
    // What asks registries and verifies signatures takes a while to load, and no other command needs it.
    const { signAndJudge } = require("./sign-and-judge") as typeof SignAndJudge;
    const report = await signAndJudge(image, key, { recursive: values.recursive });
    surroundings.stdout.write(`${JSON.stringify(report)}\n`);
    return ExitCode.Ok;
}
