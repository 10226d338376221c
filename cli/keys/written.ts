import { readPublicKey } from "../../core/keys";
import { printable } from "../../core/policy/printable";

import type { CosignKeyPairPem } from "../../core/keys";
import type { Surroundings } from "../command";
import type { KeyFiles } from "./files";

/** Says what was written, and what there is to know of it. */
export function reportWritten(
    files: KeyFiles,
    pair: CosignKeyPairPem,
    password: string,
    { stdout, stderr }: Surroundings,
): void {
    const { algorithm, fingerprint, hashAlgorithm, policyControllerRefusal } = readPublicKey(pair.publicKey);
    stdout.write(
        `Wrote ${printable(files.privateKey)} (private, mode 0600) and ${printable(files.publicKey)}: ${algorithm}, fingerprint ${fingerprint}.\n`,
    );
    if (password === "") {
        stderr.write("The password is empty: whoever can read the private key's file can sign.\n");
    }
    if (hashAlgorithm !== undefined) {
        stderr.write(`An authority with this key needs hashAlgorithm: ${hashAlgorithm}.\n`);
    }
    if (policyControllerRefusal !== undefined) {
        stderr.write(`policy-controller will accept nothing that this key signs: ${policyControllerRefusal}\n`);
    }
}
