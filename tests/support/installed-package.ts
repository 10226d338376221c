import * as fs from "node:fs";
import * as path from "node:path";
import { PROJECT_FOLDER, run } from "./project";

/**
 * Puts the packed package into a folder's `node_modules`, beside the dependencies that `npm install` would bring.
 *
 * @returns the paths of its files
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
    linkProgram(modules);
    return tarball.files.map((file) => file.path);
}

/** As `npm install` does with `bin`. */
function linkProgram(modules: string): void {
    const programs = path.join(modules, ".bin");
    const own = fs.readdirSync(programs).filter((name) => name !== "signed-images");
    fs.unlinkSync(programs);
    fs.mkdirSync(programs);
    for (const name of own) {
        fs.symlinkSync(path.join(PROJECT_FOLDER, "node_modules", ".bin", name), path.join(programs, name));
    }
    const program = path.join("..", "signed-images", "dist", "cli", "main.js");
    fs.symlinkSync(program, path.join(programs, "signed-images"));
    fs.chmodSync(path.join(programs, program), 0o755);
}
