import { PREDICATE_TYPE_NAMES } from "../../core/signatures/predicate-types";
import { KEY_HELP, PASSWORD_FROM_HELP } from "./key-source";
import { KEYLESS_HELP } from "./keyless-options";
import { SIGNING_HELP } from "./options";

import type * as RunAttest from "./run-attest";
import type { Command } from "../command";

const HELP = `Usage: signed-images attest --key SOURCE --type TYPE --predicate FILE [OPTION …] IMAGE…
       signed-images attest --keyless --type TYPE --predicate FILE [OPTION …] IMAGE…

Attests something of images in cosign's legacy form, the one that the attestations of a policy are verified in.
What this key has attested already stays as it is.

Options:
  --type TYPE             what FILE is: a URI, or one of
                          ${PREDICATE_TYPE_NAMES.join(", ")}
  --predicate FILE        the predicate alone, as JSON (any text for custom); - is standard input
${SIGNING_HELP}
  --policy FILE           ClusterImagePolicies: say what they say of the images then; may be given more than once
  -h, --help              show this

${KEYLESS_HELP}

${KEY_HELP}

${PASSWORD_FROM_HELP}

Exit code: 0, 1 where an image could not be attested, for a key that cannot be used, and where a policy refuses, 2 for wrong
arguments, and for files, keys and passwords that cannot be read, 3 where a policy's verdict is unknown.`;

/** `signed-images attest` */
export const attest: Command = {
    name: "attest",
    summary: "Attest something of images so that policy-controller verifies it",
    help: HELP,
    run(args, surroundings) {
        // What speaks to registries takes a while to load, and the commands beside it do not need it.
        const { runAttest } = require("./run-attest") as typeof RunAttest;
        return runAttest(args, surroundings);
    },
};
