import { ToolError } from "./errors";

/** A `go` command that failed. */
export interface Failure {
    /** What was to be built. */
    readonly tool: string;
    /** The folder of its go.mod. */
    readonly module: string;
    /** What `go` wrote on stderr. */
    readonly lines: readonly string[];
    /** How it ended: `exit status 1`, `signal SIGKILL`. */
    readonly ending: string;
    /** The Go version that go.mod wants, where the failure may be about that. */
    readonly required?: string;
}

const SHOWN_LINES = 15;

/**
 * Says which module is at fault, and what to do, from what `go` wrote.
 *
 * There is no other source: `go build` has no machine-readable output for a module that it cannot fetch. The forms
 * are those of cmd/go/internal/modfetch and web (Go 1.26), each seen in a test.
 */
export function explainFailure(failure: Failure): ToolError {
    const text = failure.lines.join("\n");
    const cause = new Error(lastLines(failure));
    for (const { pattern, error } of EXPLANATIONS) {
        const match = pattern.exec(text);
        if (match) return error(failure, match, cause);
    }
    const wasKilled = failure.ending === "signal SIGKILL" || text.includes(KILLED_COMPILER);
    return new ToolError(
        "build-failed",
        `Building ${failure.tool} failed in ${failure.module}:\n${indent(lastLines(failure))}\n` +
            (wasKilled ? `  ${OUT_OF_MEMORY}\n` : "") +
            "  What is pinned is in its go.mod; go build there shows all of it.",
        { cause },
    );
}

interface Explanation {
    readonly pattern: RegExp;
    readonly error: (failure: Failure, match: readonly (string | undefined)[], cause: Error) => ToolError;
}

/** As cmd/go says it of a compiler. */
const KILLED_COMPILER = "signal: killed";
const OUT_OF_MEMORY =
    "Something killed it; where nobody did, there was too little memory. GOMAXPROCS=1 needs the least.";

const EXPLANATIONS: readonly Explanation[] = [
    {
        // go: download go1.99.0 for linux/amd64: toolchain not available
        pattern: /go: download (go\S+)(?: for \S+)?: (.*)/,
        error: ({ required }, [, toolchain, reason], cause) =>
            new ToolError(
                "go-too-old",
                `The Go on PATH is too old, and it could not fetch ${toolchain} itself: ${reason}.\n` +
                    `  Install Go ${required ?? toolchain} or newer from https://go.dev/dl/.`,
                { cause },
            ),
    },
    {
        // github.com/x/y@v1.2.3: reading https://proxy.golang.org/github.com/x/y/@v/v1.2.3.zip: 403 Forbidden
        pattern: /([^\s@]+)@(v[^\s:]+): [^\n]*?reading (\S+): ([45]\d\d[^\n]*)(?:\n\s+server response: ([^\n]*))?/,
        error: (failure, [, module, version, address, status, response], cause) =>
            new ToolError(
                "module-refused",
                `${host(address)} refuses ${module} ${version}, which ${failure.tool} is pinned to: ${status}${response ? ` (${response})` : ""}.\n` +
                    `  Another registry may have it: set GOPROXY (go env GOPROXY shows the one that was asked), and run this again.\n` +
                    `  Else pin another version in ${failure.module}/go.mod (tools/README.md says how).`,
                { cause },
            ),
    },
    {
        pattern: /checksum mismatch|SECURITY ERROR/,
        error: (failure, _match, cause) =>
            new ToolError(
                "module-changed",
                `A module of ${failure.tool} is not what ${failure.module}/go.sum says:\n${indent(lastLines(failure))}\n` +
                    "  Do not build it. Clear the module cache (go clean -modcache) or ask another registry (GOPROXY).",
                { cause },
            ),
    },
    {
        // …: Get "https://proxy.golang.org/…": dial tcp: lookup proxy.golang.org: no such host
        pattern: /(?:Get|Head) "?([a-z]+:\/\/[^"\s]+)"?: ([^\n]*)|module lookup disabled by GOPROXY=off/,
        error: (failure, [line, address, reason], cause) =>
            new ToolError(
                "module-unreachable",
                `The modules of ${failure.tool} could not be fetched: ` +
                    `${address ? `${host(address)} does not answer (${reason})` : line}.\n` +
                    "  Check the network and GOPROXY, and run this again: what was fetched and built so far is kept.",
                { cause },
            ),
    },
    {
        pattern: /no space left on device/i,
        error: (failure, _match, cause) =>
            new ToolError(
                "disk-full",
                `The disk is full: ${failure.tool} could not be built.\n` +
                    "  All tools need some 15 GB: modules (go env GOMODCACHE), build cache (go env GOCACHE), binaries.",
                { cause },
            ),
    },
];

function host(address: string | undefined): string {
    return address && URL.canParse(address) ? new URL(address).host : "The registry";
}

function lastLines({ lines, ending }: Failure): string {
    const telling = lines.filter((line) => line !== "" && !line.startsWith("go: downloading "));
    return telling.length > 0 ? telling.slice(-SHOWN_LINES).join("\n") : `go ended with ${ending}`;
}

function indent(text: string): string {
    return text.replace(/^/gm, "    ");
}
