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
