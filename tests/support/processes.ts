import * as fs from "node:fs";

const SAMPLE_INTERVAL_MS = 100;

/** The command lines and environments of every process that can be seen, NUL between the words. */
export function commandLinesAndEnvironments(): string[] {
    return processFolders().flatMap((folder) => [readIfThere(`${folder}/cmdline`), readIfThere(`${folder}/environ`)]);
}

/** Processes that have a text in their command line. */
export function processesWith(text: string): string[] {
    return processFolders()
        .map((folder) => readIfThere(`${folder}/cmdline`).replaceAll("\0", " "))
        .filter((line) => line.includes(text));
}

/** Kills the processes that have all of these texts in their command line. */
export function killProcessesWith(...texts: readonly string[]): void {
    for (const folder of processFolders()) {
        const line = readIfThere(`${folder}/cmdline`).replaceAll("\0", " ");
        if (texts.every((text) => line.includes(text))) {
            process.kill(Number(folder.slice("/proc/".length)), "SIGKILL");
        }
    }
}

/** Kills the processes that have a variable of this value in their environment. */
export function killProcessesWithVariable(name: string, value: string): void {
    for (const folder of processFolders()) {
        if (readIfThere(`${folder}/environ`).split("\0").includes(`${name}=${value}`)) {
            process.kill(Number(folder.slice("/proc/".length)), "SIGKILL");
        }
    }
}

/** What was to be seen of processes; `seen` is both. */
export interface Watched<T> {
    result: T;
    seen: string;
    commandLines: string;
    environments: string;
}

/** Collects the command lines and environments of all processes that run while something else does. */
export async function watchProcesses<T>(work: () => Promise<T>): Promise<Watched<T>> {
    const [lines, variables] = [new Set<string>(), new Set<string>()];
    const look = () => {
        for (const folder of processFolders()) {
            lines.add(readIfThere(`${folder}/cmdline`));
            variables.add(readIfThere(`${folder}/environ`));
        }
    };
    const timer = setInterval(look, SAMPLE_INTERVAL_MS);
    try {
        const result = await work();
        const [commandLines, environments] = [[...lines].join("\n"), [...variables].join("\n")];
        return { result, seen: `${commandLines}\n${environments}`, commandLines, environments };
    } finally {
        clearInterval(timer);
    }
}

function processFolders(): string[] {
    return fs
        .readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map((name) => `/proc/${name}`);
}

/** A process may end while it is looked at. */
function readIfThere(file: string): string {
    try {
        return fs.readFileSync(file, "latin1");
    } catch {
        return "";
    }
}
