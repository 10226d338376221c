import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parse } from "yaml";

import { SandboxError, messageOf } from "./errors";

/** What a chart says of itself. */
export interface ChartMetadata {
    name: string;
    version: string;
}

/**
 * Looks into a chart before anything is started for it.
 *
 * @throws SandboxError `chart-missing` when there is nothing, `chart-invalid` when it is no chart of policy-controller.
 */
export function checkPolicyControllerChart(path: string): ChartMetadata {
    if (!existsSync(path)) {
        throw new SandboxError("chart-missing", `There is no chart at ${path}.`);
    }
    const { name, version } = readMetadata(path);
    if (name !== "policy-controller") {
        throw new SandboxError(
            "chart-invalid",
            `${path} is the chart of ${name ?? "something without a name"}, not of policy-controller.`,
        );
    }
    return { name, version: version ?? "of an unknown version" };
}

function readMetadata(path: string): Partial<ChartMetadata> {
    try {
        const text = statSync(path).isDirectory()
            ? readFileSync(join(path, "Chart.yaml"), "utf8")
            : readFromArchive(readFileSync(path));
        return (parse(text) ?? {}) as Partial<ChartMetadata>;
    } catch (cause) {
        throw new SandboxError(
            "chart-invalid",
            `${path} is no Helm chart, neither a folder with a Chart.yaml nor a packaged .tgz: ${messageOf(cause)}`,
            { cause },
        );
    }
}

const BLOCK_BYTES = 512;

/* A packaged chart is a gzipped tar with one folder. A tar header has the name at 0 and the size, in octal, at 124. */
function readFromArchive(archive: Buffer): string {
    const tar = gunzipSync(archive);
    for (let offset = 0; offset + BLOCK_BYTES <= tar.length;) {
        const name = textAt(tar, offset, 100);
        const size = Number.parseInt(textAt(tar, offset + 124, 12) || "0", 8);
        const content = offset + BLOCK_BYTES;
        if (/^(\.\/)?[^/]+\/Chart\.yaml$/.test(name)) {
            return tar.toString("utf8", content, content + size);
        }
        offset = content + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
    }
    throw new Error("the archive has no Chart.yaml");
}

function textAt(buffer: Buffer, offset: number, length: number): string {
    return buffer
        .toString("latin1", offset, offset + length)
        .replace(/\0.*$/s, "")
        .trim();
}
