import * as fs from "node:fs";

/**
 * As docs/recovery.md has it, where an engine was killed while a backend of files wrote the state: takes the copy before it, and
 * does without the attributes beside it, which are written after the file.
 *
 * @param file `STACK.json`
 */
export function mendStateFile(file: string): void {
    if (!isJson(file)) {
        fs.copyFileSync(`${file}.bak`, file);
    }
    if (fs.existsSync(`${file}.attrs`) && !isJson(`${file}.attrs`)) {
        fs.rmSync(`${file}.attrs`);
    }
}

function isJson(file: string): boolean {
    try {
        JSON.parse(fs.readFileSync(file, "utf8"));
        return true;
    } catch {
        return false;
    }
}
