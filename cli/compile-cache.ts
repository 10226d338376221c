/**
 * Keeps what was compiled for the next run, which then starts in half the time. Loaded before everything that takes time.
 *
 * In a folder of the user's: Node's own choice is a shared one, where somebody else could leave code. The program does without
 * where it cannot be written; NODE_COMPILE_CACHE and NODE_DISABLE_COMPILE_CACHE have the last word.
 */
import { createHash } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire, enableCompileCache } from "node:module";
import { homedir } from "node:os";
import * as path from "node:path";
import { constants, Script } from "node:vm";

import { ExitCode } from "./errors";

const { XDG_CACHE_HOME = "" } = process.env;
const caches = path.isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : path.join(homedir(), ".cache");

/** One for each version of Node; undefined where there is none. */
const { directory } = enableCompileCache(path.join(caches, "signed-images", "compiled"));

const DIGEST_BYTES = 32;

/**
 * Loads a CommonJS module with all functions that an earlier run of the same command compiled. Node's cache keeps those alone that
 * are compiled when the file is read, and compiling the others takes as long as verifying 50 images.
 *
 * @param file its absolute path; one that is not JavaScript is left to `require`
 * @param command names what is kept
 */
export function loadCompiled(file: string, command: string): unknown {
    if (directory === undefined || path.extname(file) !== ".js" || !/^[a-z-]+$/.test(command)) {
        return require(file);
    }
    const source = readFileSync(file, "utf8");
    const digest = createHash("sha256").update(source).digest();
    const keptIn = path.join(directory, `${command}.program`);
    const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
        filename: file,
        cachedData: readKept(keptIn, digest),
        importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    if (script.cachedDataRejected !== false) {
        // At the end, when all that the command needs is compiled. What ends with 2 has needed little of it.
        process.once("exit", (exitCode) => {
            if (exitCode !== ExitCode.Usage) {
                keep(keptIn, Buffer.concat([digest, script.createCachedData()]));
            }
        });
    }
    const module = { exports: {} };
    const run = script.runInThisContext() as (...parts: unknown[]) => void;
    run(module.exports, createRequire(file), module, file, path.dirname(file));
    return module.exports;
}

/** V8 itself looks at the length of the source alone, so the digest stands in front. */
function readKept(file: string, digest: Buffer): Buffer | undefined {
    try {
        const kept = readFileSync(file);
        return kept.subarray(0, DIGEST_BYTES).equals(digest) ? kept.subarray(DIGEST_BYTES) : undefined;
    } catch {
        return undefined;
    }
}

function keep(file: string, content: Buffer): void {
    const unfinished = `${file}.${process.pid}`;
    try {
        writeFileSync(unfinished, content, { mode: 0o600 });
        renameSync(unfinished, file);
    } catch {
        rmSync(unfinished, { force: true });
    }
}
