import { setTimeout as delay } from "node:timers/promises";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { PROJECT_FOLDER } from "../../support/project";
import { killProcessesWith, processesWith } from "../../support/processes";

/** When an engine is killed: however busy the machine is, it is at the same work then. */
export interface Moment {
    /** What the URN of the resource whose turn it is ends with. */
    resource: string;
    /** How long after its turn came, in milliseconds. */
    delayMs: number;
}

/**
 * Ends the engine of a stack, wherever it is, as a machine that loses its power does.
 *
 * @throws Error where the engine never came to that moment.
 */
export async function killEngineAt(
    { resource, delayMs }: Moment,
    stackName: string,
    work: (onEvent: (event: EngineEvent) => void) => Promise<unknown>,
): Promise<void> {
    const turn = new AbortController();
    let killing = Promise.resolve();
    const kill = async () => {
        await delay(delayMs);
        // Of this clone: a run of another one may have a stack of the same name.
        killProcessesWith(`${PROJECT_FOLDER}/.tools/`, "/pulumi ", `--stack ${stackName} `);
    };
    await work(({ resourcePreEvent }) => {
        if (!turn.signal.aborted && resourcePreEvent?.metadata.urn.endsWith(resource)) {
            turn.abort();
            killing = kill();
        }
    }).catch(() => undefined);
    await killing;
    while (processesWith(`--stack ${stackName} `).length > 0) {
        await delay(50);
    }
    if (!turn.signal.aborted) {
        throw new Error(`the engine ended before it came to ${resource}`);
    }
}
