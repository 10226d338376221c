import * as fs from "node:fs/promises";
import * as path from "node:path";
import { ensureTools } from "../../../tools";
import { run } from "../../support/project";

/** Pushes an image of nothing. @returns `HOST/REPOSITORY:1`. */
export async function pushByTag(registry: string, repository: string, directory: string): Promise<string> {
    const { crane } = await ensureTools(["crane"]);
    const layer = path.join(directory, "layer.tar");
    // An empty tar archive: two blocks of zeros.
    await fs.writeFile(layer, Buffer.alloc(1024));
    const tag = `${registry}/${repository}:1`;
    await run(crane, ["append", "--oci-empty-base", "--new_layer", layer, "--new_tag", tag]);
    return tag;
}
