/** The policies given with `--policy`, asked before anything is signed whether the key is of any use. */
import { Readable } from "node:stream";

import { policiesWithoutKey } from "../../core/admission";
import { sortObjects } from "../../core/admission/objects";
import { readPublicKey } from "../../core/keys";
import { referenceName } from "../../core/registry";
import { SigningError } from "../../core/signatures/sign/errors";
import { readInput, STDIN } from "../input";
import { readYamlFile } from "../yaml-file";

import type { KeyObject } from "node:crypto";
import type { SignedImage } from "../../core/signatures";
import type { Surroundings } from "../command";

/** Asks for one image. @throws SigningError `key-in-no-authority` */
export type KeyUse = (image: SignedImage) => void;

/**
 * @param files of policies; they are read also where there is no key, so that one that cannot be is noticed before anything is signed
 * @param key the public key, if there is one
 * @throws CliError
 */
export async function keyUseIn(
    files: readonly string[],
    key: KeyObject | undefined,
    { stdin }: Pick<Surroundings, "stdin">,
): Promise<KeyUse> {
    const documents = await Promise.all(files.map((file) => readYamlFile(file, stdin)));
    const rules = sortObjects(documents.flat());
    const fingerprint = key && readPublicKey(key.export({ type: "spki", format: "pem" }).toString()).fingerprint;
    return (image) => {
        const [name, ...others] = fingerprint === undefined ? [] : policiesWithoutKey(rules, image, fingerprint);
        if (name !== undefined) {
            throw new SigningError(
                "key-in-no-authority",
                `The cluster would refuse ${referenceName({ ...image.repository, digest: image.digest })} with a signature of this key: no authority of ${[name, ...others].join(" and ")} has it. Nothing was signed. Sign with a key of an authority, or add this one to the policy.`,
            );
        }
    };
}

/** The same surroundings, with a standard input that can be read any number of times, where a file of policies is it. */
export async function rereadable(surroundings: Surroundings, files: readonly string[]): Promise<() => Surroundings> {
    if (!files.includes(STDIN)) {
        return () => surroundings;
    }
    const bytes = await readInput(STDIN, surroundings.stdin);
    return () => ({ ...surroundings, stdin: Readable.from([bytes]) });
}
