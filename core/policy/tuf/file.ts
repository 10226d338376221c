import { createHash } from "node:crypto";

/** What targets say of a file. */
export interface TargetMeta {
    length: number;
    hashes: Readonly<Record<string, string>> | null;
}

/** What metadata says of other metadata. */
export interface FileMeta extends Partial<TargetMeta> {
    version: number;
}

/** Whether bytes have the length and all the hashes that are written of them. */
export function isFile(bytes: Buffer, { length, hashes }: Partial<TargetMeta>): boolean {
    return (
        (length === undefined || length === bytes.length) &&
        Object.entries(hashes ?? {}).every(
            ([algorithm, hash]) =>
                ["sha256", "sha512"].includes(algorithm) && createHash(algorithm).update(bytes).digest("hex") === hash,
        )
    );
}
