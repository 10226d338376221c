import { setTimeout as delay } from "node:timers/promises";

/** Rejections come in the turns after the one that everybody waited for. */
const SETTLING_MS = 20;

/** What a component says of arguments that it refuses; empty where it takes them. */
export function refusalOf(make: () => unknown): string {
    try {
        make();
    } catch (problem) {
        return problem instanceof Error ? problem.message : String(problem);
    }
    return "";
}

/**
 * What is said by promises that nobody waits for while something runs: what an `apply` throws reaches the language host
 * in this way, as the end of the program.
 */
export async function rejectionsOf(work: () => Promise<void>): Promise<string> {
    const reasons = new Set<string>();
    const note = (reason: unknown) => {
        reasons.add(reason instanceof Error ? reason.message : String(reason));
    };
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", note);
    try {
        await work().catch(note);
        await delay(SETTLING_MS);
    } finally {
        process.off("unhandledRejection", note);
        others.forEach((listener) => process.on("unhandledRejection", listener));
    }
    return [...reasons].join("\n");
}
