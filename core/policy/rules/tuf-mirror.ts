import { error } from "../finding";
import { decodeBase64 } from "../go/base64";
import { readTarGz } from "../go/tar";
import { invalid } from "../said";
import { isRecord } from "../shape";

import type { Finding } from "../finding";
import type { PropertyPath } from "../path";

/** What a TUF client reads first (the TUF specification, 5.3 to 5.6), below the prefix that the webhook strips. */
const METADATA = /^\/?(?:repository\/)?(?:\d+\.)?(?<role>root|timestamp|snapshot|targets)\.json$/;

/**
 * A TUF repository in the object: an archive with metadata that has not run out (`Repository.Validate`).
 *
 * The webhook runs a whole TUF client over it. Here the archive, the presence of the metadata and its dates are checked;
 * the signatures are left to the cluster.
 */
export function validateMirror(mirrorFS: string, path: PropertyPath, now: Date = new Date()): Finding[] {
    const place = [...path, "mirrorFS"];
    const files = readTarGz(decodeBase64(mirrorFS) ?? Buffer.alloc(0));
    const found = files === undefined ? "no gzipped tar archive" : metadataProblem(files, now);
    return found === undefined
        ? []
        : [
              error("trust-root-mirror-fs-invalid", place, {
                  found,
                  cluster: invalid("failed to construct a TUF client", place),
                  instead:
                      "Pack the current files of the TUF repository: tar -czf - repository | base64 -w0; the metadata must not have expired.",
              }),
          ];
}

function metadataProblem(files: ReadonlyMap<string, Buffer>, now: Date): string | undefined {
    const metadata = Array.from(files, ([name, bytes]) => ({
        name,
        role: METADATA.exec(name)?.groups?.role,
        expires: expiryOf(bytes),
    }));
    const missing = ["timestamp", "snapshot", "targets"].find((role) => metadata.every((file) => file.role !== role));
    if (missing !== undefined) {
        return `an archive without ${missing}.json`;
    }
    // Of the others older versions may lie in the archive; there is only one timestamp, and it runs out first.
    const expired = metadata.find(
        ({ role, expires }) => role === "timestamp" && expires !== undefined && expires <= now,
    );
    return expired === undefined ? undefined : `${expired.name} has expired`;
}

function expiryOf(bytes: Buffer): Date | undefined {
    try {
        const document: unknown = JSON.parse(bytes.toString("utf8"));
        const signed = isRecord(document) ? document.signed : undefined;
        const expires = isRecord(signed) && typeof signed.expires === "string" ? new Date(signed.expires) : undefined;
        return expires === undefined || Number.isNaN(expires.getTime()) ? undefined : expires;
    } catch {
        return undefined;
    }
}
