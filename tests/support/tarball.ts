import * as fs from "node:fs";
import * as path from "node:path";
import { PROJECT_FOLDER, run } from "./project";

/**
 * Puts the packed package beside the dependencies that `npm install` would bring.
 *
 * @returns what is in the package
 */
export async function installTarball(folder: string): Promise<string[]> {
    const modules = path.join(folder, "node_modules");
    fs.mkdirSync(modules);
    for (const name of fs.readdirSync(path.join(PROJECT_FOLDER, "node_modules"))) {
        fs.symlinkSync(path.join(PROJECT_FOLDER, "node_modules", name), path.join(modules, name));
    }
    const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: PROJECT_FOLDER });
    // What the build prints comes before the JSON.
    const packed = JSON.parse(stdout.slice(stdout.indexOf("["))) as { filename: string; files: { path: string }[] }[];
    const tarball = packed[0];
    if (tarball === undefined) {
        throw new Error(`npm packed nothing: ${stdout}`);
    }
    await run("tar", ["xzf", path.join(folder, tarball.filename)], { cwd: folder });
    fs.renameSync(path.join(folder, "package"), path.join(modules, "signed-images"));
    return tarball.files.map((file) => file.path);
}
