import { join } from "node:path";

import { ManagedProcess } from "./process";
import { Watchdog } from "./watchdog";

export interface LaunchSpec {
    name: string;
    binary: string;
    args: readonly string[];
    env?: Record<string, string>;
    workingDirectory?: string;
}

/** Starts processes in the sandbox's folder, and knows which of them run. */
export class Launcher {
    /** Whether there is any log yet. */
    hasStarted = false;

    private readonly running = new Set<ManagedProcess>();

    constructor(
        private readonly directory: string,
        private readonly logs: string,
        private readonly watchdog: Watchdog,
    ) {}

    async start(spec: LaunchSpec): Promise<ManagedProcess> {
        const process = await ManagedProcess.start(
            {
                ...spec,
                workingDirectory: spec.workingDirectory ?? this.directory,
                logFile: join(this.logs, `${spec.name}.log`),
            },
            this.watchdog,
        );
        this.hasStarted = true;
        this.running.add(process);
        void process.exited.then(() => this.running.delete(process));
        return process;
    }

    list(): ManagedProcess[] {
        return [...this.running];
    }

    find(name: string): ManagedProcess | undefined {
        return this.list().find((process) => process.name === name);
    }
}
