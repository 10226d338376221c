import { posix } from "node:path";

import { isFile } from "./file";
import { fieldOf } from "./metadata";
import { refuse } from "./refusal";

import type { TrustedMetadata } from "./client";
import type { Mirror } from "./mirror";

const PACK_TARGETS =
    "Pack the targets beside the metadata, in the folder targets, by the names that the repository has for them.";

/**
 * The bytes of a target. Targets of delegated roles are not looked for.
 *
 * @param folder where the targets are
 * @throws MirrorRefusal where the file is missing or another one
 */
export function readTarget(mirror: Mirror, { root, targets }: TrustedMetadata, folder: string, target: string): Buffer {
    const meta = fieldOf(targets.signed.targets, target) ?? refuse(`a repository without the target ${target}`);
    const { dir, base } = posix.parse(posix.join(folder, target));
    const hashes = Object.values(meta.hashes ?? {});
    const names = root.signed.consistent_snapshot ? hashes.map((hash) => `${hash}.${base}`) : [base];
    const paths = names.map((name) => posix.join(dir, name));
    for (const path of paths) {
        const bytes = mirror.read(path);
        if (bytes !== undefined) {
            return isFile(bytes, meta) ? bytes : refuse(`${path} with other bytes than the targets say`);
        }
    }
    return refuse(`an archive without ${paths.join(" or ")}`, PACK_TARGETS);
}
