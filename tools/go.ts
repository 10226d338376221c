import { runCommand } from "./command";
import { ToolError, throwIfAborted } from "./errors";
import { explainFailure } from "./failure";
import { isOlder } from "./versions";

/** The Go that builds, and whatever of it decides what comes out. */
export interface GoToolchain {
    /** Such as `go1.26.8`. */
    readonly version: string;
    /** Added to the user's environment for each build. */
    readonly environment: Readonly<Record<string, string>>;
}

/** As `go env -json` names them; the last ones choose instructions, so they change a binary. */
interface GoEnvironment {
    readonly GOVERSION: string;
    readonly GOHOSTOS: string;
    readonly GOHOSTARCH: string;
    readonly GOTOOLCHAIN: string;
    readonly GOAMD64: string;
    readonly GOARM64: string;
    readonly GOEXPERIMENT: string;
}

const VARIABLES: readonly (keyof GoEnvironment)[] = [
    "GOVERSION",
    "GOHOSTOS",
    "GOHOSTARCH",
    "GOTOOLCHAIN",
    "GOAMD64",
    "GOARM64",
    "GOEXPERIMENT",
];

export interface FindGoOptions {
    /** A folder with a go.mod that says `required`: Go may switch to a newer toolchain because of it. */
    readonly folder: string;
    readonly required: string;
    readonly environment: NodeJS.ProcessEnv;
    readonly report?: (line: string) => void;
    readonly signal?: AbortSignal;
}

/**
 * Asks `go` on PATH what it is.
 *
 * Where it is older than go.mod wants, Go itself fetches a newer toolchain through the module proxy, unless
 * GOTOOLCHAIN=local forbids it (https://go.dev/doc/toolchain); `go env` runs the newer one then, so its answer is that
 * of the Go that will build.
 */
export async function findGo(options: FindGoOptions): Promise<GoToolchain> {
    const { folder, required, environment, report, signal } = options;
    const outcome = await runCommand("go", ["env", "-json", ...VARIABLES], {
        folder,
        environment,
        signal,
        onErrorLine: (line) => {
            if (line.startsWith("go: downloading go")) report?.(`${line} (the Go here is older than go.mod wants)`);
        },
    }).catch((error: unknown) => {
        throw goMissing(required, error);
    });
    throwIfAborted(signal);
    if (!outcome.succeeded)
        throw explainFailure({
            tool: "go",
            module: folder,
            lines: outcome.errorLines,
            ending: outcome.ending,
            required,
        });
    const go = JSON.parse(outcome.output) as GoEnvironment;
    if (isOlder(go.GOVERSION, required)) throw goTooOld(go, required);
    return {
        version: go.GOVERSION,
        environment: {
            // A binary for this machine, whatever the user cross-compiles for elsewhere.
            GOOS: go.GOHOSTOS,
            GOARCH: go.GOHOSTARCH,
            GOAMD64: go.GOAMD64,
            GOARM64: go.GOARM64,
            GOEXPERIMENT: go.GOEXPERIMENT,
            // No C compiler needed, and nothing of the machine's C library in the binary.
            CGO_ENABLED: "0",
            // The committed go.mod and go.sum decide, nothing that a build would write into them.
            GOFLAGS: "-mod=readonly",
            GOWORK: "off",
        },
    };
}

function goMissing(required: string, cause: unknown): ToolError {
    return new ToolError(
        "go-missing",
        `There is no Go on PATH. Go ${required} or newer builds the tools of this project.\n` +
            "  Install it from https://go.dev/dl/, or put its bin folder on PATH, and run this again.",
        { cause },
    );
}

function goTooOld(go: GoEnvironment, required: string): ToolError {
    return new ToolError(
        "go-too-old",
        `The Go on PATH is ${go.GOVERSION.replace(/^go/, "")}; Go ${required} or newer builds the tools of this project.\n` +
            `  Install it from https://go.dev/dl/, or let Go fetch it: GOTOOLCHAIN=auto (it is ${go.GOTOOLCHAIN}).`,
    );
}
