/** What each exit code means; scripts rely on it. */
export const ExitCode = {
    Ok: 0,
    /** The program did its work, and what it was given is not in order: errors in a policy, a key that cannot be used. */
    Failed: 1,
    /** The program could not do its work: wrong arguments, no password, a file that cannot be read or written. */
    Usage: 2,
    /** The program did its work, and could not find out everything that it was asked. */
    Undecided: 3,
    /** 128 + SIGINT, as shells count it. */
    Interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Ends a command with a message for the user, and without a stack trace. */
export class CliError extends Error {
    public override readonly name: string = "CliError";

    /**
     * @param message what is wrong, then what to do
     * @param exitCode what the program ends with
     */
    public constructor(
        message: string,
        public readonly exitCode: ExitCode = ExitCode.Usage,
    ) {
        super(message);
    }
}

/** Arguments that the command does not take. The message names the argument. */
export class UsageError extends CliError {
    public override readonly name = "UsageError";
}

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
