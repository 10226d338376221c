/** The two files of a key pair: written whole, both or none, and never over others unasked. */
import { randomUUID } from "node:crypto";
import { constants, existsSync, lstatSync } from "node:fs";
import { copyFile, link, open, rename, rm } from "node:fs/promises";

import { printable } from "../../core/policy/printable";
import { systemCode, systemReason } from "../../core/system-error";
import { CliError, UsageError } from "../errors";

import type { CosignKeyPairPem } from "../../core/keys";

const PRIVATE_MODE = 0o600;
const PUBLIC_MODE = 0o644;

/** Where a key pair goes. */
export interface KeyFiles {
    privateKey: string;
    publicKey: string;
}

/** A file that is being put in place. */
interface Placement {
    /** The new content, complete, beside its place. */
    temporary: string;
    place: string;
    /** What stood there, kept until all is done. */
    previous?: string;
    isPlaced: boolean;
}

/** The files of `--out PREFIX`. @throws UsageError */
export function keyFiles(prefix: string): KeyFiles {
    if (/[/\\]$/.test(prefix)) {
        throw new UsageError("--out is the beginning of two file names, not a folder: --out FOLDER/cosign.");
    }
    return { privateKey: `${prefix}.key`, publicKey: `${prefix}.pub` };
}

/**
 * Refuses early, before anybody is asked for a password; writing asks again.
 *
 * @throws CliError where one of the files is there and `force` is not set
 */
export function requireFree({ privateKey, publicKey }: KeyFiles, force: boolean): void {
    const taken = [privateKey, publicKey].find((file) => isThere(file));
    if (taken !== undefined && !force) {
        throw alreadyThere(taken);
    }
}

/**
 * Writes both files. Each appears with its whole content and its mode at once; when the second cannot be written, the
 * first is taken away again, or what it replaced is put back.
 *
 * @throws CliError
 */
export async function writeKeyFiles(files: KeyFiles, pair: CosignKeyPairPem, force: boolean): Promise<void> {
    const suffix = `${randomUUID()}.tmp`;
    const placements = [files.privateKey, files.publicKey].map((place): Placement => {
        return { temporary: `${place}.${suffix}`, place, isPlaced: false };
    });
    const [privateHalf, publicHalf] = placements as [Placement, Placement];
    try {
        await writeNew(privateHalf.temporary, pair.privateKey, PRIVATE_MODE);
        await writeNew(publicHalf.temporary, pair.publicKey, PUBLIC_MODE);
        for (const placement of placements) {
            await (force ? replace(placement) : create(placement));
        }
    } catch (error) {
        for (const placement of placements) {
            await undo(placement);
        }
        throw error instanceof CliError
            ? error
            : new CliError(
                  `${printable(files.privateKey)} and ${printable(files.publicKey)} cannot be written: ${systemReason(error)}. Nothing was changed.`,
              );
    } finally {
        for (const { temporary, previous } of placements) {
            // Where its name is too long, there is none, and taking it away fails as well.
            for (const file of [temporary, previous ?? temporary].filter((name) => existsSync(name))) {
                await rm(file, { force: true });
            }
        }
    }
}

async function writeNew(file: string, content: string, mode: number): Promise<void> {
    const handle = await open(file, "wx", mode);
    try {
        // The mode of `open` is subject to the umask.
        await handle.chmod(mode);
        await handle.writeFile(content);
        await handle.sync();
    } finally {
        await handle.close();
    }
}

/** A hard link is the one way to give a complete file a name that must be free. */
async function create(placement: Placement): Promise<void> {
    const { temporary, place } = placement;
    try {
        await linkOrCopy(temporary, place);
    } catch (error) {
        throw systemCode(error) === "EEXIST" ? alreadyThere(place) : error;
    }
    placement.isPlaced = true;
}

async function replace(placement: Placement): Promise<void> {
    const { temporary, place } = placement;
    if (isThere(place)) {
        if (lstatSync(place).isDirectory()) {
            throw new CliError(`${printable(place)} is a folder. Choose another --out.`);
        }
        const previous = `${temporary}.previous`;
        await linkOrCopy(place, previous);
        placement.previous = previous;
    }
    await rename(temporary, place);
    placement.isPlaced = true;
}

async function undo({ place, previous, isPlaced }: Placement): Promise<void> {
    if (isPlaced && previous !== undefined) {
        await rename(previous, place);
    } else if (isPlaced) {
        await rm(place, { force: true });
    }
}

/** Some file systems have no hard links. */
async function linkOrCopy(from: string, to: string): Promise<void> {
    try {
        await link(from, to);
    } catch (error) {
        if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(systemCode(error) ?? "")) {
            throw error;
        }
        await copyFile(from, to, constants.COPYFILE_EXCL);
    }
}

/** Also a symbolic link that leads nowhere. @throws CliError where no file of this name can be */
function isThere(file: string): boolean {
    try {
        return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
    } catch (error) {
        throw new CliError(`${printable(file)} cannot be written: ${systemReason(error)}.`);
    }
}

function alreadyThere(file: string): CliError {
    return new CliError(
        `${printable(file)} is there already, and nothing was written. Choose another --out; --force replaces both files, and a private key that is replaced is gone.`,
    );
}
