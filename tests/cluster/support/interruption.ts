import { setTimeout as delay } from "node:timers/promises";
import { PROJECT_FOLDER } from "../../support/project";
import { killProcessesWith, processesWith } from "../../support/processes";

/** Ends the engine of a stack, wherever it is, as a machine that loses its power does. */
export async function killEngineAfter(milliseconds: number, stackName: string, work: Promise<unknown>): Promise<void> {
    const ended = work.then(
        () => undefined,
        () => undefined,
    );
    await Promise.race([delay(milliseconds), ended]);
    // Of this clone: a run of another one may have a stack of the same name.
    killProcessesWith(`${PROJECT_FOLDER}/.tools/`, "/pulumi ", `--stack ${stackName} `);
    await ended;
    while (processesWith(`--stack ${stackName} `).length > 0) {
        await delay(50);
    }
}
