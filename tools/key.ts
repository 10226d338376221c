import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";

import type { ToolDefinition } from "./catalogue";
import type { GoToolchain } from "./go";

/** Raised when the same input would be built in another way. */
const FORM = 1;

const BUILD_FLAGS = ["-trimpath", "-buildvcs=false"];

/** The arguments of `go` that build a tool, but for where to. */
export function buildArguments(definition: ToolDefinition): string[] {
    const linkerFlags = ["-s", "-w", ...(definition.linkerFlags ?? [])].join(" ");
    return ["build", ...BUILD_FLAGS, "-ldflags", linkerFlags];
}

/**
 * The name of a binary in the cache: a hash of everything that decides it.
 *
 * With `-trimpath` and without cgo that is the source (through go.sum and our own files), the flags and the Go version,
 * and nothing of the folder or the machine: https://go.dev/blog/rebuild.
 */
export function toolKey(definition: ToolDefinition, sources: string, go: GoToolchain): string {
    const decisive = {
        form: FORM,
        arguments: buildArguments(definition),
        package: definition.package,
        embeds: definition.embeds,
        sources,
        go: go.version,
        environment: go.environment,
    };
    return createHash("sha256").update(JSON.stringify(decisive)).digest("hex");
}

/**
 * A hash of a module's go.mod, go.sum and Go files, with those of modules nested in it. What a build copies beside them
 * is left out: go.sum has its hash.
 */
export async function hashSources(folder: string): Promise<string> {
    const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
        .filter((entry) => entry.isFile() && /^go\.(mod|sum)$|\.go$/.test(entry.name))
        .map((entry) => path.join(entry.parentPath, entry.name))
        .sort();
    const hash = createHash("sha256");
    for (const file of files) {
        const content = await fs.readFile(file);
        hash.update(`${path.relative(folder, file).replaceAll(path.sep, "/")} ${content.length}\n`).update(content);
    }
    return hash.digest("hex");
}

/** The Go version that a module asks for. */
export async function requiredGo(folder: string): Promise<string> {
    const text = await fs.readFile(path.join(folder, "go.mod"), "utf8");
    return /^go\s+(\S+)/m.exec(text)?.[1] ?? "1.21";
}
