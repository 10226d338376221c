import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { pipeline } from "node:stream/promises";

/** What is known of a finished binary. */
interface Receipt {
    readonly key: string;
    readonly size: number;
    readonly sha256: string;
}

/** A place for one binary: in the user's cache, or in the project. */
export interface Place {
    readonly binary: string;
    readonly receipt: string;
}

/** The user's cache has a folder for each key, so that a binary and its receipt appear in one rename. */
export function cachePlace(cache: string, key: string, name: string): Place {
    return { binary: path.join(cache, key, name), receipt: path.join(cache, key, "receipt.json") };
}

/**
 * Whether a place holds the binary of this key.
 *
 * By its receipt and size: hashing all tools at each start would cost a second. The content is compared once for each
 * clone, when it is taken over (see {@link takeOver}).
 */
export async function holds(place: Place, key: string): Promise<boolean> {
    const receipt = await readReceipt(place.receipt);
    if (receipt?.key !== key) return false;
    const stat = await fs.stat(place.binary).catch(() => undefined);
    return stat?.isFile() === true && stat.size === receipt.size;
}

/** Writes the receipt of a binary that was just built. */
export async function writeReceipt(place: Place, key: string): Promise<void> {
    const { size } = await fs.stat(place.binary);
    const receipt: Receipt = { key, size, sha256: await hashFile(place.binary) };
    await fs.writeFile(place.receipt, `${JSON.stringify(receipt)}\n`);
}

/**
 * Puts the cache's binary into the project, as a hard link, or as a copy where the cache is on another disk.
 *
 * @returns false where the cache's binary is damaged; it is then removed, to be built again.
 */
export async function takeOver(from: Place, to: Place): Promise<boolean> {
    const receipt = await readReceipt(from.receipt);
    const found = await hashFile(from.binary).catch(() => undefined);
    if (!receipt || found !== receipt.sha256) {
        await fs.rm(path.dirname(from.binary), { recursive: true, force: true });
        return false;
    }
    await fs.mkdir(path.dirname(to.binary), { recursive: true });
    await fs.mkdir(path.dirname(to.receipt), { recursive: true });
    // Without a receipt nothing counts, so whatever interrupts this, no wrong binary is ever taken for the right one.
    await fs.rm(to.receipt, { force: true });
    const unique = `.${process.pid}-${process.hrtime.bigint()}`;
    await fs.link(from.binary, to.binary + unique).catch(() => fs.copyFile(from.binary, to.binary + unique));
    await fs.rename(to.binary + unique, to.binary);
    await fs.copyFile(from.receipt, to.receipt + unique);
    await fs.rename(to.receipt + unique, to.receipt);
    return true;
}

async function readReceipt(file: string): Promise<Receipt | undefined> {
    try {
        return JSON.parse(await fs.readFile(file, "utf8")) as Receipt;
    } catch {
        return undefined;
    }
}

async function hashFile(file: string): Promise<string> {
    const hash = createHash("sha256");
    await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
    return hash.digest("hex");
}
