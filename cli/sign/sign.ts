import { KEY_HELP, PASSWORD_FROM_HELP } from "./key-source";
import { KEYLESS_HELP } from "./keyless-options";
import { SIGNING_HELP } from "./options";

import type * as RunSign from "./run-sign";
import type { Command } from "../command";

const HELP = `Usage: signed-images sign --key SOURCE [OPTION …] IMAGE…
       signed-images sign --keyless [OPTION …] IMAGE…

Signs images in cosign's legacy form, the one that policy-controller verifies, and adds the signature to those that are
there. A tag is read once, and its digest is signed and printed. What this key has signed already stays as it is.

Options:
${SIGNING_HELP}
  -a, --annotation NAME=VALUE
                          something that is signed with the digest; may be given more than once
  --format legacy|bundle  bundle is cosign v3's own form, which policy-controller does not verify with a key; legacy if not
                          given
  --policy FILE           ClusterImagePolicies: say what they say of the images once they are signed; may be given more than
                          once
  -h, --help              show this

${KEYLESS_HELP}

${KEY_HELP}

${PASSWORD_FROM_HELP}

Exit code: 0, 1 where an image could not be signed, for a key that cannot be used, and where a policy refuses, 2 for wrong
arguments, and for a key or a password that cannot be read, 3 where a policy's verdict is unknown.`;

/** `signed-images sign` */
export const sign: Command = {
    name: "sign",
    summary: "Sign images so that policy-controller verifies them",
    help: HELP,
    run(args, surroundings) {
        // What speaks to registries takes a while to load, and the commands beside it do not need it.
        const { runSign } = require("./run-sign") as typeof RunSign;
        return runSign(args, surroundings);
    },
};
