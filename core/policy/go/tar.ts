/** A tar header, and the unit that files are padded to. */
const BLOCK = 512;

/** More than any TUF repository needs; what is larger is not unpacked. */
const LARGEST_ARCHIVE_BYTES = 64 * 1024 * 1024;

/** The files of a gzipped tar archive by name; undefined for what is none. */
export function readTarGz(bytes: Buffer): Map<string, Buffer> | undefined {
    const tar = gunzip(bytes);
    return tar === undefined ? undefined : readTar(tar);
}

function gunzip(bytes: Buffer): Buffer | undefined {
    // Loaded here alone: hardly any policy has an archive.
    const { gunzipSync } = process.getBuiltinModule("node:zlib");
    try {
        return gunzipSync(bytes, { maxOutputLength: LARGEST_ARCHIVE_BYTES });
    } catch {
        return undefined;
    }
}

function readTar(tar: Buffer): Map<string, Buffer> | undefined {
    const files = new Map<string, Buffer>();
    let offset = 0;
    while (offset + BLOCK <= tar.length && tar.subarray(offset, offset + BLOCK).some((byte) => byte !== 0)) {
        const header = tar.subarray(offset, offset + BLOCK);
        const size = octal(header, 124, 12);
        if (octal(header, 148, 8) !== checksum(header) || Number.isNaN(size)) {
            return undefined;
        }
        const begin = offset + BLOCK;
        if (isFile(header)) {
            files.set(
                `${text(header, 345, 155)}${text(header, 345, 155) === "" ? "" : "/"}${text(header, 0, 100)}`,
                tar.subarray(begin, begin + size),
            );
        }
        offset = begin + Math.ceil(size / BLOCK) * BLOCK;
    }
    return files;
}

function isFile(header: Buffer): boolean {
    return header[156] === 0 || header[156] === "0".charCodeAt(0);
}

/** The sum of the header's bytes, with blanks in place of the sum itself. */
function checksum(header: Buffer): number {
    return header.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 32 : byte), 0);
}

function text(header: Buffer, start: number, length: number): string {
    const field = header.subarray(start, start + length).toString("latin1");
    const end = field.indexOf("\0");
    return end < 0 ? field : field.slice(0, end);
}

function octal(header: Buffer, start: number, length: number): number {
    return parseInt(text(header, start, length).trim(), 8);
}
