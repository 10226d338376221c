import { readFileSync } from "node:fs";

const EVERY_MS = 20;
const KIB_IN_MIB = 1024;

/**
 * Watches how much memory a process and those that it started have at the same time.
 *
 * Linux keeps the most that each process ever had, so that of one process nothing is missed but its very end.
 */
export class PeakMemory {
    private peakKib = 0;
    private readonly timer: NodeJS.Timeout;

    public constructor(private readonly pid: number) {
        this.timer = setInterval(() => {
            this.peakKib = Math.max(this.peakKib, memoryKib(this.pid));
        }, EVERY_MS);
    }

    /** Ends the watch. @returns 0 where there is no /proc */
    public stop(): number {
        clearInterval(this.timer);
        return this.peakKib / KIB_IN_MIB;
    }
}

function memoryKib(pid: number): number {
    const own = Number(/^VmHWM:\s*(\d+) kB/m.exec(readIfThere(`/proc/${pid}/status`))?.[1] ?? 0);
    const children = readIfThere(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean);
    return children.reduce((sum, child) => sum + memoryKib(Number(child)), own);
}

/** A process may end while it is looked at. */
function readIfThere(file: string): string {
    try {
        return readFileSync(file, "latin1");
    } catch {
        return "";
    }
}
