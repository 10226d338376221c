/** Gzipped tar archives as Go's archive/tar reads them, so far as `tar` and libraries write them: no sparse files. */

/** A tar header, and the unit that files are padded to. */
const BLOCK = 512;

/** More than any TUF repository needs; what is larger is not unpacked. */
const LARGEST_ARCHIVE_BYTES = 64 * 1024 * 1024;

/** Behind the compressed data stand its checksum and length, which a reader that stops at the end of the tar never sees. */
const GZIP_TRAILER_BYTES = 8;

/** A file or a folder. */
export interface TarEntry {
    name: string;
    isFolder: boolean;
    /** Where its bytes begin in the unpacked archive. */
    offset: number;
    bytes: Buffer;
}

/** What is in a gzipped tar archive, in its order; undefined for what is none. */
export function readTarGz(bytes: Buffer): TarEntry[] | undefined {
    const tar = gunzip(bytes) ?? gunzip(bytes.subarray(0, -GZIP_TRAILER_BYTES));
    return tar === undefined || tar.length === 0 ? undefined : readTar(tar);
}

function gunzip(bytes: Buffer): Buffer | undefined {
    // Loaded here alone: hardly any policy has an archive.
    const { constants, gunzipSync } = process.getBuiltinModule("node:zlib");
    try {
        return gunzipSync(bytes, { maxOutputLength: LARGEST_ARCHIVE_BYTES, finishFlush: constants.Z_SYNC_FLUSH });
    } catch {
        return undefined;
    }
}

function readTar(tar: Buffer): TarEntry[] | undefined {
    const entries: TarEntry[] = [];
    let said: Extension = {};
    for (let offset = 0; offset < tar.length && !isEnd(tar, offset);) {
        const header = tar.subarray(offset, offset + BLOCK);
        const size = number(header, 124, 12);
        if (!isIntact(header) || size === undefined) {
            return undefined;
        }
        const type = typeOf(header);
        const isExtension = EXTENSIONS.has(type);
        const begin = offset + BLOCK;
        const end = begin + (HEADERS_ALONE.has(type) ? 0 : ((isExtension ? undefined : said.size) ?? size));
        if (end > tar.length) {
            return undefined;
        }
        const bytes = tar.subarray(begin, end);
        if (type === "0" || type === "5") {
            entries.push({ name: said.name ?? nameOf(header), isFolder: type === "5", offset: begin, bytes });
        }
        said = isExtension ? { ...said, ...extensionOf(type, bytes) } : {};
        offset = begin + Math.ceil((end - begin) / BLOCK) * BLOCK;
    }
    return entries;
}

/** Two blocks of zeros, or one at the very end. */
function isEnd(tar: Buffer, offset: number): boolean {
    const blocks = tar.subarray(offset, offset + 2 * BLOCK);
    return blocks.length % BLOCK === 0 && blocks.every((byte) => byte === 0);
}

/** Links, devices, folders and pipes, which have no bytes whatever their header says. */
const HEADERS_ALONE: ReadonlySet<string> = new Set("123456");

function typeOf(header: Buffer): string {
    const type = String.fromCharCode(header[156] ?? 0);
    // The oldest form: a file, or a folder where the name ends in a slash.
    return type !== "\0" ? type : nameOf(header).endsWith("/") ? "5" : "0";
}

/** Entries that say something of the one behind them: GNU's long names, and what POSIX has for all that does not fit. */
const EXTENSIONS: ReadonlySet<string> = new Set("LKx");

interface Extension {
    name?: string;
    size?: number;
}

function extensionOf(type: string, bytes: Buffer): Extension {
    if (type === "L") {
        return { name: text(bytes, 0, bytes.length) };
    }
    const records = type === "x" ? bytes.toString("utf8") : "";
    const [, name] = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(records) ?? [];
    const [, size] = /(?:^|\n)\d+ size=(\d+)\n/.exec(records) ?? [];
    return { ...(name !== undefined && { name }), ...(size !== undefined && { size: Number(size) }) };
}

function nameOf(header: Buffer): string {
    const isPosix = header.subarray(257, 263).toString("latin1") === "ustar\0";
    const prefix = isPosix ? text(header, 345, 155) : "";
    return `${prefix}${prefix === "" ? "" : "/"}${text(header, 0, 100)}`;
}

/** Whether the header's sum is right: of its bytes, with blanks in place of the sum itself. */
function isIntact(header: Buffer): boolean {
    const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
    return number(header, 148, 8) === sum;
}

function text(block: Buffer, start: number, length: number): string {
    const field = block.subarray(start, start + length);
    const end = field.indexOf(0);
    return (end < 0 ? field : field.subarray(0, end)).toString("utf8");
}

/** Octal digits; or bytes of the number itself, which the first bit tells. */
function number(header: Buffer, start: number, length: number): number | undefined {
    const field = header.subarray(start, start + length);
    if (((field[0] ?? 0) & 0x80) !== 0) {
        const value = field.subarray(1).reduce((total, byte) => total * 256 + byte, (field[0] ?? 0) & 0x7f);
        return Number.isSafeInteger(value) && field[0] === 0x80 ? value : undefined;
    }
    const [digits = ""] = field
        .toString("latin1")
        .replaceAll(/^[ \0]+|[ \0]+$/g, "")
        .split("\0");
    return /^[0-7]*$/.test(digits) ? parseInt(`0${digits}`, 8) : undefined;
}
