/** Errors of the operating system. */

/** The code of a system error (`ENOENT`), or undefined for any other. */
export function systemCode(error: unknown): string | undefined {
    return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

const REASONS: ReadonlyMap<string, string> = new Map([
    ["ENOENT", "there is no such file or folder"],
    ["EISDIR", "it is a folder, and a file is needed"],
    ["ENOTDIR", "a part of its path is no folder"],
    ["EACCES", "permission is denied"],
    ["EPERM", "permission is denied"],
    ["EROFS", "the file system is read-only"],
    ["ENOSPC", "the disk is full"],
    ["EBADF", "it is not open"],
    ["ENAMETOOLONG", "the name is too long"],
]);

/** A system error in words. */
export function systemReason(error: unknown): string {
    const code = systemCode(error);
    return code === undefined ? String(error) : (REASONS.get(code) ?? code);
}
